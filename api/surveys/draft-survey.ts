import { SURVEY_LIMITS } from '#domain/survey/limits.ts'
import type { Pool } from '#infra/db/pool.ts'
import { expectedDecimalOf, readTableFile } from '#infra/table/read-table-file.ts'
import type { DraftResponse } from '#model/api/survey-import.ts'
import { AppError } from '#model/basics/errors.ts'
import { draftCodebook } from '#model/survey-file/draft-codebook.ts'
import { zoneKeys } from './import-survey.ts'

type About = {
  readonly id: string
  readonly title: string
  readonly universe: string
  readonly from: string
  readonly to: string
}

/** A first codebook of a file; it is read and forgotten. @throws AppError REQUEST_INVALID, QUERY_TOO_LARGE */
export async function draftSurvey(pool: Pool, file: Buffer, about: About): Promise<DraftResponse> {
  const [table, zones] = await Promise.all([readTableFile(file, SURVEY_LIMITS), zoneKeys(pool)])
  const { codebook, notes, columns } = draftCodebook(table, { expected: expectedDecimalOf(file), ...about, zones })
  if (table.length < 2)
    throw new AppError('REQUEST_INVALID', 'the file has no answers: it needs a heading and a row for each respondent')
  if (codebook.questions.length === 0) {
    const detail = `no column of the file asks anything: it has ${columns.map(({ name }) => `"${name}"`).join(', ') || 'no heading'}`
    throw new AppError('REQUEST_INVALID', detail)
  }
  return { codebook, notes: [...notes], columns: [...columns] }
}
