import { alertRuleSchema } from '#model/alerting/rule.ts'
import type { RuleProblem } from '#model/alerting/rule-problem.ts'
import type { Formatters, MessageId } from '../i18n/formatters.ts'

/** What is wrong, by the field that is wrong: `levels.0.threshold`. */
export type Problems = ReadonlyMap<string, string>

/** What the rule itself says, before anybody is asked. */
export function enteredProblems(entered: unknown, { t }: Formatters): Problems {
  const found = alertRuleSchema.safeParse(entered)
  const problems = new Map<string, string>()
  for (const issue of found.error?.issues ?? []) {
    const field = issue.path.join('.')
    const reason = issue.code === 'custom' ? issue.params?.['reason'] : undefined
    const id: MessageId =
      typeof reason === 'string'
        ? (`rules.problem.${reason}` as MessageId)
        : issue.code === 'invalid_type' && issue.input === undefined
          ? 'rules.problem.required'
          : 'rules.problem.invalid'
    if (!problems.has(field)) problems.set(field, t(id))
  }
  return problems
}

/** What the city says: its Things, zones and the ranges of what they measure. */
export function checkedProblems(found: readonly RuleProblem[], { t, number }: Formatters): Problems {
  return new Map(
    found.map(({ field, value, reason, values }) => {
      const shown = Object.entries({ value, ...values }).map(([name, one]) => [
        name,
        one === null ? '∞' : typeof one === 'number' ? number(one) : one,
      ])
      return [field, t(`rules.problem.${reason}`, Object.fromEntries(shown) as Record<string, string>)]
    }),
  )
}
