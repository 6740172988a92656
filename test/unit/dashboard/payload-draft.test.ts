/** The description that clicks make: what it reads is what docs/payloads.md shows. */
import { describe, expect, test } from 'vitest'
import {
  type Draft,
  type DraftField,
  filterFor,
  listsOf,
  literalStart,
  mappingOf,
  nameFrom,
  relativeTo,
  treeOf,
} from '#dashboard/src/payloads/draft.ts'
import { payloadMappingSchema } from '#model/city/payload-mapping.ts'
import { read, rowOf } from '../ingest/decode/read.ts'

const gateway = {
  site: 'roof',
  devices: [
    { serial: 'A1', samples: [{ ts: 1_780_228_680, 'air.t': 20.5 }] },
    {
      serial: 'B2',
      samples: [
        { ts: 1_780_228_680, 'air.t': 19.1 },
        { ts: 1_780_228_740, 'air.t': 19.2 },
      ],
    },
  ],
}
const draft = (more: Partial<Draft>): Draft => ({
  ...{ name: 'gw', topic: 'gw/#', device: 'level:2', timePath: '', timeFormat: 'iso', records: '', fields: new Map() },
  ...more,
})
const temperature: DraftField = { property: 'temperature', unit: '', channel: '' }

describe('the tree of a message', () => {
  test('has the first element of a list for all, and paths that can be mapped', () => {
    expect(treeOf(gateway).map(({ path, depth }) => [path, depth])).toEqual([
      ['site', 0],
      ['devices', 0],
      ['devices[*]', 1],
      ['devices[*].serial', 2],
      ['devices[*].samples', 2],
      ['devices[*].samples[*]', 3],
      ['devices[*].samples[*].ts', 4],
      ['devices[*].samples[*]["air.t"]', 4],
    ])
    expect(listsOf(treeOf(gateway))).toEqual(['devices[*]', 'devices[*].samples[*]'])
  })
  test('a list at the top stands for its elements', () => {
    expect(treeOf([{ a: 1 }, { a: 2 }]).map(({ path }) => path)).toEqual(['a'])
    expect(treeOf([])).toEqual([])
  })
})

test.each([
  ['devices[*].samples[*]', 'devices[*].samples[*].ts', 'ts'],
  ['devices[*].samples[*]', 'devices[*].samples[*]["air.t"]', '["air.t"]'],
  ['devices[*].samples[*]', 'devices[*].serial', 'serial'],
  ['devices[*].samples[*]', 'site', 'site'],
  ['', 'a.b', 'a.b'],
])('from %j, %s is %s', (records, path, expected) => expect(relativeTo(records, path)).toBe(expected))

test.each([
  ['wells/w-1/data', 'level:2', 'wells/+/data', 'wells/', 'wells-data'],
  ['wells/w-1/data', 'path:id', 'wells/w-1/data', 'wells/w-1/data', 'wells-w-1-data'],
  ['Gerät', 'level:1', '+', '', 'messages'],
])('%s, named by %s', (topic, device, filter, start, name) => {
  expect(filterFor(topic, device)).toBe(filter)
  expect(literalStart(filter)).toBe(start)
  expect(nameFrom(filter)).toBe(name)
})

test('clicks on a message of many devices read every sample of it', () => {
  const mapping = payloadMappingSchema.parse(
    mappingOf(
      draft({
        device: 'path:devices[*].serial',
        timePath: 'devices[*].samples[*].ts',
        timeFormat: 'unix',
        records: 'devices[*].samples[*]',
        fields: new Map([['devices[*].samples[*]["air.t"]', temperature]]),
      }),
    ),
  )
  const decoded = read('gw/1', gateway, { source: { name: 'gw', format: 'json', json: mapping } })
  expect(decoded.ok && decoded.samples.map((sample) => [sample.device, ...rowOf(sample).slice(2)])).toEqual([
    ['json/gw.A1', 20.5, 'Cel', '2026-05-31T11:58:00.000Z'],
    ['json/gw.B2', 19.1, 'Cel', '2026-05-31T11:58:00.000Z'],
    ['json/gw.B2', 19.2, 'Cel', '2026-05-31T11:59:00.000Z'],
  ])
})

test('a value that is no measurement, units and channels', () => {
  const fields = new Map<string, DraftField | null>([
    ['a', { property: 'no2', unit: 'ppb', channel: 'roof' }],
    ['b', null],
  ])
  expect(mappingOf(draft({ fields }))).toEqual({
    device: { level: 2 },
    fields: { a: { property: 'no2', unit: 'ppb', channel: 'roof' }, b: null },
  })
})
