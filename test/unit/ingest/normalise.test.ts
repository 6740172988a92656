import { describe, expect, test } from 'vitest'
import type { Sample } from '#ingest/decode/helpers/types.ts'
import { normalise, readNumber } from '#ingest/observe/normalise.ts'
import type { Position } from '#model/basics/geo.ts'

const receivedAt = new Date('2026-05-31T12:00:00Z')
const MINUTE = 60_000
const DAY = 86_400_000
const earlier = (ms: number): Date => new Date(receivedAt.getTime() - ms)
const sample = (more: Partial<Sample> = {}): Sample => ({
  device: 'key/a',
  property: 'pm2_5',
  channel: '',
  value: 12,
  time: receivedAt,
  field: 'pm2_5',
  ...more,
})
const run = (...samples: Sample[]) => normalise(samples, { receivedAt, source: { name: 'test', topic: '#' } })
const one = (more: Partial<Sample>) => run(sample(more)).samples[0]
const reasonOf = (more: Partial<Sample>): string | undefined => run(sample(more)).rejected[0]?.reason

describe('values', () => {
  test.each([
    [12, 12],
    ['12.50', 12.5],
    [' 5', 5],
    ['12,5', 12.5],
    [',5', 0.5],
    ['-0.4e1', -4],
    ['1.27e+09', 1.27e9],
  ])('%j is read', (value, expected) => expect(readNumber(value)).toBe(expected))

  test.each([
    '',
    ' ',
    'nan',
    'NaN',
    'unavailable',
    'unknown',
    '12a',
    '0x10',
    '1,234.5',
    '1.234,5',
    '1,2,3',
    '--',
    'Infinity',
    null,
    true,
    {},
    [],
    [5],
    Number.NaN,
    Infinity,
    '1'.repeat(400),
  ])('%j is not a number', (value) => {
    expect(readNumber(value)).toBeUndefined()
    expect(reasonOf({ value })).toBe('bad_value')
  })

  test.each<[string, number]>([
    ['temperature', -127],
    ['temperature', -999],
    ['temperature', 327.67],
    ['temperature', 3276.7],
    ['temperature', -3276.8],
    ['temperature', 32767],
    ['relative_humidity', -1],
    ['relative_humidity', 655.35],
    ['relative_humidity', 65535],
    ['pm2_5', 65535],
    ['pm2_5', -999],
    ['no2', -9999],
    ['pressure', 6553.5],
    ['rsrp', 2147483647],
    ['energy', 4294967295],
  ])('%s %d is a code for no value', (property, value) => expect(reasonOf({ property, value })).toBe('bad_value'))

  test.each<[string, number]>([
    ['temperature', -1],
    ['energy', 65535],
    ['active_power', -999],
    ['illuminance', 32767],
    ['no2', 327.67],
    ['vehicle_count', 255],
  ])('%s %d is a value', (property, value) => expect(one({ property, value })?.result).toBe(value))

  test.each([0, 6.283, 0.1, 123.456, 359.99])('a direction of %d degrees is stored as it was sent', (value) =>
    expect(one({ property: 'wind_direction', value })?.result).toBe(value),
  )
  test.each(['<5', '>350'])('a direction has no limit: %s', (value) =>
    expect(run(sample({ property: 'wind_direction', value })).rejected).toMatchObject([
      { reason: 'bad_value', detail: expect.stringMatching(/is a limit, and no direction/) },
    ]),
  )

  test('a code is recognised before its unit is converted', () => {
    expect(reasonOf({ property: 'temperature', value: 32767, unit: '[degF]' })).toBe('bad_value')
  })
})

describe('units', () => {
  test('without a unit the canonical one is meant', () => expect(one({})).toMatchObject({ result: 12, unit: 'ug/m3' }))
  test('other units are converted', () =>
    expect(one({ property: 'temperature', value: 212, unit: '[degF]' })?.result).toBeCloseTo(100, 9))
  test('what fails has a name', () => {
    expect(reasonOf({ unit: 'furlong' })).toBe('unknown_unit')
    expect(reasonOf({ unit: 'V' })).toBe('unit_mismatch')
    expect(reasonOf({ property: 'smell' })).toBe('unknown_property')
    expect(reasonOf({ property: 'constructor' })).toBe('unknown_property')
    expect(reasonOf({ property: '__proto__' })).toBe('unknown_property')
    expect(reasonOf({ property: 'energy', value: 1e308, unit: 'GW.h' })).toBe('bad_value')
  })
})

describe('time', () => {
  test('missing: the time of arrival, flagged', () => {
    const { time: _, ...untimed } = sample()
    expect(run(untimed).samples[0]).toMatchObject({ phenomenonTime: receivedAt, reasons: 1 << 9, quality: 1 })
  })
  test.each<[string, number, number, number]>([
    ['five minutes ahead', -5 * MINUTE, 1, 0],
    ['six minutes ahead', -6 * MINUTE, 3, 1 << 7],
    ['an hour ahead', -60 * MINUTE, 3, 1 << 7],
    ['a day late', DAY, 1, 0],
    ['399 days late', 399 * DAY, 1, 0],
  ])('%s stays unchanged', (_, ms, quality, reasons) => {
    expect(one({ time: earlier(ms) })).toMatchObject({ phenomenonTime: earlier(ms), quality, reasons })
  })
  test('what cannot be is rejected', () => {
    expect(reasonOf({ time: earlier(-61 * MINUTE) })).toBe('clock_ahead')
    expect(reasonOf({ time: new Date('2036-02-07T06:28:16Z') })).toBe('clock_ahead')
    expect(reasonOf({ time: earlier(401 * DAY) })).toBe('clock_behind')
    expect(reasonOf({ time: new Date(0) })).toBe('clock_behind')
    expect(reasonOf({ time: new Date(Number.NaN) })).toBe('bad_time')
  })
  test.each<[number, string]>([
    [-61 * MINUTE, 'is 61 minutes after its arrival'],
    [-4_777_955 * MINUTE, 'is 9 years after its arrival'],
    [401 * DAY, 'is 401 days before its arrival; the limit is 400 days'],
    [800 * DAY, 'is 2 years before its arrival; the limit is 400 days'],
  ])('how far %d ms are, in the largest unit that says it', (ms, text) => {
    const time = earlier(ms)
    expect(run(sample({ time })).rejected[0]?.detail).toBe(`${time.toISOString()} ${text}`)
  })
})

describe('place', () => {
  const at = (location: Position, property = 'pm2_5') =>
    run(sample({ location, property, value: -80 + (property === 'pm2_5' ? 90 : 0) }))
  test('on the planet', () => expect(at([13.4, 52.5]).samples[0]?.location).toEqual([13.4, 52.5]))
  test('latitude first is reported where it is evident, and never corrected by guess', () => {
    expect(at([52.5, 113.4]).rejected[0]?.detail).toContain('longitude comes first')
    expect(at([52.5, 13.4]).samples[0]?.location).toEqual([52.5, 13.4])
  })
  test.each<[number, number]>([
    [200, 10],
    [181, 91],
    [Number.NaN, 52],
    [0, 0],
    [-200, -200],
  ])('[%d, %d]: the value of a fixed Thing is stored, without the place', (lon, lat) => {
    const { samples, rejected } = at([lon, lat])
    expect(samples[0]).not.toHaveProperty('location')
    expect(samples[0]?.result).toBe(10)
    expect(rejected.map(({ reason }) => reason)).toEqual(['bad_location'])
  })
  test('what was measured on the move is not stored without its place', () => {
    const { samples, rejected } = at([200, 10], 'rsrp')
    expect(samples).toEqual([])
    expect(rejected.map(({ field, reason }) => `${field} ${reason}`)).toEqual([
      'location bad_location',
      'pm2_5 bad_location',
    ])
  })
  test('one bad place of a message is one problem', () => {
    const location: Position = [0, 91]
    expect(run(sample({ location }), sample({ location, property: 'pm10' })).rejected).toHaveLength(1)
  })
})

describe('what comes out', () => {
  test('range, device flags and domain', () => {
    expect(one({ value: 2e6 })).toMatchObject({ quality: 4, reasons: 1 })
    // how high a PM2.5 instrument measures depends on its grade, which is known later (evaluate-quality.test.ts)
    expect(one({ value: 700 })).toMatchObject({ quality: 1, reasons: 0 })
    expect(one({ flags: 1 << 13 })).toMatchObject({ quality: 1, reasons: 1 << 13 })
    expect(one({})?.domain).toBe('air')
    expect(one({ domain: 'weather' })?.domain).toBe('weather')
    const source = { name: 'test', topic: '#', domain: 'noise' as const }
    expect(normalise([sample()], { receivedAt, source }).samples[0]?.domain).toBe('noise')
  })
  test('a bad value does not affect the others', () => {
    const { samples, rejected } = run(sample({ value: 'x', field: 'a' }), sample({ property: 'pm10' }))
    expect(samples.map(({ property }) => property)).toEqual(['pm10'])
    expect(rejected).toEqual([{ field: 'a', reason: 'bad_value', detail: '"x" is not a number' }])
  })
})
