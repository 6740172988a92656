import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { selectCensored } from '#api/queries/observations.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import { createHistoryEvaluator } from '#ingest/quality/history.ts'
import { Requalifier } from '#ingest/quality/requalifier.ts'
import { observationsResponse } from '#model/api/city.ts'
import { historyResponse } from '#model/api/history.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { REASONS, reasonsOf } from '#model/observation/quality.ts'
import { seriesOf } from '../../dashboard/src/map/series/series.ts'
import { openTestApi, type TestApi } from '../db/api-fixture.ts'
import { addThing, asEver, hourly, rollUp } from '../db/indicators-fixture.ts'
import { read, receivedAt } from '../unit/ingest/decode/read.ts'

/**
 * Values below a detection limit are stored as half of it: EEA vocabulary observationvalidity, code 3, "valid, but below
 * detection limit and number replaced by 0.5 * detection limit"; Directive 2009/90/EC, article 5.
 */
function stored(
  topic: string,
  payload: unknown,
): [property: string, result: number, quality: number, reasons: string[]][] {
  const decoded = read(topic, payload)
  if (!decoded.ok) throw new Error(decoded.detail)
  const { samples } = normalise(decoded.samples, { receivedAt, source: { name: 'test', topic: '#' } })
  return samples.map(({ property, result, quality, reasons }) => [
    property,
    result,
    quality,
    reasonsOf(reasons & ~REASONS.time_of_arrival),
  ])
}
const rejected = (payload: unknown): string[] => {
  const decoded = read('city/air/a', payload)
  if (!decoded.ok) return [decoded.reason]
  return normalise(decoded.samples, { receivedAt, source: { name: 'test', topic: '#' } }).rejected.map(
    ({ reason }) => reason,
  )
}

describe('a limit that is sent instead of a value', () => {
  test.each<[sent: string, property: string, result: number, reason: string]>([
    ['<2', 'so2', 1, 'below_detection'],
    ['< 0,5', 'no2', 0.25, 'below_detection'],
    ['≤2', 'so2', 1, 'below_detection'],
    ['<=2', 'so2', 1, 'below_detection'],
    ['>500', 'pm2_5', 500, 'above_range'],
    // levels and temperatures have no natural zero: half of -120 dBm would be a strong signal
    ['<-120', 'rssi', -120, 'below_detection'],
    ['<30', 'sound_level', 30, 'below_detection'],
  ])('%s of %s is %d', (sent, property, result, reason) => {
    const [row] = stored('city/air/a', { [property]: sent })
    expect(row?.slice(0, 2)).toEqual([property, result])
    expect(row?.[2]).toBeLessThan(3)
    expect(row?.[3]).toEqual([reason])
  })
  test('in another unit: 2 ppb of SO2 are 5.33 ug/m3 at 20 Cel, and half of that 2.66', () => {
    const [row] = stored('city/air/a', { so2: '<2', units: { so2: 'ppb' } })
    expect(row?.[1]).toBeCloseTo((2 * 64.066) / 24.055 / 2, 2)
  })
  test('is no limit of what is counted, and no number where it has none', () => {
    expect(rejected({ energy: '<2' })).toEqual(['bad_value'])
    expect(rejected({ so2: '<' })).toEqual(['bad_value'])
    expect(rejected({ so2: '<low' })).toEqual(['bad_value'])
  })
  test('by other decoders too: The Things Stack with free names', () => {
    const uplink = {
      end_device_ids: { device_id: 'd' },
      received_at: '2026-05-31T11:59:50Z',
      uplink_message: { f_port: 1, decoded_payload: { no2_ugm3: '<3' } },
    }
    expect(stored('v3/app@t/devices/d/up', uplink)).toEqual([['no2', 1.5, 1, ['below_detection']]])
  })
  test('again and again is no sensor that is stuck', () => {
    const no2 = propertyOf('no2')
    const judge = new Requalifier(no2, 'low_cost', undefined)
    const control = createHistoryEvaluator()
    for (let hour = 0; hour < 48; hour++) {
      const timeMs = receivedAt.getTime() + hour * 600_000
      const row = { timeMs, result: 1, quality: 1, reasons: REASONS.below_detection } as const
      expect(judge.next(row)?.evaluation).toEqual({ quality: 1, reasons: REASONS.below_detection })
    }
    expect(control.size).toBe(0)
  })
  test('between equal values shows that these are no flat line: for any pattern with a limit in every eight values', () => {
    const pattern = fc.array(fc.boolean(), { minLength: 40, maxLength: 120 })
    fc.assert(
      fc.property(pattern, fc.constantFrom('low_cost', 'reference'), (limits, grade) => {
        const judge = new Requalifier(propertyOf('no2'), grade, undefined)
        const control = createHistoryEvaluator()
        const evaluated = limits.flatMap((isLimit, i) => {
          const timeMs = receivedAt.getTime() + i * 600_000
          if (!isLimit && i % 8 !== 0) {
            const { reasons } = control.evaluate(1, 'no2', new Date(timeMs), 6, grade)
            expect(reasons & REASONS.flat_line, `${i} on arrival`).toBe(0)
          } else control.interrupt(1, new Date(timeMs))
          const limit = { result: 1, reasons: REASONS.below_detection }
          const row = isLimit || i % 8 === 0 ? limit : { result: 6, reasons: 0 }
          return judge.next({ timeMs, quality: 1, ...row }) ?? []
        })
        for (const { evaluation } of [...evaluated, ...judge.end()])
          expect(evaluation.reasons & REASONS.flat_line).toBe(0)
      }),
      { seed: 60, numRuns: 50 },
    )
  })
})

describe('in the API and in evidence', () => {
  let api: TestApi
  const DAY = '2026-03-04'
  const DAY_MS = 86_400_000
  beforeAll(async () => {
    api = await openTestApi()
    const { pool } = api
    const [so2] = await addThing(pool, { key: 'air-limits', kind: 'air_station' }, [['so2']])
    await asEver(pool)
    // 12 hours below 2, 12 hours of 4
    const rows = hourly(`${DAY}T00:00:00Z`, 24).map((time, i) =>
      i < 12 ? { time, result: 1, reasons: REASONS.below_detection } : { time, result: 4, reasons: 0 },
    )
    await pool.query(
      `insert into observation (datastream_id, phenomenon_time, result, quality, reasons)
       select $1, t, r, 1, b from unnest($2::timestamptz[], $3::float8[], $4::int[]) o (t, r, b)`,
      [so2, rows.map(({ time }) => time), rows.map(({ result }) => result), rows.map(({ reasons }) => reasons)],
    )
    await rollUp(pool)
    await pool.query(`call refresh_continuous_aggregate('censored_hourly', null, null)`)
  })
  afterAll(() => api.close())

  test('the observation says which limit was sent', async () => {
    const { rows } = await api.pool.query<{ id: number }>(
      `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = 'air-limits'`,
    )
    const { observations } = (
      await api.app.inject(`/api/v1/datastreams/${rows[0]?.id}/observations?from=${DAY}T11:00:00Z&to=${DAY}T13:00:00Z`)
    ).json()
    expect(observations).toEqual([
      {
        ...{ time: `${DAY}T11:00:00.000Z`, result: 1, quality: 1, reasons: ['below_detection'] },
        censored: { bound: 'below', limit: 2 },
      },
      { time: `${DAY}T12:00:00.000Z`, result: 4, quality: 1, reasons: [] },
    ])
  })

  test('a bucket says how many of its values are limits, and what it is below where all are', async () => {
    const { rows } = await api.pool.query<{ id: number }>(
      `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = 'air-limits'`,
    )
    const id = rows[0]?.id ?? -1
    const window = `from=${DAY}T00:00:00Z&to=2026-03-05T00:00:00Z`
    const response = observationsResponse.parse(
      (await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}&every=6h`)).json(),
    )
    const below = { below: 6, above: 0, limit: 2 }
    expect(response.buckets?.map(({ mean, censored }) => [mean, censored])).toEqual([
      ...[
        [1, below],
        [1, below],
      ],
      ...[
        [4, undefined],
        [4, undefined],
      ],
    ])
    expect(seriesOf(response).points.map(({ limit }) => limit)).toEqual([
      ...[
        { bound: 'below', limit: 2 },
        { bound: 'below', limit: 2 },
      ],
      ...[null, null],
    ])
    const day = (await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}&every=1d`)).json().buckets[0]
    expect([day.mean, day.censored]).toEqual([2.5, { below: 12, above: 0, limit: null }])
    // days of a clock that is off UTC by half an hour are counted from raw observations
    const edges = [`${DAY}T03:30:00Z`, `${DAY}T13:30:00Z`].map((time) => Date.parse(time))
    expect(await selectCensored(api.pool, id, edges)).toEqual(new Map([[0, { below: 8, above: 0 }]]))
  })

  test('playback says the same of every frame as the series', async () => {
    const { rows } = await api.pool.query<{ id: number }>(
      `select d.id from datastream d join thing t on t.id = d.thing_id where t.key = 'air-limits'`,
    )
    const id = rows[0]?.id ?? -1
    const window = `from=${DAY}T00:00:00Z&to=2026-03-05T00:00:00Z`
    const framesOf = async (every: string) =>
      historyResponse
        .parse((await api.app.inject(`/api/v1/history?property=so2&${window}&every=${every}`)).json())
        .streams.find(({ datastream }) => datastream === id)
    expect((await framesOf('6h'))?.censored).toEqual([
      { frame: 0, below: 6, above: 0, limit: 2 },
      { frame: 1, below: 6, above: 0, limit: 2 },
    ])
    expect((await framesOf('1d'))?.censored).toEqual([{ frame: 0, below: 12, above: 0, limit: null }])
    // from raw observations
    expect((await framesOf('10m'))?.censored?.[1]).toEqual({ frame: 6, below: 1, above: 0, limit: 2 })
  })

  test('for any mixture of values, limits and doubts, of any grade, playback and series say the same', {
    timeout: 120_000,
  }, async () => {
    let some = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(mixed, { minLength: 8, maxLength: 8 }),
        fc.nat({ max: 500 }),
        async (streams, ahead) => {
          const day = new Date(Date.UTC(2024, 1, 1) + ahead * DAY_MS).toISOString().slice(0, 10)
          const ids = await storeMixed(streams, day)
          for (const every of ['1h', '6h']) for (const of of ids) some += await compareMixed(of, day, every)
        },
      ),
      { seed: 31, numRuns: 6 },
    )
    expect(some).toBeGreaterThan(100)
  })

  const reading = fc.record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    // most are limits, so that some hours have nothing else
    kind: fc.constantFrom('below', 'below', 'above', 'value'),
    result: fc.integer({ min: 1, max: 60 }),
    quality: fc.constantFrom(1, 1, 1, 2, 3, 4),
  })
  const mixed = fc.record({
    grade: fc.constantFrom('reference', 'indicative', 'low_cost', 'unknown'),
    property: fc.constantFrom('no2', 'sound_level', 'temperature', 'illuminance'),
    readings: fc.uniqueArray(reading, { maxLength: 40, selector: ({ hour, minute }) => 60 * hour + minute }),
  })
  type Mixed = typeof mixed extends fc.Arbitrary<infer One> ? One : never
  const BITS: Record<string, number> = { below: REASONS.below_detection, above: REASONS.above_range, value: 0 }
  let stations = 0

  async function storeMixed(streams: readonly Mixed[], day: string): Promise<[id: number, Mixed][]> {
    const ids: [number, Mixed][] = []
    for (const one of streams) {
      const thing = { key: `mixed-${++stations}`, kind: 'air_station' }
      const [id = -1] = await addThing(api.pool, thing, [[one.property]])
      await api.pool.query('update thing set grade = $2 where key = $1', [thing.key, one.grade])
      await api.pool.query(
        `insert into observation (datastream_id, phenomenon_time, result, quality, reasons)
         select $1, $2::timestamptz + make_interval(mins => m), r, q, b
         from unnest($3::int[], $4::float8[], $5::smallint[], $6::int[]) o (m, r, q, b)`,
        [
          ...[id, `${day}T00:00:00Z`],
          one.readings.map(({ hour, minute }) => 60 * hour + minute),
          one.readings.map(({ result }) => result),
          one.readings.map(({ quality }) => quality),
          one.readings.map(({ kind }) => BITS[kind] ?? 0),
        ],
      )
      ids.push([id, one])
    }
    for (const view of ['observation_hourly', 'observation_daily', 'sound_hourly', 'censored_hourly'])
      await api.pool.query(`call refresh_continuous_aggregate('${view}', null, null)`)
    return ids
  }

  /** @returns the number of frames with limits */
  async function compareMixed(
    [id, { property, readings }]: [number, Mixed],
    day: string,
    every: string,
  ): Promise<number> {
    const window = `from=${day}T00:00:00Z&to=${new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString()}&every=${every}`
    const series = (await api.app.inject(`/api/v1/datastreams/${id}/observations?${window}`)).json()
    const { streams } = (await api.app.inject(`/api/v1/history?property=${property}&${window}`)).json()
    const shown = historyResponse.shape.streams.parse(streams).find(({ datastream }) => datastream === id)
    const frames = new Map((shown?.censored ?? []).map(({ frame, ...of }) => [frame, of]))
    const hours = every === '1h' ? 1 : 6
    for (const [i, bucket] of (observationsResponse.parse(series).buckets ?? []).entries()) {
      expect(frames.get(i), `${property}, ${every}, frame ${i}`).toEqual(bucket.censored)
      const count = (kind: string) =>
        readings.filter((one) => one.kind === kind && one.quality < 3 && Math.floor(one.hour / hours) === i).length
      const own = frames.get(i) ?? { below: 0, above: 0 }
      expect([own.below, own.above]).toEqual([count('below'), count('above')])
    }
    return frames.size
  }

  test('the mean uses half of the limit, and the evidence says how often', async () => {
    const { pool } = api
    const indicators = createIndicators({
      pool,
      microdata: openMicrodata(pool),
      clock: () => new Date('2026-03-05T06:00:00Z'),
    })
    const { values } = await indicators.evaluate('EN:EN:AQ:1C', { period: DAY })
    const so2 = values.find(({ dataPoint }) => dataPoint === 'so2')
    // (12 x 1 + 12 x 4) / 24
    expect(so2?.value).toBeCloseTo(2.5, 9)
    expect(so2?.evidence?.inputs?.[0]?.label).toContain('12 below detection taken as half of the limit')
  })
})
