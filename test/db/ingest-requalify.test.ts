/** Flags over stored history: the same whoever received what and in what order; days that are due; corrected values. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { markLate } from '#ingest/quality/amendments.ts'
import { RULES_VERSION } from '#ingest/quality/rules.ts'
import { requalify } from '#ingest/requalify/requalify.ts'
import { scheduleRequalification } from '#ingest/requalify/schedule.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { createFaultyPool } from './faulty-pool.ts'

const MIDNIGHT = Date.UTC(2026, 4, 31)
const HOUR = 3_600_000
const at = (minutes: number): Date => new Date(MIDNIGHT + minutes * 60_000)
const day = { fromMs: MIDNIGHT, toMs: MIDNIGHT + 24 * HOUR }
const REASON = {
  spike: 1 << 2,
  rate: 1 << 3,
  flat: 1 << 4,
  neighbours: 1 << 6,
  clockBehind: 1 << 8,
  arrival: 1 << 9,
  humidity: 1 << 10,
  reset: 1 << 11,
}

describe('re-evaluation of stored observations', () => {
  let database: TestDatabase
  let pool: Pool
  beforeAll(async () => {
    database = await openTestDatabase()
    pool = database.pool
  })
  afterAll(() => database.close())
  beforeEach(async () => {
    await pool.query('delete from observation')
    await pool.query(
      'truncate latest_observation, observation_adjustment, thing, thing_device, datastream, quality_due, quality_rules restart identity cascade',
    )
  })

  const thing = async (
    key: string,
    grade = 'unknown',
    lon: number | null = null,
    lat: number | null = null,
  ): Promise<number> =>
    (
      await pool.query<{ id: number }>(
        `insert into thing (key, name, domain, kind, grade, lon, lat, verified) values ($1, $1, 'air', 'air_station', $2, $3, $4, true) returning id`,
        [key, grade, lon, lat],
      )
    ).rows[0]?.id ?? -1
  const stream = async (thingId: number, property: string, channel = ''): Promise<number> =>
    (
      await pool.query<{ id: number }>(
        'insert into datastream (thing_id, property, channel, unit) values ($1, $2, $3, $4) returning id',
        [thingId, property, channel, 'x'],
      )
    ).rows[0]?.id ?? -1
  type Stored = [minutes: number, result: number, quality?: number, reasons?: number]
  const store = (id: number, values: readonly Stored[]) =>
    pool.query(
      `insert into observation select $1, * from unnest($2::timestamptz[], $3::float8[], $4::smallint[], $5::int[])`,
      [
        id,
        values.map(([minutes]) => at(minutes)),
        values.map(([, result]) => result),
        values.map(([, , quality]) => quality ?? 1),
        values.map(([, , , reasons]) => reasons ?? 0),
      ],
    )
  const flags = async (id: number) =>
    (
      await pool.query<{ quality: number; reasons: number }>(
        'select quality, reasons from observation where datastream_id = $1 order by phenomenon_time',
        [id],
      )
    ).rows.map(({ quality, reasons }) => [quality, reasons])

  test('a spike that two workers saw half of each, and one at the edge of the window', async () => {
    const id = await stream(await thing('a'), 'temperature')
    await store(id, [
      [0, 20],
      [10, 32],
      [20, 20],
      [1430, 20],
      [1439, 45, 1, REASON.arrival],
      [1450, 20],
    ])
    await pool.query(`insert into latest_observation select * from observation where result = 45`)
    expect(await requalify({ pool, window: day })).toMatchObject({ read: 6, changed: 2 })
    const expected = [
      [1, 0],
      [3, REASON.spike],
      [1, 0],
      [1, 0],
      // what is known from its arrival stays
      [4, REASON.spike | REASON.arrival],
      [1, 0],
    ]
    expect(await flags(id)).toEqual(expected)
    expect((await pool.query('select quality from latest_observation')).rows).toEqual([{ quality: 4 }])
    expect(await requalify({ pool, window: day })).toMatchObject({ changed: 0 })
    expect(await flags(id)).toEqual(expected)
  })

  test('flags that no longer hold are taken back; a clock that was off stays suspect', async () => {
    const id = await stream(await thing('a'), 'temperature')
    await store(id, [
      [0, 20, 4, REASON.spike],
      [10, 20.1, 3, REASON.clockBehind | REASON.flat],
      [20, 20.2],
    ])
    await requalify({ pool, window: day })
    expect(await flags(id)).toEqual([
      [1, 0],
      [3, REASON.clockBehind],
      [1, 0],
    ])
  })

  test('in compressed chunks too, and only what changes is touched', async () => {
    const a = await stream(await thing('a'), 'temperature')
    const b = await stream(await thing('b'), 'temperature')
    const quiet = Array.from({ length: 100 }, (_, n): Stored => [n * 10, 20 + (n % 5) / 10])
    await store(a, quiet)
    await store(
      b,
      quiet.map(([minutes, result], n): Stored => [minutes, n === 50 ? 45 : result]),
    )
    await pool.query(`select compress_chunk(c) from show_chunks('observation_packed') c`)
    expect(await requalify({ pool, window: day })).toMatchObject({ changed: 1 })
    expect((await flags(b))[50]).toEqual([4, REASON.spike | REASON.rate])
    expect((await flags(b)).filter(([quality]) => quality !== 1)).toHaveLength(1)
    expect(await requalify({ pool, window: day })).toMatchObject({ changed: 0 })
  })

  test('a line that is flat since before the window', async () => {
    const id = await stream(await thing('a'), 'temperature')
    // every ten minutes from 10 hours before midnight: nine hours and 24 readings fail
    await store(
      id,
      Array.from({ length: 64 }, (_, n): Stored => [(n - 60) * 10, 20]),
    )
    await requalify({ pool, window: day })
    expect((await flags(id))[60]).toEqual([4, REASON.flat])
    expect((await flags(id))[59]).toEqual([1, 0])
  })

  test('one of six stations disagrees with the five around it; distant ones and small groups are not evaluated', async () => {
    const ids: number[] = []
    for (let n = 0; n < 6; n += 1)
      ids.push(await stream(await thing(`near-${n}`, 'unknown', 10 + n * 0.005, 50), 'pm2_5'))
    const far = await stream(await thing('far', 'unknown', 12, 50), 'pm2_5')
    // 09:00 to 10:00. Neighbours of the first: 8, 9, 10, 11, 12: median 10, MAD 1, 5 x 1.4826 = 7.4, least 8
    for (const [n, id] of ids.entries())
      await store(id, [
        [545, n === 0 ? 30 : 7 + n],
        [585, n === 0 ? 31 : 7 + n],
      ])
    await store(far, [[545, 90]])
    await requalify({ pool, window: day, property: 'pm2_5' })
    expect(await flags(ids[0] ?? -1)).toEqual([
      [3, REASON.neighbours],
      [3, REASON.neighbours],
    ])
    for (const id of ids.slice(1)) expect((await flags(id)).map(([quality]) => quality)).toEqual([1, 1])
    expect(await flags(far)).toEqual([[1, 0]])
    // its own flag does not take it out of the comparison
    expect(await requalify({ pool, window: day, property: 'pm2_5' })).toMatchObject({ changed: 0 })
    // five devices that nobody confirmed contradict nobody
    await pool.query(`update thing set verified = false where key like 'near-%' and key <> 'near-0'`)
    await requalify({ pool, window: day, property: 'pm2_5' })
    expect((await flags(ids[0] ?? -1)).map(([quality]) => quality)).toEqual([1, 1])
  })

  test('particles in humid air: flagged for low-cost sensors, corrected in another Datastream', async () => {
    const cheap = await thing('cheap', 'low_cost')
    const pm = await stream(cheap, 'pm2_5')
    await store(await stream(cheap, 'relative_humidity'), [
      [5, 90],
      [65, 75],
      [125, 97],
    ])
    await store(pm, [
      [10, 40],
      [20, 44],
      [70, 40],
      [130, 60],
    ])
    const good = await thing('good', 'reference')
    const reference = await stream(good, 'pm2_5')
    await store(await stream(good, 'relative_humidity'), [[5, 90]])
    await store(reference, [[10, 40]])
    const purple = await thing('purple')
    await pool.query(`insert into thing_device (device, thing_id) values ('purpleair/84:f3', $1)`, [purple])
    await store(await stream(purple, 'relative_humidity'), [[5, 40]])
    await store(await stream(purple, 'pm2_5', 'cf_1'), [[10, 30]])

    expect(await requalify({ pool, window: day })).toMatchObject({ corrected: 4 })
    expect(await flags(pm)).toEqual([
      [1, REASON.humidity],
      [1, REASON.humidity],
      [1, 0],
      [3, REASON.humidity],
    ])
    expect(await flags(reference)).toEqual([[1, 0]])
    const corrected = async () =>
      (
        await pool.query(`
          select t.key, o.phenomenon_time as time, o.result, o.quality from observation o
          join datastream d on d.id = o.datastream_id join thing t on t.id = d.thing_id
          where d.channel = 'corrected' order by 1, 2`)
      ).rows
    const expected = [
      // kappa 0.4, density 1.65. 90 %: 1 + 0.242424 / (1 / 0.9 - 1) = 3.181818; the mean 42 becomes 13.2
      { key: 'cheap', time: at(0), result: 13.2, quality: 1 },
      // 75 %: 1 + 0.242424 / (1 / 0.75 - 1) = 1.727273; 40 becomes 23.158
      { key: 'cheap', time: at(60), result: 23.158, quality: 1 },
      // as at 95 %: 1 + 0.242424 / 0.0526316 = 5.606061, and suspect
      { key: 'cheap', time: at(120), result: 10.703, quality: 3 },
      // Barkjohn: 0.524 x 30 - 0.0862 x 40 + 5.75 = 18.022
      { key: 'purple', time: at(0), result: 18.022, quality: 1 },
    ]
    expect(await corrected()).toEqual(expected)
    // the ledger knows that no message brought them
    const booked = await pool.query('select reason, thing, n from observation_adjustment order by thing')
    expect(booked.rows).toEqual([
      { reason: 'humidity correction', thing: 'cheap', n: 3 },
      { reason: 'humidity correction', thing: 'purple', n: 1 },
    ])
    // the raw value stays
    expect((await pool.query('select result from observation where datastream_id = $1 order by 1', [pm])).rows).toEqual(
      [{ result: 40 }, { result: 40 }, { result: 44 }, { result: 60 }],
    )
    expect(await requalify({ pool, window: day })).toMatchObject({ changed: 0, corrected: 0 })
    expect(await corrected()).toEqual(expected)
  })

  test('a meter: an outlier is suspect, and so is an excursion; a confirmed reset is recorded', async () => {
    const id = await stream(await thing('m'), 'energy')
    const hours = (first: number, ...results: number[]): Stored[] =>
      results.map((result, i) => [(first + i) * 60, result])
    const [good, outlier, reset] = [
      [1, 0],
      [3, REASON.spike],
      [1, REASON.reset],
    ]
    await store(id, hours(0, 100, 101, 0, 102, 103, 0))
    await requalify({ pool, window: { fromMs: MIDNIGHT, toMs: MIDNIGHT + 6 * HOUR } })
    // Of the last 0 only what comes after it says whether the meter was reset.
    expect(await flags(id)).toEqual([good, good, outlier, good, good, good])
    await store(id, hours(6, 0, 0, 104, 105, 104.5, 105.5, 1, 2))
    await requalify({ pool, window: { fromMs: MIDNIGHT + 11 * HOUR, toMs: MIDNIGHT + 14 * HOUR } })
    expect((await flags(id)).slice(3)).toEqual([
      ...[good, good, outlier, outlier, outlier, good, good, outlier, good, reset, good],
    ])
    expect(await requalify({ pool, window: day })).toMatchObject({ changed: 0 })
  })

  describe('on schedule', () => {
    const log = createLog('test', 'silent')
    const open = (nowMs: number) => scheduleRequalification({ pool, log, now: () => nowMs, rest: 0 })
    const due = async () =>
      (await pool.query('select day::text from quality_due order by 1')).rows.map(({ day }) => day)
    const setThrough = (ms: number) =>
      pool.query(`update quality_progress set through = $1, lease_until = '-infinity'`, [new Date(ms)])
    const spiky = async (): Promise<number> => {
      const id = await stream(await thing('a'), 'temperature')
      await store(id, [
        [600, 20],
        [610, 45],
        [620, 20],
      ])
      return id
    }
    const applied = () =>
      pool.query('insert into quality_rules (version, rules) values ($1, $2)', [RULES_VERSION, '{}'])

    test('complete hours from where it stopped', async () => {
      await applied()
      await setThrough(MIDNIGHT + 10 * HOUR)
      const id = await spiky()
      const early = open(MIDNIGHT + 11.4 * HOUR)
      await early.runDue()
      await early.close()
      expect((await flags(id))[1]).toEqual([1, 0])
      const schedule = open(MIDNIGHT + 11.6 * HOUR)
      await schedule.runDue()
      expect((await flags(id))[1]).toEqual([4, REASON.spike])
      const { rows } = await pool.query('select through from quality_progress')
      expect(rows).toEqual([{ through: at(11 * 60) }])
      await schedule.close()
    })

    test('days of late data, when they are quiet', async () => {
      await applied()
      await setThrough(MIDNIGHT + 100 * HOUR)
      const id = await spiky()
      await markLate(pool, [MIDNIGHT + 1, MIDNIGHT + 2, MIDNIGHT + 99 * HOUR], MIDNIGHT + 100 * HOUR)
      expect(await due()).toEqual(['2026-05-31'])
      const schedule = open(MIDNIGHT + 100 * HOUR)
      await schedule.runDue()
      expect((await flags(id))[1]).toEqual([1, 0])
      await pool.query(`update quality_due set at = at - interval '2 minutes'`)
      await schedule.runDue()
      expect((await flags(id))[1]).toEqual([4, REASON.spike])
      expect(await due()).toEqual([])
      await schedule.close()
    })

    test('new rules re-evaluate all stored observations once, and are recorded', async () => {
      await setThrough(MIDNIGHT + 100 * HOUR)
      const id = await spiky()
      const schedule = open(MIDNIGHT + 100 * HOUR)
      await schedule.runDue()
      expect((await flags(id))[1]).toEqual([4, REASON.spike])
      expect(await due()).toEqual([])
      const { rows } = await pool.query(
        `select version, rules -> 'rules' -> 0 ->> 'source' is not null as sourced from quality_rules`,
      )
      expect(rows).toEqual([{ version: RULES_VERSION, sourced: true }])
      await schedule.close()
    })

    test.for([4, 6, 8, 10, 12, 14, 16, 20, 24, 28])(
      'days of late data stay due when the worker is killed: point %i',
      async (point) => {
        await applied()
        await setThrough(MIDNIGHT + 100 * HOUR)
        const id = await spiky()
        await markLate(pool, [MIDNIGHT + 1], MIDNIGHT + 100 * HOUR)
        await pool.query(`update quality_due set at = at - interval '2 minutes'`)
        const faulty = createFaultyPool(database.poolFor())
        const killed = scheduleRequalification({ pool: faulty.pool, log, now: () => MIDNIGHT + 100 * HOUR, rest: 0 })
        faulty.arm('kill', point)
        await Promise.race([killed.runDue(), faulty.failed()])
        void killed.close()
        await setThrough(MIDNIGHT + 100 * HOUR)
        const schedule = open(MIDNIGHT + 100 * HOUR)
        await schedule.runDue()
        expect((await flags(id))[1]).toEqual([4, REASON.spike])
        expect(await due()).toEqual([])
        await schedule.close()
      },
    )

    test('one worker at a time; one that has ended is replaced', async () => {
      await applied()
      await setThrough(MIDNIGHT + 10 * HOUR)
      const id = await spiky()
      await pool.query(
        `update quality_progress set holder = gen_random_uuid(), lease_until = now() + interval '1 minute'`,
      )
      const schedule = open(MIDNIGHT + 12 * HOUR)
      await schedule.runDue()
      expect((await flags(id))[1]).toEqual([1, 0])
      await pool.query(`update quality_progress set lease_until = now() - interval '1 second'`)
      await schedule.runDue()
      expect((await flags(id))[1]).toEqual([4, REASON.spike])
      await schedule.close()
    })
  })
})
