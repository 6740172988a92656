import type { EstimatesResponse, SurveysResponse } from '#model/api/indicators.ts'
import type { CoreIndicatorsResponse, DividesResponse } from '#model/api/people.ts'
import { AppError } from '#model/basics/errors.ts'
import { coreIndicators } from './core-indicators.ts'
import { type DividesQuery, divides } from './divides.ts'
import { listSurveys, type SurveySource } from './microdata.ts'
import { openSurvey, openSurveyTables } from './survey-tables.ts'
import { checkBy } from './table.ts'
import { withCity } from './zones-against-city.ts'

export type Surveys = {
  list(): Promise<SurveysResponse>
  estimates(id: string, of: { question: string; category?: string; by: string[] }): Promise<EstimatesResponse>
  /** ITU core indicators; `by` absent: by every characteristic */
  coreIndicators(id: string, by?: string[]): Promise<CoreIndicatorsResponse>
  divides(id: string, query: DividesQuery): Promise<DividesResponse>
}

const CONFIDENCE = 0.95

/**
 * Estimates from the surveys. Microdata is read here and goes no further: what leaves are codebooks and estimates, and
 * cells that rest on too few respondents leave without their numbers.
 */
export function createSurveys(source: SurveySource): Surveys {
  const { pool } = source
  return {
    coreIndicators: (id, by) => coreIndicators(source, id, by),
    divides: (id, query) => divides(source, id, query),

    async list() {
      const surveys = await listSurveys(pool)
      return {
        surveys: surveys.map(({ codebook, importedAt, areas, ...row }) => ({
          ...codebook,
          ...row,
          importedAt: importedAt.toISOString(),
          areas: [...areas],
        })),
      }
    },

    async estimates(id, { question: name, category, by }) {
      const codebook = await openSurvey(pool, id)
      const question = codebook.questions.find(({ column, indicator }) => column === name || indicator === name)
      if (!question) throw new AppError('QUESTION_UNKNOWN', name)
      checkBy(codebook, by, question)
      const tables = await openSurveyTables(source.microdata, codebook, question, category)
      const { proportion } = tables
      const cells = tables.table(by)
      return {
        survey: id,
        question: question.column,
        statistic: proportion ? 'proportion' : 'mean',
        unit: proportion ? '1' : '',
        category: category ?? null,
        confidence: CONFIDENCE,
        threshold: codebook.threshold,
        simulated: codebook.simulated,
        estimates: withCity(tables, by, cells),
      }
    },
  }
}
