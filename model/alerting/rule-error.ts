import { z } from 'zod'

/**
 * Why a stored rule cannot be evaluated; its instances keep their state until it can:
 * - `indicator_unknown`, `data_point_unknown`: the catalogue no longer has it
 * - `target_missing`: the city has set no target for the Indicator, so nothing is missed
 * - `standard_unknown`, `level_missing`: no such air quality standard, or it has no level of the pollutant
 * - `things_gone`, `zones_gone`: none of those that the rule names exists any more
 * - `disk_unreadable`: the size of the disk could not be read
 * - `evaluation_failed`: anything else; the log has the cause
 */
export const RULE_ERRORS = [
  'indicator_unknown',
  'data_point_unknown',
  'target_missing',
  'standard_unknown',
  'level_missing',
  'things_gone',
  'zones_gone',
  'disk_unreadable',
  'evaluation_failed',
] as const
export const ruleErrorSchema = z.enum(RULE_ERRORS)
export type RuleError = z.infer<typeof ruleErrorSchema>
