/** Figures of whole hours: what is known in the end decides, however it became known; a backtest finds the same. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { backtest } from '#domain/alerting/backtest/backtest.ts'
import type { Figures } from '#domain/alerting/engine/derived-rules.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import { REASONS } from '#model/observation/quality.ts'
import { type AlertCity, openAlertCity } from './alerting-fixture.ts'
import { addObservations } from './api-fixture.ts'

let city: AlertCity
beforeAll(async () => {
  city = await openAlertCity({ timeZone: 'Europe/Lisbon' })
})
beforeEach(() => reset())
afterAll(() => city.close())

async function reset(): Promise<void> {
  await city.reset()
  await city.pool.query('truncate late_observation, alert_correction')
}

const [MINUTE, HOUR] = [60_000, 3_600_000]
const START = Date.parse('2026-06-01T20:00:00Z')
const iso = (ms: number): string => new Date(ms).toISOString()

/** An hour of a Thing: its index, how many minutes after the hour it arrives, and after how many hours a correction removes it. */
const hour = fc.record({
  index: fc.integer({ min: 1, max: 6 }),
  minutes: fc.constantFrom(-10, -10, -10, 25, 150, 400),
  removedAfter: fc.constantFrom(null, null, null, null, 1, 3),
})
const hours = fc.array(fc.option(hour, { freq: 4 }), { minLength: 8, maxLength: 16 })
const indexRules = fc.record({
  per: fc.constantFrom('thing', 'zone', 'city'),
  levels: fc.constantFrom(
    [{ severity: 'warning', threshold: 3 }],
    [
      { severity: 'info', threshold: 2 },
      { severity: 'critical', threshold: 4, recovery: 3 },
    ],
  ),
  forSeconds: fc.constantFrom(0, 0, 3_600),
  keepFiringSeconds: fc.constantFrom(0, 0, 7_200),
  schedule: fc.constantFrom(undefined, { windows: [{ from: '22:30', to: '06:00' }] }),
  noData: fc.constantFrom({ policy: 'ignore' }, { policy: 'notify', afterSeconds: 1_200 }),
})
const running = fc.record({
  passEveryMinutes: fc.constantFrom(3, 11),
  restartsEvery: fc.constantFrom(null, 5),
  /** in which hours there is no engine */
  outage: fc.constantFrom(null, [3, 6] as const),
})
type Hour = { readonly index: number; readonly minutes: number; readonly removedAfter: number | null }
type Known = {
  readonly thing: string
  readonly at: number
  readonly index: number
  readonly from: number
  readonly to: number
}

const known = (own: readonly (Hour | null)[], thing: string, isPrompt: boolean): Known[] =>
  own.flatMap((each, i): Known[] => {
    if (each === null) return []
    const at = START + (i + 1) * HOUR
    const from = at + (isPrompt ? -10 : each.minutes) * MINUTE
    const to =
      isPrompt || each.removedAfter === null ? Number.POSITIVE_INFINITY : at + each.removedAfter * HOUR + 30 * MINUTE
    return to > from ? [{ thing, at, index: each.index, from, to }] : []
  })

type Running = { passEveryMinutes: number; restartsEvery: number | null; outage: readonly [number, number] | null }

/** Passes as time goes by, with restarts and an outage; what `now` is. */
function openRun(start: Date, { passEveryMinutes, restartsEvery, outage }: Running, figures?: Partial<Figures>) {
  let engine = city.openEngine(city.pool, figures)
  let passes = 0
  const run = {
    now: start.getTime(),
    pass: () => engine.pass(new Date(run.now)),
    /** @param before each pass */
    until: async (to: number, before: () => Promise<void> = async () => {}): Promise<void> => {
      for (run.now += passEveryMinutes * MINUTE; run.now < to; run.now += passEveryMinutes * MINUTE) {
        await before()
        if (outage && run.now > START + outage[0] * HOUR && run.now < START + outage[1] * HOUR) continue
        passes += 1
        if (restartsEvery !== null && passes % restartsEvery === 0) {
          await engine.close()
          engine = city.openEngine(city.pool, figures)
        }
        await engine.pass(new Date(run.now))
      }
      run.now = to
    },
    close: () => engine.close(),
  }
  return run
}

/** Two Things in two districts: their numbers by key. */
async function addPlaces(): Promise<ReadonlyMap<string, number>> {
  for (const [key, zone] of [
    ['a', 'west'],
    ['b', 'east'],
  ]) {
    await city.things.add(key as string, { interval: 3_600 })
    await city.pool.query(
      `update thing set zone_id = (select id from zone where key = $2), created_at = $3 where key = $1`,
      [key, zone, new Date(START)],
    )
  }
  const { rows } = await city.pool.query<{ key: string; id: number }>(
    'select key, id from thing union all select key, id from zone',
  )
  return new Map(rows.map(({ key, id }) => [key, id]))
}

/** From what is known at that time. */
const figuresOf = (all: readonly Known[], ids: ReadonlyMap<string, number>, clock: () => number): Figures => ({
  shortfall: async () => undefined,
  airIndex: async (_, when) => {
    const own = all.filter(({ at, from, to }) => at === when.getTime() && from <= clock() && clock() < to)
    const valuesOf = (places: readonly (readonly [place: string, thing: string])[]) =>
      new Map(
        places.flatMap(([place, thing]): [number, number][] =>
          own.filter((each) => each.thing === thing).map(({ index }) => [ids.get(place) ?? -1, index]),
        ),
      )
    return {
      things: valuesOf([
        ['a', 'a'],
        ['b', 'b'],
      ]),
      zones: valuesOf([
        ['west', 'a'],
        ['east', 'b'],
      ]),
      city: own.length === 0 ? null : Math.max(...own.map(({ index }) => index)),
    }
  },
})

/** Stores what arrived until now, as the ingest does. */
function arriving(all: readonly Known[], clock: () => number): () => Promise<void> {
  const waiting = all.toSorted((x, y) => x.from - y.from)
  return async () => {
    while (waiting[0] && waiting[0].from <= clock()) {
      const { thing, at, index } = waiting.shift() as Known
      const measured = iso(at - 20 * MINUTE)
      await city.pool.query(
        `insert into late_observation (datastream_id, earliest, latest, arrived_at)
         select datastream_id, $2, $2, $3 from latest_observation where datastream_id = $1 and phenomenon_time > $2`,
        [city.things.stream(thing), measured, new Date(clock())],
      )
      await city.things.report(thing, [measured, index])
    }
  }
}

/** The last that was said of each incident: that it is over, if it is. */
async function expectEndsTold(): Promise<void> {
  const { rows } = await city.pool.query<{ open: boolean; last: string | null }>(
    `select i.closed_at is null as open, (
       select kind from notification n where n.event ->> 'incidentId' = i.id::text and n.state <> 'cancelled' order by n.id desc limit 1
     ) as last from incident i`,
  )
  for (const { open, last } of rows)
    if (open) expect(['opened', 'severity_changed', 'no_data', 'back']).toContain(last)
    // what was over when it became known was not sent
    else expect(['resolved', 'back', null]).toContain(last)
}

test.for([
  { what: 'as it is measured', isPrompt: true, seed: 31 },
  { what: 'late, and with corrections', isPrompt: false, seed: 32 },
])(
  'row 14: an index that is known $what: live is what a backtest finds in the end',
  { timeout: 300_000 },
  async ({ isPrompt, seed }) => {
    const seen = { opened: 0, revised: 0 }
    await fc.assert(
      fc.asyncProperty(indexRules, hours, hours, running, async (over, a, b, how) => {
        await reset()
        const ids = await addPlaces()
        const flapping = { changes: 50, windowMinutes: 5 }
        const rule = await city.rule({ condition: { kind: 'air_index', scheme: 'european' }, flapping, ...over })
        await city.pool.query('update alert_rule set updated_at = $1', [new Date(START)])
        const all = [...known(a, 'a', isPrompt), ...known(b, 'b', isPrompt)]
        const clock = (): number => run.now
        const figures = figuresOf(all, ids, clock)
        const run = openRun(new Date(START), how, figures)
        await run.pass()
        await run.until(START + (Math.max(a.length, b.length) + 4) * HOUR + 12 * MINUTE, arriving(all, clock))
        await run.close()
        // of what was evaluated last
        const last = new Date(Math.floor((run.now - 5 * MINUTE) / HOUR) * HOUR)
        const window = { from: new Date(START), to: last }
        const { transitions } = await backtest(city.pool, rule.definition, window, figures)
        const incidents = await city.incidents()
        const expected = incidentsOf(transitions)
        if (isPrompt) expect(linesOf(incidents)).toEqual(expected.map(lineOf).sort())
        const open = incidents
          .filter(({ closed_at }) => closed_at === null)
          .map(({ subject, severity }) => `${subject} ${severity}`)
        expect(open.sort()).toEqual(openOf(transitions))
        await expectEndsTold()
        seen.opened += incidents.length
        if (incidents.length > expected.length) seen.revised += 1
      }),
      { seed, numRuns: 12, endOnFailure: true },
    )
    // otherwise nothing was tested
    expect(seen.opened).toBeGreaterThan(10)
    expect(seen.revised > 0).toBe(!isPrompt)
  },
)

const flaggedRules = fc.record({
  condition: fc.constantFrom({ kind: 'quality', fault: 'drift' }, { kind: 'quality', fault: 'stuck' }),
  levels: fc.constantFrom(
    [{ severity: 'warning', threshold: 20 }],
    [
      { severity: 'info', threshold: 15, recovery: 10 },
      { severity: 'critical', threshold: 40 },
    ],
  ),
  forSeconds: fc.constantFrom(0, 3_600),
  keepFiringSeconds: fc.constantFrom(0, 7_200),
  schedule: fc.constantFrom(undefined, { windows: [{ from: '22:30', to: '06:00' }] }),
})
/** Minutes since the one before, and why it is suspect. */
const flags = fc.array(
  fc.tuple(fc.integer({ min: 10, max: 90 }), fc.constantFrom(0, 0, 0, REASONS.neighbours, REASONS.flat_line)),
  { minLength: 10, maxLength: 50 },
)
const NO_FIGURES: Figures = {
  shortfall: async () => undefined,
  airIndex: async () => ({ things: new Map(), zones: new Map(), city: null }),
}

test('row 25: drifting and stuck sensors: live is what a backtest finds', { timeout: 300_000 }, async () => {
  let opened = 0
  await fc.assert(
    fc.asyncProperty(flaggedRules, flags, running, async (over, own, how) => {
      await reset()
      await city.things.add('a', { interval: 3_600 })
      await city.pool.query(`update thing set created_at = $1`, [new Date(START)])
      const rule = await city.rule(over)
      await city.pool.query('update alert_rule set updated_at = $1', [new Date(START)])
      const run = openRun(new Date(START), { ...how, passEveryMinutes: 31 })
      await run.pass()
      let at = START
      for (const [gap, reasons] of own) {
        at += gap * MINUTE
        await run.until(at)
        await addObservations(city.pool, city.things.stream('a'), [[iso(at), 9, reasons === 0 ? 1 : 3, reasons]])
      }
      await run.until(Math.ceil(at / HOUR + 2) * HOUR + 6 * MINUTE)
      await run.pass()
      await run.close()
      const window = { from: new Date(START), to: new Date(run.now) }
      const { transitions } = await backtest(city.pool, rule.definition, window, NO_FIGURES)
      const live = linesOf(await city.incidents())
      expect(live).toEqual(incidentsOf(transitions).map(lineOf).sort())
      opened += live.length
    }),
    { seed: 33, numRuns: 15, endOnFailure: true },
  )
  expect(opened).toBeGreaterThan(8)
})

test('what is stored does not say what an indicator or the system was: no backtest, with the reason', async () => {
  const levels = [{ severity: 'warning', threshold: 3 }]
  const window = { from: new Date(START), to: new Date(START + HOUR) }
  const conditions = [
    [{ kind: 'indicator', code: 'EC:ICT:ICT:1C' }, 'city'],
    ...(['ledger_difference', 'queue_age_seconds', 'disk_used_percent', 'certificate_days_left'] as const).map(
      (measure) => [{ kind: 'system', measure }, 'thing'] as const,
    ),
  ] as const
  for (const [condition, per] of conditions)
    await expect(
      backtest(city.pool, alertRuleSchema.parse({ name: 'Rule', condition, per, levels }), window, NO_FIGURES),
    ).rejects.toMatchObject({ code: 'VALUE_INVALID', message: expect.stringContaining(`kind = ${condition.kind}`) })
})

type Line = { subject: unknown; severity: unknown; startedAt: unknown; endedAt: unknown }
const lineOf = (line: Line): string => JSON.stringify(line)
const linesOf = (incidents: readonly Record<string, unknown>[]): string[] =>
  incidents
    .map(({ subject, max_severity, started_at, ended_at }) =>
      lineOf({ subject, severity: max_severity, startedAt: started_at, endedAt: ended_at }),
    )
    .sort()
const RANK = ['info', 'warning', 'critical']

function incidentsOf(transitions: Awaited<ReturnType<typeof backtest>>['transitions']): Line[] {
  const open = new Map<string, Line>()
  const lines: Line[] = []
  for (const { subject, event, severity, startedAt, endedAt } of transitions) {
    if (event === null) continue
    const line = open.get(subject) ?? { subject, severity, startedAt: new Date(startedAt ?? 0), endedAt: null }
    if (!open.has(subject)) lines.push(line)
    open.set(subject, line)
    if (RANK.indexOf(String(severity)) > RANK.indexOf(String(line.severity))) line.severity = severity
    if (endedAt === null) continue
    line.endedAt = new Date(endedAt)
    open.delete(subject)
  }
  return lines
}

function openOf(transitions: Awaited<ReturnType<typeof backtest>>['transitions']): string[] {
  const open = new Map<string, string>()
  for (const { subject, event, severity, endedAt } of transitions) {
    if (event === null) continue
    if (endedAt === null) open.set(subject, `${subject} ${severity}`)
    else open.delete(subject)
  }
  return [...open.values()].sort()
}
