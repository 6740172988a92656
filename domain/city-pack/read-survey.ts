import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expectedDecimalOf, readTableFile } from '#infra/table/read-table-file.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import type { SurveyProblem } from '#model/survey-file/problem.ts'
import { readResponses } from '#model/survey-file/read-responses.ts'
import type { SurveyResponse } from '#model/survey-file/response.ts'
import { parseResponseNumbers, withNumberProblems } from '#model/survey-file/response-numbers.ts'
import type { Decimal } from '#model/text/numbers.ts'
import { SURVEY_LIMITS } from '../survey/limits.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { readBytes, readJson } from './problems/read-json.ts'
import { DECIMAL_OPTION } from './read-records.ts'

export type LoadedSurvey = { readonly codebook: Codebook; readonly responses: readonly SurveyResponse[] }

/** Every `surveys/<id>/` of the pack: codebook.json and responses.csv. */
export async function readSurveys(
  folder: string,
  zones: ReadonlySet<string> | undefined,
  problems: PackProblems,
  decimal?: Decimal,
): Promise<LoadedSurvey[]> {
  const entries = await readdir(join(folder, 'surveys'), { withFileTypes: true }).catch(() => [])
  const surveys: LoadedSurvey[] = []
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const survey = await readSurvey(folder, `surveys/${entry.name}`, { zones, decimal }, problems)
    if (survey) surveys.push(survey)
  }
  return surveys
}

async function readSurvey(
  folder: string,
  path: string,
  { zones, decimal }: { zones: ReadonlySet<string> | undefined; decimal: Decimal | undefined },
  problems: PackProblems,
): Promise<LoadedSurvey | undefined> {
  const json = await readJson(folder, `${path}/codebook.json`, problems, true)
  const bytes = await readBytes(folder, `${path}/responses.csv`, problems, true)
  if (json === undefined || bytes === undefined) return undefined
  const { codebook, problems: wrong } = checkCodebook(json)
  tell(`${path}/codebook.json`, wrong, problems)
  if (!codebook) return undefined
  const table = await readTableFile(bytes, SURVEY_LIMITS).catch((error: Error) => {
    problems.add(`${path}/responses.csv`, '', error.message)
  })
  if (!table) return undefined
  const settled = parseResponseNumbers(table, codebook, {
    decimal,
    expected: expectedDecimalOf(bytes),
    answer: DECIMAL_OPTION,
  })
  const read = readResponses(settled.rows, { codebook, zones: zones ?? new Set() })
  // Zones that have problems themselves are not held against every respondent.
  const isAboutZones = ({ column, reason }: SurveyProblem): boolean =>
    !zones && column === codebook.columns.zone && reason === 'is no zone of the city'
  const reading = { ...read, problems: read.problems.filter((problem) => !isAboutZones(problem)) }
  // An ambiguous decimal mark is one question, not one for each cell.
  const found = settled.question ? [settled.question] : withNumberProblems(reading.problems, settled.problems)
  tell(`${path}/responses.csv`, found, problems)
  return { codebook, responses: reading.responses }
}

function tell(file: string, found: readonly SurveyProblem[], problems: PackProblems): void {
  for (const { row, column, value, reason } of found) {
    const where = row === null ? column : `row ${row}, column ${column}`
    problems.add(file, where, value === '' ? reason : `"${value}" ${reason}`, `${column}: ${value} ${reason}`)
  }
}
