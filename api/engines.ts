import type { Pool } from '#infra/db/pool.ts'
import { airIndexes } from './air-quality/index-of.ts'
import type { ApiDeps } from './deps.ts'
import { createIndicators } from './indicators/engine.ts'
import { createSurveys } from './surveys/surveys.ts'

/** What computes indicators, estimates and indices, on the pool of the API. */
export function openEngines(of: {
  pool: Pool
  clock: () => Date
}): Pick<ApiDeps, 'indicators' | 'surveys' | 'airIndexes'> {
  return {
    indicators: createIndicators(of),
    surveys: createSurveys(of),
    airIndexes: (at) => airIndexes(of, at),
  }
}
