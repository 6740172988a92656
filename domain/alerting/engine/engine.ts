/**
 * The engine of alerting: evaluates all rules again and again, one engine at a time.
 *
 *     waiting    --lease taken-->                          evaluating  (instances and rules are read from the database)
 *     evaluating --pass written-->                         evaluating
 *     evaluating --the database fails, or is too slow-->   failing     (state as it was; nothing is written twice)
 *     failing    --pass written-->                         evaluating
 *     evaluating, failing --lease lost-->                  waiting
 *     any        --close()-->                              closed      (another engine may go on at once)
 *
 * A pass reads new evidence, lets the state machines run in memory, writes what changed in transactions of up to 200
 * instances, and only then advances: what could not be written is evaluated again by the next pass, with the same result.
 */
import type { Pool } from '#infra/db/pool.ts'
import type { RuleError } from '#model/alerting/rule-error.ts'
import { HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { type Heard, heardOf, LATEST, LastAlive, type LatestRow } from '../evidence/heard.ts'
import { dismiss } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'
import { dueHour, evaluateDerived, type Figures } from './derived-rules.ts'
import { Evaluation } from './evaluation.ts'
import { IndexHours } from './index-hours.ts'
import { evaluateIndices } from './index-rules.ts'
import { type Instance, type Instances, isForgettable, loadInstances } from './instances.ts'
import { finishPass, Lease, LeaseLost } from './lease.ts'
import { type Awaited, evaluateMeasured, MAX_LOOK_BACK_MS, thingRef, timersUntil } from './measured-rules.ts'
import { type Change, persist } from './persist.ts'
import { refOf } from './refs.ts'
import { repairHistory } from './repair.ts'
import { brokenRules, RuleOutcomes, writeRuleErrors } from './rule-errors.ts'
import { evaluateSilence, type SilenceResult } from './silence-rules.ts'
import { evaluateSystem, type SystemSources } from './system-rules.ts'
import { Watermarks } from './watermarks.ts'
import { type ActiveRule, loadWorld, type World, worldVersion } from './world.ts'

export const BATCH_INSTANCES = 200
/** A pause longer than this between two passes is an outage of Citywell: silence during it says nothing of Things. */
const OUTAGE_MS = 2 * MINUTE_MS
const NOTHING_BEHIND: SilenceResult = { back: new Map(), behind: new Map() }

export type EngineOptions = {
  readonly pool: Pool
  readonly figures: Figures
  readonly system: SystemSources
  /** for tests */
  readonly leaseMs?: number
  /** a rule that can no longer be evaluated, for the reason in `error`; or, with null, one that can again */
  readonly onRuleError?: (rule: {
    readonly id: string
    readonly name: string
    readonly error: RuleError | null
    readonly cause: unknown
  }) => void
  /** late data was not compared with the history; the next pass tries again */
  readonly onRepairError?: (error: unknown) => void
  /** late data of so many Datastreams waited until it was too old to be compared */
  readonly onUncorrected?: (datastreams: number) => void
}
export type EngineState = 'waiting' | 'evaluating' | 'failing' | 'closed'
export type PassResult = { readonly evaluated: boolean; readonly written: number }

type Memory = {
  readonly instances: Instances
  readonly watermarks: Watermarks
  readonly world: World
  /** rules whose newest values were evaluated, with their version */
  readonly known: ReadonlySet<string>
  readonly evaluatedAt: number | null
  readonly listeningSince: number
  readonly groupsBack: ReadonlyMap<string, number>
  /** end of the newest hour of which figures were evaluated, by whichever engine */
  readonly derivedHour: number
  readonly indexHours: IndexHours
  /** rules that name what is not there */
  readonly broken: ReadonlyMap<string, RuleError>
  /** why rules could not be evaluated the last time that it was tried */
  readonly errors: ReadonlyMap<string, RuleError>
}

export class Engine {
  readonly #options: EngineOptions
  readonly #lease: Lease
  readonly #lastAlive = new LastAlive()
  #memory: Memory | undefined
  #state: EngineState = 'waiting'
  #skipped = 0
  #mustReload = false
  #skippedInAll = 0

  constructor(options: EngineOptions) {
    this.#options = options
    this.#lease = new Lease(options.pool, options.leaseMs)
  }

  get state(): EngineState {
    return this.#state
  }
  /** evaluations that failed, for metrics */
  get skipped(): number {
    return this.#skippedInAll
  }
  get instances(): number {
    return this.#memory?.instances.size ?? 0
  }

  /**
   * One pass, unless another engine has the lease.
   * @throws what the database says when it fails; state is as it was before
   */
  async pass(now: Date): Promise<PassResult> {
    if (this.#state === 'closed') return { evaluated: false, written: 0 }
    try {
      const term = await this.#lease.take()
      if (!term) return this.#wait()
      if (term.isNew) this.#memory = undefined
      const memory = await this.#remember(now, term.evaluatedAt)
      const written = await this.#evaluate(memory, now)
      await finishPass(this.#options.pool, this.#lease.term, now, this.#skipped)
      this.#skipped = 0
      this.#state = 'evaluating'
      await this.#repair(memory.world, now)
      return { evaluated: true, written }
    } catch (error) {
      if (error instanceof LeaseLost) return this.#wait()
      this.#state = 'failing'
      // A commit whose answer was lost was carried out all the same: what is stored is read again.
      this.#mustReload = true
      this.#skipped += 1
      this.#skippedInAll += 1
      throw error
    }
  }

  /** By itself: what is evaluated is written, and does not wait for the past. */
  async #repair(world: World, now: Date): Promise<void> {
    const { pool, onRepairError, onUncorrected } = this.#options
    try {
      await repairHistory({ pool, term: this.#lease.term, world, now, onUncorrected })
    } catch (error) {
      if (error instanceof LeaseLost) throw error
      onRepairError?.(error)
    }
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    await this.#lease.giveBack().catch(() => {})
  }

  #wait(): PassResult {
    this.#memory = undefined
    this.#state = 'waiting'
    return { evaluated: false, written: 0 }
  }

  /** What is in memory, read anew when rules or the registry changed. */
  async #remember(now: Date, evaluatedAt: Date | null): Promise<Memory> {
    const { pool } = this.#options
    const before = this.#memory
    const version = await worldVersion(pool, now)
    if (before?.world.version === version && !this.#mustReload) return before
    const world = await loadWorld(pool, version, now)
    const last = evaluatedAt?.getTime() ?? null
    const wasDown = last === null || now.getTime() - last > OUTAGE_MS
    const derivedHour = before?.derivedHour ?? (last === null ? dueHour(now.getTime()) - HOUR_MS : dueHour(last))
    const known = before?.known ?? knownAt([...world.rules.values()], last)
    this.#memory = {
      ...{ world, known, instances: await loadInstances(pool), watermarks: before?.watermarks ?? new Watermarks() },
      evaluatedAt: before?.evaluatedAt ?? last,
      listeningSince: before?.listeningSince ?? (wasDown ? now.getTime() : 0),
      groupsBack: before?.groupsBack ?? (await recentlyBack(pool, now)),
      derivedHour,
      indexHours: before?.indexHours ?? new IndexHours(derivedHour),
      broken: brokenRules(world),
      errors: new Map([...world.rules.values()].flatMap(({ id, error }) => (error === null ? [] : [[id, error]]))),
    }
    this.#mustReload = false
    return this.#memory
  }

  async #evaluate(memory: Memory, now: Date): Promise<number> {
    const { pool, figures, system } = this.#options
    const { world, instances } = memory
    await this.#forgetClosed(memory)
    const latest = await selectLatest(pool, this.#lastAlive, now)
    const evaluation = new Evaluation(instances, now)
    const outcomes = new RuleOutcomes()
    outcomes.begin(memory.errors, memory.broken)
    const nowMs = now.getTime()
    const silence =
      memory.world.rules.size > 0
        ? evaluateSilence({
            ...{ world, evaluation, heard: latest.heard, deaths: latest.deaths, now: nowMs },
            ...{ listeningSince: memory.listeningSince, groupsBack: memory.groupsBack },
          })
        : NOTHING_BEHIND
    const fresh = new Set(
      [...world.rules.values()].flatMap((rule) => (memory.known.has(versionOf(rule)) ? [] : [rule.id])),
    )
    const measured = await evaluateMeasured({
      ...{
        db: pool,
        world,
        instances,
        evaluation,
        outcomes,
        latest: latest.byStream,
        watermarks: memory.watermarks,
        now: nowMs,
      },
      ...{ evaluatedAt: memory.evaluatedAt, fresh, behind: silence.behind },
    })
    await evaluateSystem(pool, { world, evaluation, outcomes, now }, system)
    const hour = dueHour(nowMs)
    const isIndexWanted = world.rules.values().some(({ definition }) => definition.condition.kind === 'air_index')
    if (isIndexWanted) await memory.indexHours.note(pool, latest.byStream.values(), nowMs)
    const indices =
      isIndexWanted && (await evaluateIndices({ world, evaluation, outcomes, now, fresh }, memory.indexHours, figures))
    if (hour > memory.derivedHour || fresh.size > 0) {
      const derived = { world, evaluation, outcomes, now, fresh, reached: memory.derivedHour }
      await evaluateDerived(pool, derived, figures)
    }
    const errors = await this.#noteErrors(memory, outcomes, now)
    const timers = { errors, behind: silence.behind, awaited: measured.awaited, now: nowMs }
    followTimers(memory, evaluation, timers)
    const { changes, inMemory } = evaluation.results()
    const written = await this.#write(memory, changes, now)
    for (const instance of inMemory) instances.set(instance)
    measured.commit()
    if (indices) indices()
    this.#memory = {
      ...memory,
      ...{ errors, derivedHour: Math.max(hour, memory.derivedHour), evaluatedAt: nowMs },
      known: new Set([...world.rules.values()].map(versionOf)),
      groupsBack: new Map([...memory.groupsBack, ...silence.back]),
    }
    forget(instances, nowMs)
    return written
  }

  /** @returns why rules cannot be evaluated, of all that cannot */
  async #noteErrors({ errors, world }: Memory, outcomes: RuleOutcomes, now: Date): Promise<Memory['errors']> {
    const changed = outcomes.changed(errors)
    if (changed.size === 0) return errors
    await writeRuleErrors(this.#options.pool, this.#lease.term, changed, now)
    for (const [id, error] of changed) {
      const rule = world.rules.get(id)
      if (rule) this.#options.onRuleError?.({ id, name: rule.name, error, cause: outcomes.causeOf(id) })
    }
    return new Map([...errors, ...changed].flatMap(([id, error]) => (error === null ? [] : [[id, error] as const])))
  }

  async #write({ instances }: Memory, changes: readonly Change[], now: Date): Promise<number> {
    let count = 0
    for (let from = 0; from < changes.length; from += BATCH_INSTANCES) {
      const batch = changes.slice(from, from + BATCH_INSTANCES)
      const written = await persist(this.#options.pool, this.#lease.term, batch, now)
      for (const { instance, remove } of written) {
        if (remove) instances.delete(instance)
        else instances.set(instance)
      }
      count += written.length
    }
    return count
  }

  /** Incidents that a person closed: nothing more is said of them while their condition lasts. */
  async #forgetClosed({ instances }: Memory): Promise<void> {
    const open = [...instances.all()].filter(({ incidentId }) => incidentId !== null)
    if (open.length === 0) return
    const { rows } = await this.#options.pool.query<{ id: number }>(
      `select id from incident where id = any($1::bigint[]) and closed_at is not null`,
      [open.map(({ incidentId }) => incidentId)],
    )
    const closed = new Set(rows.map(({ id }) => id))
    for (const instance of open)
      if (instance.incidentId !== null && closed.has(instance.incidentId))
        instances.set({ ...instance, state: dismiss(instance.state), incidentId: null, storedAt: 0 })
  }
}

const versionOf = ({ id, version }: { readonly id: string; readonly version: number }): string => `${id} ${version}`

/** Rules that an engine before this one has evaluated in their present version. */
const knownAt = (
  rules: readonly { readonly id: string; readonly version: number; readonly updatedAt: number }[],
  evaluatedAt: number | null,
): Set<string> =>
  new Set(rules.filter(({ updatedAt }) => evaluatedAt !== null && updatedAt <= evaluatedAt).map(versionOf))

type Latest = Heard & { readonly byStream: ReadonlyMap<number, LatestRow> }

async function selectLatest(pool: Pool, lastAlive: LastAlive, now: Date): Promise<Latest> {
  const { rows } = await pool.query<LatestRow>({ name: 'alerting-latest', text: LATEST })
  const alive = await lastAlive.read(pool, rows, now)
  return { ...heardOf(rows, alive), byStream: new Map(rows.map((row) => [row.id, row])) }
}

/** Gateways and sources that were silent within the last day, with when they were heard again. */
async function recentlyBack(pool: Pool, now: Date): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ id: string; at: Date }>(
    `select subject_id as id, max(closed_at) as at from incident
     where subject_kind in ('source', 'system') and closed_at > $1::timestamptz - interval '1 day' group by 1`,
    [now],
  )
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]))
}

type Timers = {
  readonly errors: Memory['errors']
  readonly behind: SilenceResult['behind']
  readonly awaited: Awaited
  readonly now: number
}

/** Missing data, schedules, the end of flapping; and instances whose Thing is gone or has left the scope of the rule. */
function followTimers(memory: Memory, evaluation: Evaluation, timers: Timers): void {
  const { instances, world } = memory
  for (const instance of instances.all()) {
    const rule = world.rules.get(instance.ruleId)
    if (!rule || timers.errors.has(rule.id)) continue
    const until = timersOf(memory, rule, instance, timers)
    const ref = refOf(world, rule, instance)
    if (instance.subjectKind !== 'thing') {
      if (until !== undefined) evaluation.advance(rule, ref, until)
      continue
    }
    const thing = world.things.get(Number(instance.subjectId))
    if (!thing || !rule.covers(thing)) {
      evaluation.remove(rule, ref)
      continue
    }
    followThing({ rule, thing, instance, until }, evaluation, timers)
  }
}

type Followed = {
  readonly rule: ActiveRule
  readonly thing: ScopedThing
  readonly instance: Instance
  readonly until: number | undefined
}

function followThing({ rule, thing, instance, until }: Followed, evaluation: Evaluation, { behind }: Timers): void {
  const cause = rule.compiled.notifiesNoData ? behind.get(thing.id) : undefined
  if (cause && instance.state.episode?.noData) evaluation.suppress(rule, thingRef(thing), cause)
  else if (!cause && until !== undefined) evaluation.advance(rule, thingRef(thing), until, thing.createdAt.getTime())
}

/** @returns how far the timers of an instance may run; undefined: what it is evaluated from is not known yet */
function timersOf(
  { indexHours }: Memory,
  { id, definition }: ActiveRule,
  { subjectId }: Instance,
  { awaited, now }: Timers,
): number | undefined {
  if (definition.condition.kind !== 'air_index') return timersUntil(now, awaited.get(id)?.get(Number(subjectId)))
  // the figure of the next hour comes before what happens after it
  return indexHours.isStarted ? timersUntil(now, dueHour(now) + HOUR_MS) : undefined
}

function forget(instances: Instances, now: number): void {
  for (const instance of [...instances.all()])
    if (isForgettable(instance, now - 2 * MAX_LOOK_BACK_MS)) instances.delete(instance)
}
