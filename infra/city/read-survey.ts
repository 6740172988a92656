import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Codebook, codebookSchema } from '#model/survey.ts'
import type { PackProblems } from './pack-problems.ts'
import { readJson, readText } from './read-json.ts'
import { readRecords } from './read-things.ts'

export type SurveyResponse = {
  readonly respondent: string
  readonly weight: number
  readonly stratum: string
  readonly cluster: string
  readonly zone: string | undefined
  readonly answers: Readonly<Record<string, string>>
}
export type LoadedSurvey = { readonly codebook: Codebook; readonly responses: SurveyResponse[] }

/** Every `surveys/<id>/` of the pack: codebook.json and responses.csv. */
export async function readSurveys(
  folder: string,
  zones: ReadonlySet<string>,
  problems: PackProblems,
): Promise<LoadedSurvey[]> {
  const entries = await readdir(join(folder, 'surveys'), { withFileTypes: true }).catch(() => [])
  const surveys: LoadedSurvey[] = []
  for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
    const survey = await readSurvey(folder, `surveys/${entry.name}`, zones, problems)
    if (survey) surveys.push(survey)
  }
  return surveys
}

async function readSurvey(
  folder: string,
  path: string,
  zones: ReadonlySet<string>,
  problems: PackProblems,
): Promise<LoadedSurvey | undefined> {
  const json = await readJson(folder, `${path}/codebook.json`, problems, true)
  const text = await readText(folder, `${path}/responses.csv`, problems, true)
  if (json === undefined || text === undefined) return undefined
  const codebook = codebookSchema.safeParse(json)
  if (!codebook.success) {
    problems.addIssues(`${path}/codebook.json`, '', codebook.error.issues)
    return undefined
  }
  return {
    codebook: codebook.data,
    responses: readResponses(`${path}/responses.csv`, text, codebook.data, zones, problems),
  }
}

function readResponses(
  file: string,
  text: string,
  codebook: Codebook,
  zones: ReadonlySet<string>,
  problems: PackProblems,
): SurveyResponse[] {
  const records = readRecords(file, text, problems)
  const missing = columnsOf(codebook).filter((column) => records[0] && !(column in records[0].record))
  for (const column of missing) problems.add(file, 'line 1', `column "${column}" of the codebook is missing`)
  if (missing.length > 0) return []
  const seen = new Set<string>()
  const { columns } = codebook
  return records.map(({ record, line }) => {
    const respondent = record[columns.respondent] ?? ''
    if (seen.has(respondent)) problems.add(file, `line ${line}`, `respondent "${respondent}" appears twice`)
    seen.add(respondent)
    const weight = Number(record[columns.weight])
    if (!(weight > 0))
      problems.add(file, `line ${line}`, `${columns.weight} must be a number above 0, not "${record[columns.weight]}"`)
    const zone = columns.zone ? record[columns.zone] : undefined
    if (zone && !zones.has(zone)) problems.add(file, `line ${line}`, `zone "${zone}" is not in zones.geojson`)
    checkAnswers(file, line, record, codebook, problems)
    return {
      respondent,
      weight,
      zone: zone || undefined,
      stratum: (columns.stratum && record[columns.stratum]) || '',
      cluster: (columns.cluster && record[columns.cluster]) || '',
      answers: Object.fromEntries(codebook.questions.map(({ column }) => [column, record[column] ?? ''])),
    }
  })
}

const columnsOf = ({ columns, questions }: Codebook): string[] => [
  ...Object.values(columns).filter((column) => column !== undefined),
  ...questions.map((question) => question.column),
]

function checkAnswers(
  file: string,
  line: number,
  record: Record<string, string>,
  codebook: Codebook,
  problems: PackProblems,
): void {
  for (const { column, categories, missing } of codebook.questions) {
    const answer = record[column] ?? ''
    if (answer === '' || missing.includes(answer)) continue
    if (categories ? !(answer in categories) : !Number.isFinite(Number(answer))) {
      problems.add(file, `line ${line}`, `${column} has "${answer}", which the codebook does not know`)
    }
  }
}
