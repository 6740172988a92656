import { describe, expect, test } from 'vitest'
import { readCovered } from '#ingest/decode/helpers/time.ts'
import { decode } from '#ingest/decode/index.ts'
import { mappingSchema } from '#ingest/import/mapping.ts'
import { rowMapper } from '#ingest/import/table-mapping.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import type { Source } from '#model/city/city-pack.ts'

const receivedAt = new Date('2026-05-31T23:30:00Z')

/** Property and time of every value of a message, as it would be stored. */
function stored(topic: string, payload: unknown, source: Partial<Source> = {}): [string, string][] {
  const of: Source = { name: 'test', topic: '#', ...source }
  const bytes = Buffer.from(JSON.stringify(payload))
  const decoded = decode({ topic, payload: bytes, receivedAt }, of, { timeZone: 'UTC' })
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.detail}`)
  const { samples, rejected } = normalise(decoded.samples, { receivedAt, source: of })
  expect(rejected).toEqual([])
  return samples.map(({ property, phenomenonTime }) => [property, phenomenonTime.toISOString().slice(11, 16)])
}

// The level of the hour from 22:00 to 23:00, in the form of each format: it is an evening hour (Directive 2002/49/EC: 19 to 23).
describe('an interval belongs to the time it covers, whatever the format', () => {
  const interval = '2026-05-31T22:00:00Z/2026-05-31T23:00:00Z'

  test('native: an ISO 8601 interval as time', () => {
    for (const time of [interval, '2026-05-31T22:00:00Z/PT1H', 'PT60M/2026-05-31T23:00:00Z'])
      expect(stored('city/noise/mic', { time, sound_level: 55 })).toEqual([['sound_level', '22:00']])
  })

  test('SensorThings: phenomenonTime may be an interval (OGC 18-088, 8.2.8)', () => {
    const fields = { 'Datastreams(7)': { property: 'sound_level' } }
    const payload = { result: 55, phenomenonTime: interval }
    expect(stored('v1.1/Datastreams(7)/Observations', payload, { fields })).toEqual([['sound_level', '22:00']])
  })

  test('FIWARE NoiseLevelObserved: dateObservedFrom and dateObservedTo, or an interval in dateObserved', () => {
    const noise = { id: 'urn:ngsi-ld:NoiseLevelObserved:1', type: 'NoiseLevelObserved', LAeq: 55 }
    const [dateObservedFrom, dateObservedTo] = interval.split('/')
    for (const times of [
      { dateObservedFrom, dateObservedTo },
      { dateObserved: interval },
      { dateObserved: dateObservedFrom, dateObservedTo },
      { dateObserved: dateObservedTo, dateObservedFrom },
    ])
      expect(stored('fiware', { ...noise, ...times })).toEqual([['sound_level', '22:00']])
  })

  test('a source whose times end the interval: amounts and levels move to its start, states and meters do not', () => {
    const values = { time: '2026-05-31T23:00:00Z', sound_level: 55, vehicle_count: 120, temperature: 12, energy: 5000 }
    const byDefault = stored('city/noise/mic', values, { endsInterval: { seconds: 3600 } })
    expect(Object.fromEntries(byDefault)).toEqual({
      ...{ sound_level: '22:00', vehicle_count: '22:00' },
      ...{ temperature: '23:00', energy: '23:00' },
    })
    const named = { seconds: 3600, properties: ['temperature', 'energy'] }
    expect(Object.fromEntries(stored('city/noise/mic', values, { endsInterval: named }))).toEqual({
      ...{ sound_level: '23:00', vehicle_count: '23:00' },
      ...{ temperature: '22:00', energy: '23:00' },
    })
    // without a time the message arrives at the end of what it covers
    const { time: _, ...untimed } = values
    expect(Object.fromEntries(stored('city/noise/mic', untimed, { endsInterval: { seconds: 3600 } }))).toMatchObject({
      sound_level: '22:30',
      temperature: '23:30',
    })
  })

  test('a meter is read at the end of its interval', () => {
    expect(stored('city/energy/meter', { time: interval, energy: 5000 })).toEqual([['energy', '23:00']])
  })

  test.each([
    ['end', '31.05.2026 23:00'],
    ['start', '31.05.2026 22:00'],
  ] as const)('a table whose hours are marked by their %s', (marks, cell) => {
    const mapping = mappingSchema.parse({
      time: { column: 'Zeit', format: 'dd.MM.yyyy HH:mm', timeZone: 'UTC', interval: { seconds: 3600, marks } },
      columns: { Pegel: { property: 'sound_level' }, Zaehler: { property: 'energy' } },
    })
    const rows = rowMapper(mapping, ['Zeit', 'Pegel', 'Zaehler'], { timeZone: 'UTC', thing: 'mic' })([cell, '55', '7'])
    expect(Object.fromEntries(stored('import/table', rows, { format: 'records' }))).toEqual({
      sound_level: '22:00',
      energy: '23:00',
    })
  })
})

describe('ISO 8601 intervals', () => {
  test.each([
    ['2026-05-31T22:00:00Z/2026-05-31T23:00:00Z', '22:00', '23:00'],
    ['2026-05-31T22:00:00Z/PT90M', '22:00', '23:30'],
    ['P1DT1H/2026-05-31T23:00:00Z', '22:00', '23:00'],
    ['2026-05-31T22:00:00Z', '22:00', undefined],
    ['2026-05-31T22:00:00Z/2026-05-31T22:00:00Z', '22:00', undefined],
  ])('%s', (text, start, end) => {
    const covered = readCovered(text)
    expect([covered?.time, covered?.end].map((at) => at?.toISOString().slice(11, 16))).toEqual([start, end])
  })
  test.each([
    '2026-05-31T23:00:00Z/2026-05-31T22:00:00Z',
    'PT1H/PT1H',
    '2026-05-31T22:00:00Z/P1M',
    'a/b',
    '/',
    'x/y/z',
  ])('%s is none', (text) => {
    expect(readCovered(text)).toBeUndefined()
  })
})
