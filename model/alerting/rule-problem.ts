import { z } from 'zod'

/**
 * Why a rule would never or always fire:
 * - `never_above`, `never_below`, `always_above`, `always_below`: the threshold lies outside of what values can be (`low` to `high`)
 * - `silence_below_interval`: fires between two messages that are in time
 * - `never_within_schedule`: must last longer than its windows are open (`seconds`)
 * - `unknown`, `unknown_near`: a key, code or name that there is not; `meant` is the nearest that there is
 * - `scope_empty`, `no_interval`, `not_measured`: no Thing of the scope that the condition could look at
 * - `no_level`: the standard has no such threshold
 */
const RULE_PROBLEM_REASONS = [
  'never_above',
  'never_below',
  'always_above',
  'always_below',
  'silence_below_interval',
  'never_within_schedule',
  'unknown',
  'unknown_near',
  'scope_empty',
  'no_interval',
  'not_measured',
  'no_level',
] as const

/** One reason why a rule could never fire, or would always: field, its value, and what would be right. */
export const ruleProblemSchema = z.object({
  field: z.string(),
  value: z.string().nullable(),
  problem: z.string(),
  reason: z.enum(RULE_PROBLEM_REASONS),
  /** what the reason speaks of, for messages in other languages; null: without bound */
  values: z.record(z.string(), z.union([z.string(), z.number()]).nullable()),
})
export type RuleProblem = Readonly<z.infer<typeof ruleProblemSchema>>
