import { HOUR_MS } from '#model/basics/durations.ts'
import type { Evidence } from '../machine.ts'
import { dueHour, type Figures, figureOf, type Index, indexRefs, oldestHour } from './derived-rules.ts'
import type { Evaluation } from './evaluation.ts'
import type { IndexHours, Scheme } from './index-hours.ts'
import type { RuleOutcomes } from './rule-errors.ts'
import type { ActiveRule, World } from './world.ts'

export type IndexPass = {
  readonly world: World
  readonly evaluation: Evaluation
  readonly outcomes: RuleOutcomes
  readonly now: Date
  readonly fresh: ReadonlySet<string>
}

/** The others wait for indices for so long; what is not computed by then is with the next passes. */
const BUDGET_MS = 500

/**
 * Rules on indices: the newest hour as soon as it is due, then those of the last day again, because late data and corrections may
 * have changed them; in between, those that are known to have changed. After a start all come first, because what an engine before
 * this one has left may be older than they are.
 * @returns what to do once all is written; undefined: nothing was evaluated
 */
export async function evaluateIndices(
  pass: IndexPass,
  hours: IndexHours,
  figures: Figures,
): Promise<(() => void) | undefined> {
  const rules = [...pass.world.rules.values()].filter(({ definition }) => definition.condition.kind === 'air_index')
  const known = rules.filter(({ id }) => !pass.fresh.has(id))
  const at = dueHour(pass.now.getTime())
  const fresh = rules.filter(({ id }) => pass.fresh.has(id))
  await evaluateHours(pass, fresh, figures, { from: at, at, reached: at - HOUR_MS })
  const isDue = hours.isStarted && at > hours.reached
  if (isDue) {
    const from = Math.max(oldestHour(at), hours.reached + HOUR_MS)
    await evaluateHours(pass, known, figures, { from, at, reached: hours.reached })
  }
  const first = hours.first(at)
  const isDone = first !== undefined && (await evaluateAgain(pass, { rules: known, hours, figures, first, at }))
  if (!isDue && !isDone) return undefined
  return () => hours.evaluated(at, isDone)
}

type Stretch = { readonly from: number; readonly at: number; readonly reached: number }

async function evaluateHours(
  pass: IndexPass,
  rules: readonly ActiveRule[],
  figures: Figures,
  { from, at, reached }: Stretch,
): Promise<void> {
  for (const [scheme, own] of byScheme(rules)) {
    const indices = await pass.outcomes.guard(own, async () => {
      const found = new Map<number, Index>()
      for (let hour = from; hour <= at; hour += HOUR_MS) found.set(hour, await figures.airIndex(scheme, new Date(hour)))
      return found
    })
    if (indices) for (const rule of own) observe(pass, rule, { indices, from, at, reached })
  }
}

type Again = {
  readonly rules: readonly ActiveRule[]
  readonly hours: IndexHours
  readonly figures: Figures
  readonly first: number
  readonly at: number
}

/** @returns whether all hours were computed; those that were are kept for the next pass */
async function evaluateAgain(pass: IndexPass, { rules, hours, figures, first, at }: Again): Promise<boolean> {
  const end = performance.now() + BUDGET_MS
  const schemes = byScheme(rules)
  for (const [scheme, own] of schemes) {
    const found = hours.figuresOf(scheme)
    for (let hour = first; hour <= at; hour += HOUR_MS) {
      if (found.has(hour)) continue
      if (performance.now() > end) return false
      const index = await pass.outcomes.guard(own, () => figures.airIndex(scheme, new Date(hour)))
      if (index === undefined) break
      found.set(hour, index)
    }
  }
  const reached = hours.isStarted ? at : hours.reached
  for (const [scheme, own] of schemes)
    for (const rule of own.filter(({ id }) => !pass.outcomes.hasFailed(id)))
      observe(pass, rule, { indices: hours.figuresOf(scheme), from: first, at, reached })
  return true
}

function byScheme(rules: readonly ActiveRule[]): Map<Scheme, ActiveRule[]> {
  return Map.groupBy(
    rules,
    ({ definition: { condition } }): Scheme => (condition.kind === 'air_index' ? condition.scheme : 'european'),
  )
}

type Observed = Stretch & { readonly indices: ReadonlyMap<number, Index> }

function observe(pass: IndexPass, rule: ActiveRule, { indices, at, reached, ...stretch }: Observed): void {
  const { world, evaluation } = pass
  // a rule looks at no hour from before it was as it is
  const from = pass.fresh.has(rule.id) ? at : Math.min(at, Math.max(stretch.from, dueHour(rule.updatedAt)))
  const known = evaluation.knownTo(rule)
  const [mildest] = rule.compiled.levels
  const sign = rule.compiled.direction === 'above' ? 1 : -1
  const isBeyond = ({ value }: Evidence): boolean =>
    value !== null && mildest !== undefined && sign * (value - mildest.threshold) > 0
  const hours = [...indices.keys()].filter((hour) => hour >= from && hour <= at).sort((a, b) => a - b)
  for (const [id, ref] of indexRefs(rule, world)) {
    const evidence = hours.flatMap((hour): Evidence[] => {
      const value = figureOf(rule, indices.get(hour) as Index, id)
      return value === undefined ? [] : [{ at: hour, value }]
    })
    const matters = evidence.some(isBeyond) || (rule.compiled.notifiesNoData && evidence.length > 0)
    if (known.has(ref.id) || matters) evaluation.observeHours(rule, ref, { evidence, from, reached })
  }
}
