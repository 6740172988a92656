/** The description that clicks make: what it reads is what docs/payloads.md shows. */
import { describe, expect, test } from 'vitest'
import { type Draft, type DraftField, filterFor, mappingOf, nameFrom } from '#dashboard/src/payloads/draft.ts'
import { descriptionOf, firstDraft } from '#dashboard/src/payloads/first-draft.ts'
import { csvWithout, open, openingsOf } from '#dashboard/src/payloads/opening.ts'
import { listsOf, relativeTo, treeOf } from '#dashboard/src/payloads/tree.ts'
import type { PayloadDescription } from '#model/api/payloads.ts'
import { type PayloadMappingInput, payloadMappingSchema } from '#model/city/payload-mapping.ts'
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
  ...{ encoding: { encoding: 'json' }, lon: '', lat: '' },
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
  ['wells/w-1/data', 'level:2', 'wells/+/data', 'wells-data'],
  ['wells/w-1/data', 'path:id', 'wells/w-1/data', 'wells-w-1-data'],
  ['Gerät', 'level:1', '+', 'messages'],
])('%s, named by %s', (topic, device, filter, name) => {
  expect(filterFor(topic, device)).toBe(filter)
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

const opened = (text: string, topic: string): string[] =>
  openingsOf(text, topic).map(({ encoding }) => encoding.encoding)

describe('how a message may be built: the likely way first, and every other that opens it', () => {
  test.each<[text: string, expected: string[]]>([
    ['{"a":1}', ['json', 'value']],
    ['[{"a":1},{"a":2}]', ['json', 'value']],
    ['{"a":1}\n{"a":2}\n', ['ndjson']],
    ['weather,station=roof temp=70.2 1780228680000000000', ['influx', 'value']],
    ['time;t\n2026-05-31T11:58:00Z;20.5', ['csv']],
    ['dateutc=2026-05-31+11:58:00&tempf=70.2', ['form', 'value']],
    ['<a><b>1</b></a>', ['xml', 'value']],
    ['12.5', ['value']],
    ['<!DOCTYPE a [<!ENTITY x "1">]>\n<a>&x;</a>', []],
    ['', []],
  ])('%j', (text, expected) => expect(opened(text, 'plant/pump-1/inflow')).toEqual(expected))

  test('a table without a line of names has numbered columns', () => {
    const text = '2026-05-31T11:58:00Z;20.5\n2026-05-31T11:59:00Z;20.6'
    expect(openingsOf(text, 'a/b')[0]?.roots).toEqual([
      { c1: '2026-05-31T11:58:00Z', c2: '20.5' },
      { c1: '2026-05-31T11:59:00Z', c2: '20.6' },
    ])
    expect(open('n;t\nroof;1', 'a/b', csvWithout('n;t'))?.roots).toHaveLength(2)
  })
})

/** What clicks on two values save, and what that reads of the message. */
function clicked(text: string, topic: string, fields: Record<string, DraftField | null>): unknown[] {
  const opening = openingsOf(text, topic)[0]
  if (!opening) throw new Error('the message cannot be opened')
  const suggested = firstDraft(topic, opening, treeOf(opening.roots[0]))
  const json = payloadMappingSchema.parse(mappingOf({ ...suggested, fields: new Map(Object.entries(fields)) }))
  const decoded = read(topic, text, { source: { name: 's', format: 'json', json } })
  if (!decoded.ok) throw new Error(decoded.detail)
  return decoded.samples.map((s) => [
    s.device,
    s.property,
    Number(s.value),
    s.time?.toISOString() ?? '',
    s.location ?? '',
  ])
}
const at = '2026-05-31T11:58:00.000Z'
const wind: DraftField = { property: 'wind_speed', unit: 'm/s', channel: '' }

describe('two clicks read a message of any form, with the time and place that it suggests', () => {
  test.each<
    [what: string, topic: string, text: string, fields: Record<string, DraftField | null>, expected: unknown[]]
  >([
    [
      'JSON',
      'met/roof',
      '{"at":"2026-05-31T11:58:00Z","lon":13.4,"lat":52.5,"t":20.5,"w":3}',
      { t: temperature, w: wind },
      [
        ['json/s.roof', 'temperature', 20.5, at, [13.4, 52.5]],
        ['json/s.roof', 'wind_speed', 3, at, [13.4, 52.5]],
      ],
    ],
    [
      'NDJSON',
      'met/roof',
      '{"ts":1780228680,"t":20.5}\n{"ts":1780228740,"t":20.6}',
      { t: temperature },
      [
        ['json/s.roof', 'temperature', 20.5, at, ''],
        ['json/s.roof', 'temperature', 20.6, '2026-05-31T11:59:00.000Z', ''],
      ],
    ],
    [
      'CSV',
      'met/roof',
      'time,latitude,longitude,t,w\n2026-05-31T11:58:00Z,52.5,13.4,20.5,3\n',
      { t: temperature, w: wind },
      [
        ['json/s.roof', 'temperature', 20.5, at, [13.4, 52.5]],
        ['json/s.roof', 'wind_speed', 3, at, [13.4, 52.5]],
      ],
    ],
    [
      'InfluxDB',
      'telegraf/host',
      'weather,station=roof t=20.5,w=3 1780228680000000000',
      { 'fields.t': temperature, 'fields.w': wind },
      [
        ['json/s.roof', 'temperature', 20.5, at, ''],
        ['json/s.roof', 'wind_speed', 3, at, ''],
      ],
    ],
    ['one value per topic', 'met/roof/t', '20.5', { t: temperature }, [['json/s.roof', 'temperature', 20.5, '', '']]],
    [
      'a form',
      'met/roof',
      'dateutc=2026-05-31T11:58:00Z&t=20.5',
      { t: temperature },
      [['json/s.roof', 'temperature', 20.5, at, '']],
    ],
    [
      'XML',
      'met/roof',
      '<m><time>2026-05-31T11:58:00Z</time><t>20.5</t></m>',
      { 'm.t': temperature },
      [['json/s.roof', 'temperature', 20.5, at, '']],
    ],
  ])('%s', (_, topic, text, fields, expected) => expect(clicked(text, topic, fields)).toEqual(expected))
})

describe('a description that there is already', () => {
  const described = (topic: string, mapping: PayloadMappingInput): PayloadDescription => ({
    ...{ name: 'plant', topic, updatedAt: at },
    mapping: payloadMappingSchema.parse(mapping),
  })
  const pumps = described('plant/+/+', {
    encoding: 'value',
    device: { level: 2 },
    fields: { inflow: { property: 'water_flow', unit: 'm3/h', scale: 0.1 } },
  })

  test('another topic of one value is added to it, and what the form does not show is kept', () => {
    const topic = 'plant/pump-1/outflow'
    const opening = openingsOf('12.5', topic)[0]
    if (!opening) throw new Error('not opened')
    expect(descriptionOf(topic, opening.encoding, [pumps])).toBe(pumps)
    const draftNow = firstDraft(topic, opening, treeOf(opening.roots[0]), pumps)
    expect(draftNow).toMatchObject({ name: 'plant', topic: 'plant/+/+', device: 'level:2' })
    const fields = new Map([
      ...draftNow.fields,
      ['outflow', { property: 'water_flow', unit: 'm3/h', channel: 'out' }] as const,
    ])
    expect(mappingOf({ ...draftNow, fields }, pumps.mapping as PayloadMappingInput)).toMatchObject({
      encoding: 'value',
      device: { level: 2 },
      fields: {
        inflow: { property: 'water_flow', unit: 'm3/h', scale: 0.1 },
        outflow: { property: 'water_flow', unit: 'm3/h', channel: 'out' },
      },
    })
  })

  test('opened and saved unchanged it stays as it was', () => {
    const mapping: PayloadMappingInput = {
      records: 'devices[*].samples[*]',
      device: [{ level: 1 }, { path: 'serial' }],
      only: { kind: 'air' },
      time: { path: 'ts', format: 'unix', optional: true, timeZone: 'Europe/Berlin' },
      location: { path: 'place', order: 'lat,lon' },
      missing: [-999],
      fields: {
        '["air.t"]': { property: 'temperature', unit: 'Cel', scale: 0.1, channelPath: 'serial' },
        hum: null,
      },
    }
    const known = described('gw/#', mapping)
    const opening = open(JSON.stringify(gateway), 'gw/1', { encoding: 'json' })
    if (!opening) throw new Error('not opened')
    const draftNow = firstDraft('gw/1', opening, treeOf(opening.roots[0]), known)
    expect([...draftNow.fields.keys()]).toEqual(['devices[*].samples[*]["air.t"]', 'hum'])
    expect(payloadMappingSchema.parse(mappingOf(draftNow, known.mapping as PayloadMappingInput))).toEqual(known.mapping)
  })

  test('one for another form of messages, or for other topics, is not taken up', () => {
    expect(descriptionOf('plant/a/b', { encoding: 'json' }, [pumps])).toBeUndefined()
    expect(descriptionOf('other/a/b', { encoding: 'value' }, [pumps])).toBeUndefined()
  })
})

test.each([
  ['plant/pump-1/ac/power', { encoding: 'value' }, 'plant/+/ac/+'],
  ['plant/pump-1/ac/power', { encoding: 'value', value: { from: 3 } }, 'plant/+/#'],
  ['plant/pump-1/ac/power', { encoding: 'csv' }, 'plant/+/ac/power'],
] as const)('messages like %s, %j', (topic, encoding, filter) =>
  expect(filterFor(topic, 'level:2', encoding)).toBe(filter),
)
