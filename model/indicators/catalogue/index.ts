import { ECONOMY_ICT } from './economy-ict.ts'
import { ECONOMY_INFRASTRUCTURE } from './economy-infrastructure.ts'
import { ECONOMY_PRODUCTIVITY } from './economy-productivity.ts'
import { ENERGY, ENVIRONMENT } from './environment.ts'
import type { Indicator } from './schema.ts'
import { EDUCATION_HEALTH_CULTURE } from './society-education-health.ts'
import { SAFETY_HOUSING_INCLUSION } from './society-safety-housing.ts'

/**
 * The 91 indicators of Recommendation ITU-T Y.4903 (the U4SSC key performance indicators), 112 data points, in the
 * order of the Recommendation. Definitions are Citywell's own words; what binds is the Recommendation and the U4SSC
 * collection methodology (2017) with its verification manual (2022).
 */
export const INDICATORS: readonly Indicator[] = [
  ...ECONOMY_ICT,
  ...ECONOMY_PRODUCTIVITY,
  ...ECONOMY_INFRASTRUCTURE,
  ...ENVIRONMENT,
  ...ENERGY,
  ...EDUCATION_HEALTH_CULTURE,
  ...SAFETY_HOUSING_INCLUSION,
]

const byCode = new Map(
  INDICATORS.flatMap((indicator) =>
    [indicator.code, ...indicator.alternativeCodes].map((code) => [code, indicator] as const),
  ),
)

/** The indicator with this code, or with this code in another document. */
export const indicatorOf = (code: string): Indicator | undefined => byCode.get(code)
