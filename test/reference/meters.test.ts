/**
 * What meters do in the field, and what they counted meanwhile: the same from the series and from the indicators. Expected
 * amounts are worked by hand. Sources: grott#99 (a tenth back and forth), goodwe-sems#212 and refoss_rpc#14 (0 after a restart),
 * home-assistant/core#55901 (dips of some per mille after a power cut), evcc#30592 (0 during a time-out), zigbee2mqtt#31016 (one
 * reading in three is 2^48), zigbee2mqtt#25005 (a thousand times too high), zigbee2mqtt hassio#806 (-170 kWh).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consumptions } from '#api/indicators/inputs/counters.ts'
import { hoursOf } from '#api/measurements/hours.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { addThing, authorized, openTestApi, type TestApi } from '../db/api-fixture.ts'

const DAY = '2026-05-12'
const MIDNIGHT = Date.parse(`${DAY}T00:00:00+01:00`)
const NOW = new Date('2026-11-01T00:00:00Z')

type Options = { stepMinutes?: number; property?: string; attributes?: object; startMinutes?: number }
type Case = readonly [what: string, readings: readonly number[], expected: number, options?: Options]

const DRIFTS: readonly Case[] = [
  ['one reading 0.001 lower, then back', [5000, 5001, 5000.999, 5002, 5003], 3],
  ['0.2 % lower after a power cut', [5000, 5010, 5000, 5003], 3],
  ['0.2 % lower after a power cut, after many readings', [5000, 5005, 5010, 5000, 5001, 5003], 3],
  ['one reading 10 % low', [5000, 5001, 4501, 5002, 5003], 3],
  ['one reading of 0', [5000, 5001, 0, 5002, 5003], 3],
  ['a reading of 0 as the last', [5000, 5001, 5002, 5003, 0], 3],
  ['three readings of 0', [5000, 5001, 0, 0, 0, 5002, 5003], 3],
  ['ten times too high', [5000, 5001, 50_020, 5002, 5003], 3],
  ['a thousand times too high', [5000, 5001, 5_001_500, 5002, 5003], 3],
  ['1.5 times too high', [5000, 5001, 7503, 5002, 5003], 3],
  ['three readings 1.5 times too high', [5000, 5001, 7501, 7502, 7503, 5002, 5003], 3],
  ['replaced by a meter that starts at 120', [5000, 5001, 120, 121], 2],
  ['replaced by a meter that starts at 8000', [5000, 5001, 8000, 8001], 2],
  // the step from one meter to the next says nothing of how fast either counts
  ['replaced by a meter that starts at 7000, and by one at 120', [5000, 5001, 7000, 7001, 120, 121], 3],
  ['replaced by a meter that starts at 8000, and by one at 20', [5000, 5001, 8000, 8001, 20, 21], 3],
  ['running backwards', [5000, 4999, 4998, 4997], -3],
  ['running backwards, down to zero', [3, 2.5, 1.5, 0.9, 0], -3],
  ['running backwards near zero, and forwards again', [0.5, 0.3, 0.1, 0.2, 0.4], -0.1],
  ['the first reading wrong', [0, 5000, 5001, 5002, 5003], 3],
  ['from kWh to Wh', [5000, 5001, 5_002_000, 5_003_000, 5_004_000], 4],
  ['from Wh to kWh', [5_000_000, 5_001_000, 5002, 5003, 5004], 4000],
  ['from kWh to Wh and back', [5000, 5001, 5_002_000, 5_003_000, 5_004_000, 5_005_000, 5006, 5007], 7],
  ['from kWh to Wh, a young meter', [20, 21, 22_000, 23_000, 24_000], 4],
  ['from kWh to Wh, a meter at rest', [5000, 5000, 5_000_000, 5_000_000, 5_000_000], 0],
  ['from kWh to Wh, one reading wrong', [5000, 5001, 5_002_000, 5003, 5_004_000, 5_005_000], 5],
  ['from kWh to Wh, and replaced by a meter in kWh', [5000, 5001, 5_002_000, 5_003_000, 120, 121, 122], 5],
  ['from kWh to MJ: too near, a meter replaced', [5000, 5001, 18_007.2, 18_010.8], 1 + 3.6],
]
const quarters = { stepMinutes: 15, startMinutes: 15 }
const CASES: readonly Case[] = [
  ...[15, 60].flatMap((stepMinutes) =>
    DRIFTS.map(([what, readings, expected]): Case => {
      return [`every ${stepMinutes} minutes: ${what}`, readings, expected, { stepMinutes }]
    }),
  ),
  ['0 as the last reading of an hour', [5000, 5000.25, 5000.5, 0, 5001, 5001.25], 1.25, quarters],
  ['0 as the first reading of an hour', [5000, 5000.25, 5000.5, 5000.75, 0, 5001.25], 1.25, quarters],
  ['a tenth up and back (grott#99)', [215.6, 215.6, 215.6, 215.7, 215.6, 215.6], 0, quarters],
  ['every other reading 2^48 / 1000', [10, 11, 281474976710.655, 12, 281474976710.655, 13], 3, quarters],
  ['a large meter on its first day, 5000 kWh an hour', [1e6, 1.005e6, 1.01e6, 1.015e6, 1.02e6], 20_000],
  ['500 kWh at once, nothing known of the meter', [5000, 5001, 5501, 5502], 502],
  // 11 kW with the overload of a quarter count 330 kWh a day
  ['500 kWh at once, rated 11 kW', [5000, 5001, 5501, 5502], 2, { attributes: { ratedPowerKw: 11 } }],
  ['from m3 to litres', [812.4, 812.5, 812_600, 812_700], 0.3, { property: 'water_volume' }],
  // a cubic foot is 0.3048^3 m3
  [
    'gas from m3 to cubic feet',
    [812, 813, ...[814, 815, 816].map((m3) => m3 / 0.3048 ** 3)],
    4,
    { property: 'gas_volume' },
  ],
  ['rain of a tipping bucket', [120.3, 120.3, 120.6], 0.3, { property: 'precipitation_total' }],
]
const REGISTERS: readonly (readonly [...Case, 'reset' | 'rollover'])[] = [
  ['a reset to zero', [103, 104, 105, 1, 2], 2 + 1 + 1, {}, 'reset'],
  ['16 bits', [65_533, 65_534, 65_535, 0.5, 1.5], 2 + (65_536 - 65_535 + 0.5) + 1, {}, 'rollover'],
  ['24 bits of Wh', [16_775.2, 16_776.2, 16_777.1, 0.884, 1.884], 1.9 + 1 + 1, {}, 'rollover'],
  ['five wheels', [99_997, 99_998, 99_999, 0, 1], 2 + 1 + 1, {}, 'rollover'],
]

let api: TestApi
const ids = new Map<readonly number[] | string, number>()
let ofDay: Awaited<ReturnType<typeof indicators>>
let ofYear: typeof ofDay

beforeAll(async () => {
  api = await openTestApi()
  for (const [what, readings, , options] of [...CASES, ...REGISTERS]) ids.set(what, await meterOf(readings, options))
  ofDay = await indicators(DAY)
  ofYear = await indicators('2026')
})
afterAll(() => api.close())

async function meterOf(readings: readonly number[], options: Options = {}): Promise<number> {
  const { stepMinutes = 60, property = 'energy', attributes = {}, startMinutes = 0 } = options
  const key = `meter-${crypto.randomUUID()}`
  const id = await addThing(api.pool, { key, domain: 'energy' }, property)
  await api.pool.query('update thing set attributes = $2 where key = $1', [key, attributes])
  const times = readings.map((_, i) => new Date(MIDNIGHT + (startMinutes + i * stepMinutes) * 60_000))
  await api.pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t, r, 1 from unnest($2::timestamptz[], $3::float8[]) as o (t, r)`,
    [id, times, readings],
  )
  return id
}

async function series(id: number, every: string) {
  const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString())
  const window = `from=${iso(MIDNIGHT)}&to=${iso(MIDNIGHT + 24 * HOUR_MS)}`
  const answer = await api.app.inject({ url: `/api/v1/datastreams/${id}/observations?${window}&every=${every}` })
  expect(answer.statusCode).toBe(200)
  return answer.json()
}
const summed = (body: { buckets: { total: number | null }[] }): number =>
  body.buckets.reduce((sum, { total }) => sum + (total ?? 0), 0)

/** What the indicators of a period read, of all meters at once as they do. */
async function indicators(label: string): Promise<ReadonlyMap<number, number>> {
  const period = parsePeriod(label, 'Europe/Lisbon', NOW)
  const read = await consumptions(api.pool, [...ids.values()], hoursOf(period, NOW, 'Europe/Lisbon'), 'Europe/Lisbon')
  return new Map([...read].map(([id, { opening, closing, correction }]) => [id, closing - opening + correction]))
}

const AMOUNTS = [...CASES, ...REGISTERS].map(([what, , expected]) => [what, expected] as const)
test.each(AMOUNTS)('%s: %d', async (what, expected) => {
  const id = ids.get(what) ?? 0
  expect.soft(summed(await series(id, '1h')), 'hours').toBeCloseTo(expected, 6)
  expect.soft(summed(await series(id, '1d')), 'days').toBeCloseTo(expected, 6)
  expect.soft(ofDay.get(id), 'indicator, day').toBeCloseTo(expected, 6)
  expect.soft(ofYear.get(id), 'indicator, year').toBeCloseTo(expected, 6)
})

describe('evidence', () => {
  test.each(REGISTERS.map(([what, , , , kind]) => [what, kind] as const))(
    '%s is a %s, inferred',
    async (what, kind) => {
      const { meter } = await series(ids.get(what) ?? 0, '1h')
      expect(meter.events).toMatchObject([{ kind, inferred: true }])
    },
  )

  test('what no register and no rate explains is a replacement that nobody recorded, and says so', async () => {
    const id = await meterOf([5000, 5001, 120, 121])
    const { meter } = await series(id, '1d')
    expect(meter.events).toEqual([
      {
        time: new Date(MIDNIGHT + 2 * HOUR_MS).toISOString(),
        ...{ kind: 'replacement', inferred: true, from: 5001, to: 120, counted: 0 },
      },
    ])
  })

  test('a change of unit that nobody announced is named, with its factor, in series and indicators', async () => {
    const id = await meterOf([5000, 5001, 5_002_000, 5_003_000])
    const event = { kind: 'unit_change', inferred: true, from: 5001, to: 5_002_000, counted: 1, factor: 1000 }
    const { meter } = await series(id, '1h')
    expect(meter.events).toEqual([{ time: new Date(MIDNIGHT + 2 * HOUR_MS).toISOString(), ...event }])
    const period = parsePeriod(DAY, 'Europe/Lisbon', NOW)
    const read = await consumptions(api.pool, [id], hoursOf(period, NOW, 'Europe/Lisbon'), 'Europe/Lisbon')
    expect(read.get(id)?.events).toEqual([{ at: MIDNIGHT + 2 * HOUR_MS, ...event }])
  })

  test('an outlier is named', async () => {
    const { meter } = await series(await meterOf([5000, 5001, 0, 5002]), '1h')
    expect(meter).toMatchObject({ counted: 2, events: [], outliers: [{ reading: 0 }], unconfirmed: null })
  })

  test('a drop waits for the reading that confirms it', async () => {
    const { meter } = await series(await meterOf([5000, 5001, 0]), '1h')
    expect(meter).toMatchObject({ counted: 1, events: [], outliers: [], unconfirmed: { reading: 0 } })
  })
})

test('a meter read for 31 of 365 days says for how much of the year its amount stands', async () => {
  const january = Date.UTC(2025, 0, 1)
  const id = await addThing(api.pool, { key: 'january', domain: 'energy' }, 'energy')
  const times = Array.from({ length: 31 * 24 + 1 }, (_, i) => new Date(january + i * HOUR_MS))
  await api.pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, t, 100 + extract(epoch from t - $3::timestamptz) / 3600, 1 from unnest($2::timestamptz[]) t`,
    [id, times, new Date(january)],
  )
  const period = parsePeriod('2025', 'Europe/Lisbon', NOW)
  const hours = hoursOf(period, NOW, 'Europe/Lisbon')
  const read = (await consumptions(api.pool, [id], hours, 'Europe/Lisbon')).get(id)
  expect(read).toMatchObject({ within: 31 * 24, span: 31 * 24 })
  expect(hours.count).toBe(365 * 24)
  expect((read?.closing ?? 0) - (read?.opening ?? 0)).toBeCloseTo(31 * 24, 9)
})

describe('a replacement that was recorded', () => {
  const record = async (id: number, body: object, headers: object = authorized) => {
    const { rows } = await api.pool.query(
      'select key from thing where id = (select thing_id from datastream where id = $1)',
      [id],
    )
    const url = `/api/v1/registry/things/${rows[0].key}/meter-replacements`
    return api.app.inject({ method: 'PUT', url, headers: { ...headers }, payload: { property: 'energy', ...body } })
  }
  const replacedAt = new Date(MIDNIGHT + 1.5 * HOUR_MS).toISOString()

  // 5000 to 5001, on to 5001.5 when it was taken out; 119.5 when the new one was put in, and then 120 and 121
  test('counts by the readings of the day', async () => {
    const id = await meterOf([5000, 5001, 120, 121])
    expect((await record(id, { replacedAt, finalReading: 5001.5, startReading: 119.5 })).statusCode).toBe(200)
    const { meter, buckets } = await series(id, '1h')
    expect(summed({ buckets })).toBeCloseTo(1 + 0.5 + 0.5 + 1, 9)
    expect(meter.events).toMatchObject([{ kind: 'replacement', inferred: false, counted: 1 }])
    const period = parsePeriod(DAY, 'Europe/Lisbon', NOW)
    const read = await consumptions(api.pool, [id], hoursOf(period, NOW, 'Europe/Lisbon'), 'Europe/Lisbon')
    expect((read.get(id)?.correction ?? 0) + 121 - 5000).toBeCloseTo(3, 9)
  })

  // From 5001 to 5001.5, with no reading in between: nothing in the readings would tell
  test('where the new meter happens to go on higher', async () => {
    const id = await meterOf([5000, 5001, 5040, 5041])
    expect(summed(await series(id, '1h'))).toBeCloseTo(41, 9)
    await record(id, { replacedAt })
    expect(summed(await series(id, '1h'))).toBeCloseTo(2, 9)
  })

  test('needs the key, and a property that a meter counts', async () => {
    const id = await meterOf([5000, 5001])
    expect((await record(id, { replacedAt }, {})).statusCode).toBe(401)
    const refused = await record(id, { replacedAt, property: 'temperature' })
    expect(refused.statusCode).toBe(422)
    expect(refused.json().detail).toContain('"temperature" is not a meter reading')
  })
})

test('the rollup of meters holds every counter', async () => {
  const { rows } = await api.pool.query(`select view_definition from timescaledb_information.continuous_aggregates
    where view_name = 'meter_hourly'`)
  for (const { name, kind } of PROPERTIES.values())
    if (kind === 'counter') expect(rows[0].view_definition).toContain(`'${name}'`)
})
