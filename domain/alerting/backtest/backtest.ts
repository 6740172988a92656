/**
 * What a rule would have done: the same evidence, from what is stored, through the same state machine as the engine's
 * (test/db/alerting-backtest.test.ts compares the two), as if the engine had begun with the window. Not part of it are causes that
 * merge incidents, and whatever notifications do with a message: silences, quiet hours, grouping.
 */
import type { Queryable } from '#infra/db/pool.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import { DAY_MS, HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { stepMsOf } from '../compile.ts'
import { type Figures, indexSubjects } from '../engine/derived-rules.ts'
import { lastEnd } from '../engine/measured-rules.ts'
import { type ActiveRule, activeRule, featuresOf, loadRegistry, type Registry } from '../engine/world.ts'
import { type Fault, flaggedShares } from '../evidence/flagged.ts'
import { evidenceOf } from '../evidence/measured.ts'
import { advance, type Evidence, initialState, observe, type Transition } from '../machine.ts'
import { silentThings } from './silent-things.ts'

/** Observations that one backtest may read. */
export const MAX_OBSERVATIONS = 2_000_000
/** Indices are computed hour by hour. */
export const MAX_INDEX_HOURS = 168
/** Datastreams that are read at once. */
const CHUNK = 20

export type Backtest = {
  readonly subjects: number
  readonly evaluated: number
  /** of all subjects, in the order of time */
  readonly transitions: readonly (Transition & { readonly subject: string })[]
}
type Window = { readonly from: Date; readonly to: Date }
type Subject = {
  /** since when a Thing that was registered within the window has been expected */
  readonly expectedFrom?: number | undefined
  /** end of the window in which the last measurement lies, where it is not over by the end */
  readonly awaited?: number | undefined
  readonly key: string
  readonly intervalSeconds: number | null
  readonly evidence: readonly Evidence[]
}

/**
 * @throws AppError VALUE_INVALID for conditions whose past is not stored
 * @throws AppError QUERY_TOO_LARGE beyond MAX_OBSERVATIONS or MAX_INDEX_HOURS
 */
export async function backtest(db: Queryable, rule: AlertRule, window: Window, figures: Figures): Promise<Backtest> {
  const registry = await loadRegistry(db, window.to)
  const active = activeRule({ id: 'backtest', version: 1, updatedAt: window.from, definition: rule }, registry)
  const transitions: (Transition & { subject: string })[] = []
  let [subjects, evaluated] = [0, 0]
  for await (const subject of subjectsOf(db, active, registry, window, figures)) {
    subjects += 1
    evaluated += subject.evidence.filter(({ value }) => value !== null).length
    for (const each of replay(active, subject, window.to.getTime())) transitions.push({ ...each, subject: subject.key })
  }
  return { subjects, evaluated, transitions: transitions.sort((a, b) => a.at - b.at) }
}

function replay(
  { compiled }: ActiveRule,
  { intervalSeconds, evidence, expectedFrom, awaited }: Subject,
  to: number,
): Transition[] {
  const machine = compiled.machineFor(intervalSeconds)
  let state = initialState(machine)
  const transitions: Transition[] = []
  for (const each of evidence) {
    const step = observe(machine, state, each, expectedFrom)
    state = step.state
    transitions.push(...step.transitions)
  }
  const until = Math.min(to, awaited === undefined ? to : awaited - 1)
  transitions.push(...advance(machine, state, until, expectedFrom).transitions)
  return transitions
}

async function* subjectsOf(
  db: Queryable,
  active: ActiveRule,
  registry: Registry,
  window: Window,
  figures: Figures,
): AsyncGenerator<Subject> {
  const { condition } = active.definition
  if (condition.kind === 'silence' && condition.of !== 'thing')
    throw new AppError(
      'VALUE_INVALID',
      `condition.of = ${condition.of}: cannot be backtested, only the silence of single Things (of = thing) can`,
    )
  if (condition.kind === 'silence') yield* silentThings(db, active, registry, window)
  else if (condition.kind === 'air_index') yield* indices(active, registry, window, figures, condition.scheme)
  else if (condition.kind === 'quality')
    yield* flaggedThings(db, active, registry, { ...window, fault: condition.fault })
  else if (condition.kind === 'indicator' || condition.kind === 'system')
    throw new AppError(
      'VALUE_INVALID',
      `condition.kind = ${condition.kind}: cannot be backtested, its past values are not stored`,
    )
  else yield* measuredThings(db, active, registry, window)
}

async function* flaggedThings(
  db: Queryable,
  active: ActiveRule,
  { things, streams }: Registry,
  { from, to, fault }: Window & { readonly fault: Fault },
): AsyncGenerator<Subject> {
  const covered = [...things.values()].filter((thing) => active.covers(thing))
  const ids = new Set(covered.map(({ id }) => id))
  const read = streams.filter(({ thing }) => ids.has(thing)).map(({ id }) => id)
  await requireReadable(db, read, { from: new Date(from.getTime() - DAY_MS), to })
  const first = Math.ceil(from.getTime() / HOUR_MS) * HOUR_MS
  const last = Math.floor(to.getTime() / HOUR_MS) * HOUR_MS
  for (let i = 0; i < covered.length; i += CHUNK) {
    const chunk = covered.slice(i, i + CHUNK)
    const query = { things: chunk.map(({ id }) => id), fault, from: first, to: last }
    const shares = await flaggedShares(db, query)
    for (const { id, key, intervalSeconds } of chunk) yield { key, intervalSeconds, evidence: shares.get(id) ?? [] }
  }
}

async function* measuredThings(
  db: Queryable,
  active: ActiveRule,
  registry: Registry,
  { from, to }: Window,
): AsyncGenerator<Subject> {
  const [group] = featuresOf([active], registry)
  const streams = (group?.streams ?? []).filter(({ thing }) => active.covers(thing))
  if (!group) return
  const step = stepMsOf(active.definition.condition)
  if (step < HOUR_MS)
    await requireReadable(
      db,
      streams.map(({ id }) => id),
      { from, to },
    )
  for (let first = 0; first < streams.length; first += CHUNK) {
    const chunk = streams.slice(first, first + CHUNK)
    const newest = await newestOf(
      db,
      chunk.map(({ id }) => id),
      { from, to },
    )
    const ends = new Map(
      chunk.flatMap(({ id, thing }) => {
        const last = newest.get(id)
        if (last === undefined) return []
        return [[id, lastEnd({ newest: last, step, graceMs: group.graceMs(thing), now: to.getTime() })] as const]
      }),
    )
    const spans = chunk.flatMap(({ id, thing }) => {
      const until = ends.get(id)
      return until === undefined ? [] : [{ stream: { id, grade: thing.grade }, after: from.getTime(), until }]
    })
    const evidence = await evidenceOf(db, group.feature, spans)
    for (const { id, thing } of chunk) {
      const end = ends.get(id)
      yield {
        ...{ key: thing.key, intervalSeconds: thing.intervalSeconds, evidence: evidence.get(id) ?? [] },
        expectedFrom: thing.createdAt >= from ? thing.createdAt.getTime() : undefined,
        awaited: end !== undefined && step > 0 && (newest.get(id) ?? 0) >= end ? end + step : undefined,
      }
    }
  }
}

const NEWEST = `
  select wanted.id, floor(extract(epoch from o.phenomenon_time) * 1000)::float8 as at
  from unnest($1::int[]) wanted (id)
  cross join lateral (
    select phenomenon_time from observation
    where datastream_id = wanted.id and phenomenon_time > $2 and phenomenon_time <= $3
    order by phenomenon_time desc limit 1
  ) o`

/** Newest measurement of each Datastream within the window. */
async function newestOf(db: Queryable, ids: readonly number[], { from, to }: Window): Promise<Map<number, number>> {
  const { rows } = await db.query<{ id: number; at: number }>(NEWEST, [ids, from, to])
  return new Map(rows.map(({ id, at }) => [id, at]))
}

const COUNT = `
  select coalesce(sum(n), 0)::float8 as n from observation_daily
  where datastream_id = any($1) and bucket > $2::timestamptz - interval '1 day' and bucket <= $3`

async function requireReadable(db: Queryable, ids: readonly number[], { from, to }: Window): Promise<void> {
  const { rows } = await db.query<{ n: number }>(COUNT, [ids, from, to])
  const n = rows[0]?.n ?? 0
  if (n > MAX_OBSERVATIONS)
    throw new AppError(
      'QUERY_TOO_LARGE',
      `the rule would read ${n} observations, and a backtest reads ${MAX_OBSERVATIONS} at most; choose a later "from", or fewer Things`,
    )
}

async function* indices(
  active: ActiveRule,
  registry: Registry,
  { from, to }: Window,
  figures: Figures,
  scheme: 'european' | 'us_epa',
): AsyncGenerator<Subject> {
  const first = Math.ceil(from.getTime() / HOUR_MS)
  const hours = Math.floor(to.getTime() / HOUR_MS) - first + 1
  if (hours > MAX_INDEX_HOURS)
    throw new AppError(
      'QUERY_TOO_LARGE',
      `the window has ${hours} hours, and a backtest of an index has ${MAX_INDEX_HOURS} at most; choose a later "from"`,
    )
  const evidence = new Map<string, Evidence[]>()
  for (let hour = first; hour < first + hours; hour += 1) {
    const at = hour * HOUR_MS
    const index = await figures.airIndex(scheme, new Date(at))
    for (const { ref, value } of indexSubjects(active, registry, index)) {
      const { id } = ref.describe()
      const own = evidence.get(id)
      if (own) own.push({ at, value })
      else evidence.set(id, [{ at, value }])
    }
  }
  for (const [key, own] of evidence) yield { key, intervalSeconds: null, evidence: own }
}
