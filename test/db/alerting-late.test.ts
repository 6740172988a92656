/** Row 14: what arrives late notifies nobody, and the history says what it would have changed. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { selectStatus, withInstances } from '#api/queries/alert-rules.ts'
import { selectTimeline } from '#api/queries/incidents.ts'
import { backtest } from '#domain/alerting/backtest/backtest.ts'
import { MAX_CORRECTED_MS } from '#domain/alerting/engine/repair.ts'
import { selectRules } from '#domain/alerting/rules.ts'
import { type AlertCity, at, on, openAlertCity } from './alerting-fixture.ts'

const NO_FIGURES = {
  airIndex: async () => ({ things: new Map(), zones: new Map(), city: null }),
  shortfall: async () => undefined,
}

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity()
})
beforeEach(() => reset())
afterAll(() => city.close())

async function reset(): Promise<void> {
  await city.reset()
  await city.pool.query('truncate late_observation, alert_correction')
  await city.things.add('a')
}

/** A rule that has been evaluated since the beginning of that day. */
async function addRule(over: object = {}) {
  const rule = await city.rule({ noData: { policy: 'ignore', afterSeconds: 86_400 }, ...over })
  await city.pool.query('update alert_rule set updated_at = $1', [on('00:00')])
  return rule
}

type Reading = readonly [time: string, value: number]

/** As the ingest does: stored, and noted as late where a later one is there (ingest/commit/late-observations.ts). */
async function arriveLate(now: string, ...readings: Reading[]): Promise<void> {
  await city.things.report('a', ...readings.map(([time, value]) => [at(time), value] as const))
  await city.pool.query(
    `insert into late_observation (datastream_id, earliest, latest, arrived_at)
     select $1, min(time), max(time), $3 from unnest($2::timestamptz[]) time`,
    [city.things.stream('a'), readings.map(([time]) => at(time)), on(now)],
  )
}

/** Measured and evaluated one by one. */
async function live(engine: ReturnType<AlertCity['openEngine']>, ...readings: Reading[]): Promise<void> {
  for (const [time, value] of readings) {
    await city.things.report('a', [at(time), value])
    await engine.pass(on(time))
  }
}
const corrections = async () =>
  (
    await city.pool.query<{ kind: string; incident: boolean; from: Date | null; to: Date | null }>(
      `select kind, incident_id is not null as incident, started_at as "from", ended_at as "to" from alert_correction order by id`,
    )
  ).rows
const marks = async () => (await city.pool.query('select from late_observation')).rowCount

test('an exceedance that nobody knew of: in the history of the rule, without an incident and without a message', async () => {
  await addRule()
  const engine = city.openEngine()
  await engine.pass(on('09:59'))
  await live(engine, ['10:00', 70], ['10:30', 70])
  await arriveLate('10:31', ['10:04', 90], ['10:10', 95], ['10:12', 70])
  await engine.pass(on('10:31:30'))
  // more may be under way
  expect(await corrections()).toEqual([])
  await engine.pass(on('10:33'))
  await engine.pass(on('10:34'))
  expect(await corrections()).toEqual([
    { kind: 'would_have_fired', incident: false, from: on('10:04'), to: on('10:12') },
  ])
  expect([await city.incidents(), await city.told(), await marks()]).toEqual([[], [], 0])
  const [rule] = await withInstances(city.pool, await selectRules(city.pool))
  expect(rule?.corrections).toMatchObject({
    total: 1,
    newest: [{ thing: 'a', incidentId: null, startedAt: '2026-06-01T10:04:00.000Z', severity: 'warning' }],
  })
})

test('an incident that was none: its timeline says so, and it stays as it was', async () => {
  await addRule({ forSeconds: 300 })
  const engine = city.openEngine()
  await engine.pass(on('09:59'))
  await live(engine, ['10:00', 90], ['10:06', 90], ['10:10', 70], ['10:20', 70])
  const before = await city.incidents()
  expect(before).toMatchObject([{ started_at: on('10:00'), ended_at: on('10:10') }])
  const told = await city.told()
  await arriveLate('10:21', ['10:03', 60], ['10:07', 60])
  await engine.pass(on('10:23'))
  expect(await corrections()).toEqual([{ kind: 'not_exceeded', incident: true, from: null, to: null }])
  const timeline = await selectTimeline(city.pool, Number(before[0]?.['id']))
  expect(timeline.at(-1)).toMatchObject({
    ...{ kind: 'history_corrected', at: at('10:23').replace('Z', '.000Z'), notified: 0 },
    detail: { correction: 'not_exceeded', startedAt: null, endedAt: null },
  })
  expect([await city.incidents(), await city.told()]).toEqual([before, told])
})

test('an incident that began earlier and ended sooner, once however often it is compared', async () => {
  await addRule()
  const engine = city.openEngine()
  await engine.pass(on('09:59'))
  await live(engine, ['10:00', 70], ['10:06', 90], ['10:20', 70], ['10:30', 70])
  await arriveLate('10:31', ['10:04', 90], ['10:15', 60])
  await engine.pass(on('10:33'))
  await arriveLate('10:34', ['10:16', 61])
  await engine.pass(on('10:36'))
  expect(await corrections()).toEqual([{ kind: 'other_times', incident: true, from: on('10:04'), to: on('10:15') }])
})

test('late data that changes nothing says nothing, and neither does what no rule looks at or what is too old', async () => {
  await addRule()
  const engine = city.openEngine()
  await engine.pass(on('09:59'))
  await live(engine, ['10:00', 70], ['10:06', 90], ['10:20', 70], ['10:30', 70])
  await arriveLate('10:31', ['10:10', 91], ['10:25', 20])
  const old = new Date(on('10:33').getTime() - MAX_CORRECTED_MS - 3_600_000)
  await city.things.report('a', [old.toISOString(), 95])
  await city.pool.query(
    `insert into late_observation (datastream_id, earliest, latest, arrived_at) values ($1, $2, $2, $3)`,
    [...[city.things.stream('a'), old, on('10:31')]],
  )
  await engine.pass(on('10:33'))
  expect([await corrections(), await marks()]).toEqual([[], 0])
})

const uncorrected = async (): Promise<number> =>
  (await city.pool.query('select uncorrected from alert_engine')).rows[0]?.['uncorrected']

test.each([
  // 40 days without an engine: it was new when it came
  [40, 40, 1],
  // it was older than that already, and waited a moment or 40 days: never promised
  [80, 0, 0],
  [80, 40, 0],
  // three weeks without one: compared
  [21, 21, 0],
])(
  'late data of %i days ago that came %i days ago: %i Datastreams are said not to be corrected',
  async (ago, waited, n) => {
    await addRule()
    const said: number[] = []
    const engine = city.openEngine(undefined, undefined, (datastreams) => said.push(datastreams))
    await engine.pass(on('10:30'))
    await live(engine, ['10:31', 70])
    const before = await uncorrected()
    const days = (count: number) => new Date(on('10:33').getTime() - count * 86_400_000)
    await city.things.report('a', [days(ago).toISOString(), 95])
    await city.pool.query(
      `insert into late_observation (datastream_id, earliest, latest, first_arrived_at, arrived_at) values ($1, $2, $2, $3, $4)`,
      [city.things.stream('a'), days(ago), days(waited), on('10:31')],
    )
    await engine.pass(on('10:33'))
    expect([(await uncorrected()) - before, said, await marks()]).toEqual([n, n > 0 ? [n] : [], 0])
    expect((await selectStatus(city.pool)).uncorrected).toBe(await uncorrected())
  },
)

test('what was before the rule is not its history, and an incident that missing data opened stays one', async () => {
  await addRule({ noData: { policy: 'notify', afterSeconds: 600 } })
  await city.pool.query('update alert_rule set updated_at = $1', [on('10:05')])
  const engine = city.openEngine()
  await engine.pass(on('10:05'))
  await live(engine, ['10:06', 70])
  await engine.pass(on('10:20'))
  await live(engine, ['10:30', 70])
  const told = await city.told()
  expect(told.slice(-2)).toEqual(['no_data a', 'back a'])
  await arriveLate('10:31', ['10:02', 95], ['10:03', 70], ['10:12', 70], ['10:22', 70])
  await engine.pass(on('10:33'))
  expect([await corrections(), await marks(), await city.told()]).toEqual([[], 0, told])
})

const seriesOf = (gap: { min: number; max: number }) =>
  fc.array(fc.record({ gap: fc.integer(gap), value: fc.constantFrom(20, 60, 75, 85, 95, 140), late: fc.boolean() }), {
    minLength: 6,
    maxLength: 30,
  })
const WELL = { value: 20, late: false }
const above = (of: readonly object[]) =>
  fc.record({
    condition: fc.constantFrom(...of),
    levels: fc.constantFrom(
      [{ severity: 'warning', threshold: 80, recovery: 70 }],
      [
        { severity: 'info', threshold: 70 },
        { severity: 'critical', threshold: 90 },
      ],
    ),
  })
const MINUTES = above([
  { kind: 'value', property: 'pm2_5' },
  { kind: 'mean', property: 'pm2_5', windowMinutes: 10 },
  { kind: 'percentile', property: 'pm2_5', windowMinutes: 5, percentile: 50 },
])
const HOURS = fc.oneof(
  above([
    { kind: 'mean', property: 'pm2_5', windowMinutes: 60 },
    { kind: 'mean', property: 'pm2_5', windowMinutes: 180 },
    { kind: 'percentile', property: 'pm2_5', windowMinutes: 120, percentile: 90 },
  ]),
  fc.record({
    condition: fc.constant({ kind: 'rate', property: 'pm2_5', windowMinutes: 60 }),
    levels: fc.constant([{ severity: 'warning', threshold: 20, recovery: 5 }]),
  }),
)
const history = (of: typeof MINUTES | typeof HOURS, series: ReturnType<typeof seriesOf>, patience: readonly number[]) =>
  fc.record({
    over: of,
    forSeconds: fc.constantFrom(...patience),
    keepFiringSeconds: fc.constantFrom(...patience),
    readings: series,
    deliveries: fc.integer({ min: 1, max: 3 }),
  })

/** `end`: in the end all is well, for long enough. */
const histories = [
  { windows: 'minutes', of: history(MINUTES, seriesOf({ min: 1, max: 6 }), [0, 240]), end: [30, 10, 10], numRuns: 40 },
  {
    windows: 'hours',
    of: history(HOURS, seriesOf({ min: 15, max: 50 }), [0, 0, 3_600]),
    end: [240, 60, 60, 60, 60, 60, 60],
    numRuns: 16,
  },
] as const

for (const { windows, of, end, numRuns } of histories)
  test(`row 14, windows of ${windows}: incidents and their corrections together are what a backtest finds on all data; messages are those before it came`, async () => {
    const seen = { would_have_fired: 0, other_times: 0, not_exceeded: 0 }
    await fc.assert(
      fc.asyncProperty(of, async ({ over, readings, deliveries, ...patience }) => {
        await reset()
        const flapping = { changes: 50, windowMinutes: 5 }
        const rule = await addRule({ ...over, ...patience, flapping })
        const engine = city.openEngine()
        let minute = on('10:00').getTime()
        await engine.pass(new Date(minute))
        const late: Reading[] = []
        const time = (ms: number): string => new Date(ms).toISOString()
        for (const { gap, value, late: isLate } of [...readings, ...end.map((gap) => ({ gap, ...WELL }))]) {
          minute += gap * 60_000
          if (isLate) late.push([time(minute), value])
          else await live(engine, [time(minute), value])
        }
        let now = minute + 60_000
        await engine.pass(new Date(now))
        const [told, before] = [await city.told(), await city.incidents()]
        for (let i = 0; i < deliveries; i += 1) {
          const part = late.filter((_, k) => k % deliveries === i)
          if (part.length > 0) await arriveLate(time(now), ...part)
          now += 90_000
          await engine.pass(new Date(now))
        }
        expect([await city.told(), await city.incidents(), await marks()]).toEqual([told, before, 0])
        const window = { from: on('10:00'), to: new Date(now) }
        const { transitions } = await backtest(city.pool, rule.definition, window, NO_FIGURES)
        const expected = transitions.flatMap(({ event, startedAt, endedAt }) =>
          event === 'resolved' ? [[startedAt, endedAt]] : [],
        )
        expect(await knownStretches(before)).toEqual(expected)
        for (const { kind } of await corrections()) seen[kind as keyof typeof seen] += 1
      }),
      { seed: 14, numRuns, endOnFailure: true },
    )
    // otherwise nothing was tested
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0)
  }, 300_000)

async function views(...of: string[]): Promise<void> {
  for (const view of of)
    await city.pool.query(`call refresh_continuous_aggregate('${view}', null, '2026-06-01T12:00Z')`)
}

test('hours that are rolled up are compared once they are again, however much waits; days are not waited for', async () => {
  await addRule({ condition: { kind: 'mean', property: 'pm2_5', windowMinutes: 60 } })
  await addRule({ condition: { kind: 'value', property: 'no2' } })
  const engine = city.openEngine()
  await engine.pass(on('08:00'))
  await live(engine, ...['08:10', '09:10', '10:10', '11:10', '13:10'].map((time): Reading => [time, 20]))
  await views('observation_hourly', 'observation_daily')
  // more than are compared in one pass, all of which wait for their hours
  const others = Array.from({ length: 60 }, (_, i) => `other ${i}`)
  for (const key of others) await city.things.add(key)
  await city.things.add('gas', { property: 'no2' })
  await city.pool.query(`update thing set created_at = '2026-01-01'`)
  for (const key of [...others, 'gas']) await city.things.report(key, [at('13:10'), 20])
  await engine.pass(on('13:10'))
  for (const key of ['a', ...others, 'gas']) {
    await city.things.report(key, [at('09:30'), 900])
    await city.pool.query(
      `insert into late_observation (datastream_id, earliest, latest, arrived_at) values ($1, $2, $2, $3)`,
      [city.things.stream(key), on('09:30'), on(key === 'gas' ? '13:12' : '13:11')],
    )
  }
  await engine.pass(on('13:14'))
  // that of "gas" is compared, the hours of the others are as they were
  expect([(await corrections()).length, await marks()]).toEqual([1, 61])
  await views('observation_hourly')
  await engine.pass(on('13:15'))
  await engine.pass(on('13:16'))
  expect([(await corrections()).length, await marks()]).toEqual([62, 0])
  // (20 + 900) / 2 at 10:00, and 20 at 11:00
  expect((await corrections()).filter(({ from }) => from?.getTime() === on('10:00').getTime()).length).toBe(61)
})

test('an index is what its hours are: late data ends its incident, and that is said; an indicator is what it was when it was due', async () => {
  const id = (await city.pool.query<{ id: number }>(`select id from thing where key = 'a'`)).rows[0]?.id ?? -1
  let index = 2
  const engine = city.openEngine(city.pool, {
    airIndex: async () => ({ things: new Map([[id, index]]), zones: new Map(), city: null }),
    shortfall: async () => 10 * index,
  })
  const levels = [{ severity: 'warning', threshold: 3 }]
  await addRule({ condition: { kind: 'air_index', scheme: 'european' }, levels })
  const indicator = { kind: 'indicator', code: 'EN:E:A:1C', period: 'last-7d' }
  await addRule({ condition: indicator, per: 'city', levels: [{ severity: 'warning', threshold: 30 }] })
  await engine.pass(on('09:59'))
  for (const time of ['10:00', '10:30', '11:10'] as const) await live(engine, [time, 20])
  index = 5
  await live(engine, ['12:10', 20])
  expect(await city.told()).toEqual(['opened a', 'opened city'])
  await views('observation_hourly')
  // as it is computed with what came late, once its hours are rolled up again
  index = 1
  await arriveLate('12:11', ['10:10', 95], ['11:20', 95])
  await engine.pass(on('12:13'))
  expect(await city.told()).toEqual(['opened a', 'opened city'])
  await views('observation_hourly')
  await engine.pass(on('12:14'))
  expect([await city.open(), await city.told()]).toEqual([['city warning'], ['opened a', 'opened city', 'resolved a']])
  const [incident] = await city.incidents()
  expect(incident).toMatchObject({ subject: 'a', value: 1, closed_reason: 'resolved' })
  expect([await corrections(), await marks()]).toEqual([[], 0])
  // with the next hour
  await live(engine, ['13:10', 20])
  expect(await city.told()).toEqual(['opened a', 'opened city', 'resolved a', 'resolved city'])
})

/** By hand: the word on each incident, or what it was; and what would have fired without one. Incidents that are one count once. */
async function knownStretches(incidents: readonly Record<string, unknown>[]): Promise<[number, number][]> {
  const { rows } = await city.pool.query<{ id: number; incident: number | null; kind: string; from: Date; to: Date }>(
    `select id, incident_id as incident, kind, started_at as "from", ended_at as "to" from alert_correction where superseded_at is null order by id`,
  )
  const stretches: [number, number][] = []
  for (const { id, started_at, ended_at } of incidents) {
    const said = rows.findLast(({ incident }) => incident === id)
    if (said?.kind === 'not_exceeded') continue
    const [from, to] = said ? [said.from, said.to] : [started_at as Date, ended_at as Date]
    stretches.push([from.getTime(), to.getTime()])
  }
  for (const { kind, from, to } of rows) if (kind === 'would_have_fired') stretches.push([from.getTime(), to.getTime()])
  const distinct = new Map(stretches.map((stretch) => [stretch.join(), stretch]))
  return [...distinct.values()].toSorted((a, b) => a[0] - b[0])
}
