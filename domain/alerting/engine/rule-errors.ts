/**
 * Rules that cannot be evaluated. One of them concerns nobody else: what fails for a rule is its own condition `error`, and
 * the pass goes on. What fails because of the database fails the pass, which is repeated.
 */
import type { Queryable } from '#infra/db/pool.ts'
import { isDataError, isTransient } from '#infra/db/retry.ts'
import type { RuleError } from '#model/alerting/rule-error.ts'
import { standardRules } from '../compile.ts'
import type { ActiveRule, World } from './world.ts'

/** What became of the rules that a pass looked at; of the others nothing is known that was not known before. */
export class RuleOutcomes {
  readonly #errors = new Map<string, RuleError | null>()
  readonly #causes = new Map<string, unknown>()

  /** What is known before anything is read: `broken` (see below), and which of the `errors` so far are no longer true of it. */
  begin(errors: ReadonlyMap<string, RuleError>, broken: ReadonlyMap<string, RuleError>): void {
    for (const [id, error] of errors) if (NAMES_WHAT_IS_GONE.has(error)) this.succeed({ id })
    for (const [id, error] of broken) this.fail({ id }, error)
  }

  /** The first failure of a pass counts. */
  fail({ id }: Pick<ActiveRule, 'id'>, error: RuleError, cause?: unknown): void {
    if (this.hasFailed(id)) return
    this.#errors.set(id, error)
    if (cause !== undefined) this.#causes.set(id, cause)
  }

  succeed({ id }: Pick<ActiveRule, 'id'>): void {
    if (!this.#errors.has(id)) this.#errors.set(id, null)
  }

  hasFailed(id: string): boolean {
    return (this.#errors.get(id) ?? null) !== null
  }

  causeOf(id: string): unknown {
    return this.#causes.get(id)
  }

  /** Those of which something else is known now. */
  changed(before: ReadonlyMap<string, RuleError>): Map<string, RuleError | null> {
    return new Map([...this.#errors].filter(([id, error]) => (before.get(id) ?? null) !== error))
  }

  /** Runs what is done for some rules together. @returns undefined when one of them made it fail: which one is not known */
  async attempt<T>(run: () => Promise<T>): Promise<T | undefined> {
    return run().catch((error: unknown) => {
      if (!isOfTheRule(error)) throw error
      return undefined
    })
  }

  /** Runs what evaluates some rules. @returns undefined when they failed */
  async guard<T>(rules: Iterable<ActiveRule>, run: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await run()
      for (const rule of rules) this.succeed(rule)
      return result
    } catch (error) {
      if (!isOfTheRule(error)) throw error
      for (const rule of rules) this.fail(rule, 'evaluation_failed', error)
      return undefined
    }
  }
}

const NAMES_WHAT_IS_GONE: ReadonlySet<RuleError> = new Set([
  'things_gone',
  'zones_gone',
  'standard_unknown',
  'level_missing',
])
const SQLSTATE = /^[0-9A-Z]{5}$/

/** Whether an error comes from what the rule asks for, and not from the database. */
function isOfTheRule(error: unknown): boolean {
  if (isDataError(error)) return true
  const code = (error as { code?: unknown } | null)?.code
  return !isTransient(error) && !(typeof code === 'string' && SQLSTATE.test(code))
}

/** What is wrong with rules before anything is read for them: they name what is not there. */
export function brokenRules({ rules, things, zones, standardOf }: World): Map<string, RuleError> {
  const keys = new Set([...things.values()].map(({ key }) => key))
  return new Map(
    [...rules.values()].flatMap((rule): [string, RuleError][] => {
      const { scope, condition } = rule.definition
      if (scope.things && !scope.things.some((key) => keys.has(key))) return [[rule.id, 'things_gone']]
      if (scope.zones && !scope.zones.some((key) => zones.has(key))) return [[rule.id, 'zones_gone']]
      if (condition.kind !== 'legal_threshold') return []
      const standard = standardOf(condition.standard)
      if (!standard) return [[rule.id, 'standard_unknown']]
      return standardRules(condition, standard).length === 0 ? [[rule.id, 'level_missing']] : []
    }),
  )
}

const WRITE = `
  update alert_rule r set error = new.error,
    error_since = case when new.error is null then null when r.error = new.error then r.error_since else $4::timestamptz end
  from unnest($2::text[], $3::text[]) as new (id, error), (select from alert_engine where holder = $1 for share) as held
  where r.id = new.id`

export async function writeRuleErrors(
  db: Queryable,
  term: string | null,
  changed: ReadonlyMap<string, RuleError | null>,
  now: Date,
): Promise<void> {
  if (changed.size > 0) await db.query(WRITE, [term, [...changed.keys()], [...changed.values()], now])
}
