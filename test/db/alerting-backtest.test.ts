/** Row 25: a backtest finds what the engine finds on the same data, however the data arrived in batches. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backtest } from '#domain/alerting/backtest/backtest.ts'
import type { StoredRule } from '#domain/alerting/rules.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import { REASONS } from '#model/observation/quality.ts'
import { type AlertCity, openAlertCity } from './alerting-fixture.ts'
import { addObservations, addThing } from './api-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity({ timeZone: 'Europe/Lisbon' })
})
beforeEach(() => city.reset())
afterAll(() => city.close())

const START = Date.parse('2026-06-01T20:00:00Z')
const MINUTE = 60_000
const iso = (ms: number): string => new Date(ms).toISOString()
const NO_FIGURES = {
  airIndex: async () => ({ things: new Map(), zones: new Map(), city: null }),
  shortfall: async () => undefined,
}

/** Values of a Thing: minutes since the one before, the result, and its flag. */
const seriesOf = (gap: { min: number; max: number }, most: number) =>
  fc.array(fc.tuple(fc.integer(gap), fc.integer({ min: 0, max: most }), fc.constantFrom(1, 1, 1, 2, 3, 4)), {
    minLength: 5,
    maxLength: 40,
  })
const conditions = fc.constantFrom(
  { kind: 'value', property: 'pm2_5' },
  { kind: 'mean', property: 'pm2_5', windowMinutes: 10 },
  { kind: 'percentile', property: 'pm2_5', windowMinutes: 15, percentile: 50 },
  { kind: 'rate', property: 'pm2_5', windowMinutes: 5 },
  { kind: 'mean', property: 'pm2_5', windowMinutes: 60 },
  { kind: 'mean', property: 'pm2_5', windowMinutes: 30 },
  { kind: 'rate', property: 'pm2_5', windowMinutes: 60 },
)
const rules = fc.record({
  condition: conditions,
  evidence: fc.constantFrom({}, { suspect: true }),
  forSeconds: fc.constantFrom(0, 120, 600),
  keepFiringSeconds: fc.constantFrom(0, 300),
  levels: fc.constantFrom(
    [{ severity: 'warning', threshold: 50, recovery: 40 }],
    [
      { severity: 'info', threshold: 30 },
      { severity: 'critical', threshold: 70, recovery: 60 },
    ],
  ),
  schedule: fc.constantFrom(undefined, { windows: [{ from: '22:00', to: '23:30' }] }),
  noData: fc.constantFrom({ policy: 'ignore', afterSeconds: 1200 }, { policy: 'notify', afterSeconds: 420 }),
  flapping: fc.constantFrom({ changes: 10, windowMinutes: 60 }, { changes: 4, windowMinutes: 30 }),
})

const legalRules = fc.record({
  condition: fc.constantFrom(
    { kind: 'legal_threshold', pollutant: 'o3', per: 'hour' },
    { kind: 'legal_threshold', pollutant: 'o3', per: 'day_max_8h' },
    { kind: 'legal_threshold', pollutant: 'no2', per: 'three_hours' },
    { kind: 'legal_threshold', pollutant: 'no2', per: 'hour' },
  ),
  levels: fc.constant([]),
  forSeconds: fc.constantFrom(0, 3600),
  keepFiringSeconds: fc.constantFrom(0, 3600),
  schedule: fc.constantFrom(undefined, { windows: [{ from: '22:00', to: '23:30' }] }),
  noData: fc.constantFrom({ policy: 'ignore' }, { policy: 'notify', afterSeconds: 3600 }),
})

/** Measurements arrive one by one, with passes in between, or several at once, and then the engine looks at them once. */
const arrivalsOf = (...passEverySeconds: readonly number[]) =>
  fc.oneof(
    fc.record({
      batch: fc.integer({ min: 1, max: 12 }),
      passEverySeconds: fc.constant(86_400),
      restarts: fc.constant(false),
    }),
    fc.record({
      batch: fc.constant(1),
      passEverySeconds: fc.constantFrom(...passEverySeconds),
      restarts: fc.boolean(),
    }),
  )

type Reading = { readonly key: string; readonly at: number; readonly value: number; readonly quality: number }
type Arrival = { readonly batch: number; readonly passEverySeconds: number; readonly restarts: boolean }

const readingsOf = (
  key: string,
  own: readonly (readonly [gap: number, value: number, quality: number])[],
): Reading[] => {
  let at = START
  return own.map(([gap, value, quality]) => {
    at += gap * MINUTE
    return { key, at, value, quality }
  })
}

/** Measurements as they arrive, and passes between them. */
async function replay(ordered: readonly Reading[], { batch, passEverySeconds, restarts }: Arrival): Promise<void> {
  let engine = city.openEngine()
  let now = START
  const passUntil = async (to: number): Promise<void> => {
    for (now += passEverySeconds * 1000; now < to; now += passEverySeconds * 1000) await engine.pass(new Date(now))
    now = to
  }
  await engine.pass(new Date(START))
  for (let from = 0; from < ordered.length; from += batch) {
    const arrived = ordered.slice(from, from + batch)
    const end = arrived.at(-1)?.at ?? START
    await passUntil(end)
    if (restarts) {
      await engine.close()
      engine = city.openEngine()
    }
    for (const [key, own] of Map.groupBy(arrived, (each) => each.key))
      await city.things.report(key, ...own.map(({ at, value, quality }) => [iso(at), value, quality] as const))
    await engine.pass(new Date(end))
  }
  // timers wait for half a minute
  await engine.pass(new Date((ordered.at(-1)?.at ?? START) + 30_000))
}

/** @returns how many incidents there were */
async function expectBacktestAsLive(stored: readonly StoredRule[], end: number): Promise<number> {
  const incidents = await city.incidents()
  for (const { id, definition } of stored) {
    const live = incidents
      .filter(({ rule_id }) => rule_id === id)
      .map(({ subject, started_at, ended_at, max_severity }) => ({
        ...{ subject, severity: max_severity, startedAt: started_at, endedAt: ended_at },
      }))
    const window = { from: new Date(START), to: new Date(end) }
    const found = await backtest(city.pool, definition, window, NO_FIGURES)
    expect(sorted(incidentsOf(found.transitions))).toEqual(sorted(live))
  }
  return incidents.length
}

const MINUTES = { series: seriesOf({ min: 1, max: 9 }, 100), arrivals: arrivalsOf(15, 97), interval: 60 }
const HOURS = { series: seriesOf({ min: 10, max: 50 }, 400), arrivals: arrivalsOf(911), interval: 1_800 }

/** A live replay of one rule or of several, which share what they read, against a backtest of each by itself. */
test.for([
  { what: 'one rule', of: rules, ...MINUTES, properties: ['pm2_5', 'pm2_5'], maxLength: 1, numRuns: 30 },
  { what: 'several rules', of: rules, ...MINUTES, properties: ['pm2_5', 'pm2_5'], maxLength: 5, numRuns: 15 },
  { what: 'legal thresholds', of: legalRules, ...HOURS, properties: ['o3', 'no2'], maxLength: 2, numRuns: 20 },
])(
  'row 25: backtest transitions equal those of a live replay of the same data: $what',
  { timeout: 300_000 },
  async ({ of, series, arrivals, interval, properties, maxLength, numRuns }) => {
    let opened = 0
    const some: fc.Arbitrary<object[]> = fc.array<object>(of, { minLength: Math.min(2, maxLength), maxLength })
    await fc.assert(
      fc.asyncProperty(some, series, series, arrivals, async (overs, a, b, arrival) => {
        await city.reset()
        const stored = []
        for (const [i, over] of overs.entries()) stored.push(await city.rule({ name: `Rule ${i}`, ...over }))
        for (const [key, grade, property = ''] of [
          ['a', 'reference', properties[0]],
          ['b', 'low_cost', properties[1]],
        ] as const)
          await city.things.add(key, { property, grade, interval })
        await city.pool.query(`update thing set created_at = $1`, [new Date(START)])
        const ordered = [...readingsOf('a', a), ...readingsOf('b', b)].toSorted((x, y) => x.at - y.at)
        await replay(ordered, arrival)
        opened += await expectBacktestAsLive(stored, ordered.at(-1)?.at ?? START)
      }),
      { seed: 15, numRuns, endOnFailure: true },
    )
    // otherwise nothing was tested
    expect(opened).toBeGreaterThan(15)
  },
)

type Line = { subject: unknown; severity: unknown; startedAt: unknown; endedAt: unknown }
const sorted = (lines: readonly Line[]): string[] => lines.map((line) => JSON.stringify(line)).sort()

function incidentsOf(transitions: Awaited<ReturnType<typeof backtest>>['transitions']): Line[] {
  const rank = ['info', 'warning', 'critical']
  const open = new Map<string, Line>()
  const lines: Line[] = []
  for (const { subject, event, severity, startedAt, endedAt } of transitions) {
    if (event === null) continue
    const line = open.get(subject) ?? { subject, severity, startedAt: new Date(startedAt ?? 0), endedAt: null }
    if (!open.has(subject)) lines.push(line)
    open.set(subject, line)
    if (rank.indexOf(String(severity)) > rank.indexOf(String(line.severity))) line.severity = severity
    if (endedAt === null) continue
    line.endedAt = new Date(endedAt)
    open.delete(subject)
  }
  return lines
}

/** What may be heard of a Thing, or what it says of itself. */
const SAYS = [
  'measured',
  'measured',
  'offline',
  'online',
  'kept offline',
  'kept online',
  'offline with a value',
] as const
/** Minutes since the one before. */
const saying = fc.array(fc.tuple(fc.integer({ min: 2, max: 20 }), fc.constantFrom(...SAYS)), {
  minLength: 5,
  maxLength: 30,
})
const silenceRules = fc.record({
  levels: fc.constantFrom(
    [{ severity: 'warning', threshold: 4 }],
    [{ severity: 'warning', threshold: 90 }],
    [
      { severity: 'info', threshold: 3, forSeconds: 180 },
      { severity: 'critical', threshold: 8 },
    ],
  ),
  keepFiringSeconds: fc.constantFrom(0, 600),
  schedule: fc.constantFrom(undefined, { windows: [{ from: '22:00', to: '23:30' }] }),
  flapping: fc.constantFrom({ changes: 10, windowMinutes: 60 }, { changes: 4, windowMinutes: 30 }),
})
const passes = fc.record({ everySeconds: fc.constantFrom(61, 97), restarts: fc.boolean() })

// One Thing: several have causes in common, and a backtest has none.
test('row 25: so they do where devices say of themselves that they are offline', async () => {
  const seen = { announced: 0, byAge: 0 }
  await fc.assert(
    fc.asyncProperty(
      silenceRules,
      saying,
      fc.boolean(),
      passes,
      async (over, own, hasInterval, { everySeconds, restarts }) => {
        await city.reset()
        const { definition } = await city.rule({ name: 'Rule', condition: { kind: 'silence' }, ...over })
        await city.things.add('a', { interval: 120 })
        const online = await addThing(city.pool, { key: 'a' }, 'online')
        await city.pool.query(`update thing set created_at = $1`, [new Date(START)])
        // known only by what it says of itself
        if (!hasInterval) await city.pool.query(`update thing set expected_interval_s = null`)
        const publish = async (at: number, what: (typeof SAYS)[number]): Promise<void> => {
          if (what === 'measured' || what === 'offline with a value') await city.things.report('a', [iso(at), 9])
          if (what === 'measured') return
          const kept = what.startsWith('kept')
          const reasons = REASONS.time_of_arrival | (kept ? REASONS.retained_state : 0)
          await addObservations(city.pool, online, [[iso(at), what.includes('offline') ? 0 : 1, kept ? 3 : 2, reasons]])
        }
        let engine = city.openEngine()
        let now = START
        await engine.pass(new Date(now))
        const passUntil = async (to: number): Promise<void> => {
          for (now += everySeconds * 1000; now < to; now += everySeconds * 1000) await engine.pass(new Date(now))
          now = to
          await engine.pass(new Date(now))
        }
        let at = START
        for (const [gap, what] of own) {
          at += gap * MINUTE
          await passUntil(at - 1)
          if (restarts) {
            await engine.close()
            engine = city.openEngine()
          }
          await publish(at, what)
          now = at
          await engine.pass(new Date(now))
        }
        // timers wait for half a minute, and nothing is due in it
        const end = at + 15 * MINUTE + 45_000
        await passUntil(end)
        await engine.close()
        const window = { from: new Date(START), to: new Date(end) }
        const { transitions } = await backtest(city.pool, definition, window, NO_FIGURES)
        const found = transitions.flatMap(({ subject, event, severity, at }) =>
          event === null ? [] : [`${subject} ${event} ${severity} ${iso(at)}`],
        )
        expect(found.toSorted()).toEqual(await liveEvents())
        const opened = transitions.filter(({ event }) => event === 'opened').length
        seen[hasInterval ? 'byAge' : 'announced'] += opened
      },
    ),
    { seed: 25, numRuns: 15, endOnFailure: true },
  )
  expect(Math.min(seen.announced, seen.byAge)).toBeGreaterThan(5)
}, 300_000)

const liveEvents = async (): Promise<string[]> =>
  (
    await city.pool.query<{ subject: string; kind: string; severity: string; at: Date }>(
      `select i.subject_id as subject, e.kind, e.severity, e.at from incident_event e join incident i on i.id = e.incident_id
       where e.kind in ('opened', 'resolved', 'severity_changed', 'flapping')`,
    )
  ).rows
    .map(({ subject, kind, severity, at }) => `${subject} ${kind} ${severity} ${at.toISOString()}`)
    .toSorted()

test('a year of one Thing: what it would have sent', async () => {
  await city.things.add('a', { interval: 3600 })
  // a day over 80 in every month, an hour apart
  await city.pool.query(
    `insert into observation (datastream_id, phenomenon_time, result, quality)
     select $1, at, case when extract(day from at at time zone 'UTC') = 15 then 90 else 20 end, 1
     from generate_series(timestamptz '2025-07-01Z', timestamptz '2026-07-01 00:00Z', interval '1 hour') at`,
    [city.things.stream('a')],
  )
  const window = { from: new Date('2025-07-01T00:00:00Z'), to: new Date('2026-07-01T00:00:00Z') }
  const rule = alertRuleSchema.parse({
    name: 'Rule',
    condition: { kind: 'mean', property: 'pm2_5', windowMinutes: 60 },
    levels: [{ severity: 'warning', threshold: 80 }],
  })
  const { transitions, subjects, evaluated } = await backtest(city.pool, rule, window, NO_FIGURES)
  expect([subjects, evaluated]).toEqual([1, 365 * 24])
  expect(transitions.filter(({ event }) => event === 'opened')).toHaveLength(12)
  expect(
    transitions
      .filter(({ event }) => event === 'resolved')
      .map(({ startedAt, endedAt }) => ((endedAt ?? 0) - (startedAt ?? 0)) / 3_600_000),
  ).toEqual(Array(12).fill(24))
})

test('silence in the past: a gap of two hours with an interval of 15 minutes', async () => {
  await city.things.add('a', { interval: 900 })
  const readings = [0, 15, 30, 150, 165].map((minutes) => [iso(START + minutes * MINUTE), 1] as const)
  await city.things.report('a', ...readings)
  const rule = alertRuleSchema.parse({
    name: 'Rule',
    condition: { kind: 'silence' },
    levels: [{ severity: 'warning', threshold: 3 }],
  })
  const { transitions } = await backtest(
    city.pool,
    rule,
    { from: new Date(START), to: new Date(START + 170 * MINUTE) },
    NO_FIGURES,
  )
  expect(transitions.map(({ event, at }) => [event, (at - START) / MINUTE])).toEqual([
    ['opened', expect.closeTo(75, 3)],
    ['resolved', 150],
  ])
})

test('announced in the past: offline for ten minutes, long before its age would say so', async () => {
  await city.things.add('a', { interval: 3600 })
  const online = await addThing(city.pool, { key: 'a' }, 'online')
  await city.things.report('a', [iso(START), 1])
  await addObservations(city.pool, online, [
    [iso(START + 20 * MINUTE), 0, 2],
    [iso(START + 30 * MINUTE), 1, 2],
  ])
  const rule = alertRuleSchema.parse({
    name: 'Rule',
    condition: { kind: 'silence' },
    levels: [{ severity: 'warning', threshold: 96 }],
  })
  const window = { from: new Date(START), to: new Date(START + 60 * MINUTE) }
  const { transitions } = await backtest(city.pool, rule, window, NO_FIGURES)
  expect(transitions.map(({ event, at }) => [event, (at - START) / MINUTE])).toEqual([
    ['opened', 20],
    ['resolved', 30],
  ])
})

test('silence of a gateway or source is not backtested as if it were the silence of each of its Things', async () => {
  for (const key of ['a', 'b']) await city.things.add(key, { gateway: 'roof' })
  const window = { from: new Date(START), to: new Date(START + 60 * MINUTE) }
  const levels = [{ severity: 'warning', threshold: 3 }]
  const rule = (group: string) =>
    alertRuleSchema.parse({ name: 'Silent', condition: { kind: 'silence', of: group }, levels })
  for (const group of ['gateway', 'source'])
    await expect(backtest(city.pool, rule(group), window, NO_FIGURES)).rejects.toMatchObject({
      code: 'VALUE_INVALID',
      message: expect.stringContaining(`condition.of = ${group}`),
    })
  expect((await backtest(city.pool, rule('thing'), window, NO_FIGURES)).subjects).toBe(2)
})
