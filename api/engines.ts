import type { Pool } from '#infra/db/pool.ts'
import { airIndexes } from './air-quality/index-of.ts'
import { createIndicators } from './indicators/engine.ts'
import type { ApiDeps } from './routes/deps.ts'
import type { Microdata } from './surveys/microdata.ts'
import { createSurveys } from './surveys/surveys.ts'

/** What computes indicators, estimates and indices, on the pool of the API; answers of surveys come from the estimator's. */
export function openEngines(of: {
  pool: Pool
  microdata: Microdata
  clock: () => Date
}): Pick<ApiDeps, 'indicators' | 'surveys' | 'airIndexes' | 'microdata'> {
  return {
    indicators: createIndicators(of),
    surveys: createSurveys(of),
    microdata: of.microdata,
    airIndexes: (at) => airIndexes(of, at),
  }
}
