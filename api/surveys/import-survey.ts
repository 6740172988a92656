import { SURVEY_LIMITS } from '#domain/survey/limits.ts'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { ADVISORY_LOCKS } from '#infra/db/advisory-locks.ts'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { expectedDecimalOf, readTableFile } from '#infra/table/read-table-file.ts'
import type { Table } from '#infra/table/table.ts'
import type { ImportLine, SurveyImported } from '#model/api/survey-import.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { problem, type SurveyProblem } from '#model/survey-file/problem.ts'
import { createReader, type Reading } from '#model/survey-file/read-responses.ts'
import { parseResponseNumbers, withNumberProblems } from '#model/survey-file/response-numbers.ts'
import { parseShallow } from '#model/text/nesting.ts'
import type { Decimal } from '#model/text/numbers.ts'

export type SurveyUpload = {
  readonly id: string
  readonly codebook: string
  readonly responses: Buffer
  readonly by: string
  /** what the numbers of the responses have before their decimals, where a person said so */
  readonly decimal?: Decimal | undefined
  /** looks at everything and stores nothing */
  readonly check: boolean
}
export type Outcome =
  | { readonly ok: true; readonly imported: SurveyImported }
  | { readonly ok: false; readonly problems: readonly SurveyProblem[] }
export type OnProgress = (line: Extract<ImportLine, { step: string }>) => void

/** Rows read before others get their turn. */
const ROWS_AT_ONCE = 1_000

/**
 * Takes a survey as a whole or not at all: everything that is wrong with codebook and answers comes back, by row and
 * column. A survey with the same id is replaced in the same transaction, so readers see the old one or the new one.
 * @throws AppError REQUEST_INVALID, QUERY_TOO_LARGE where the file cannot be read at all; SURVEY_IS_A_VERSION
 */
export async function importSurvey(pool: Pool, upload: SurveyUpload, onProgress: OnProgress): Promise<Outcome> {
  const { codebook, problems } = readCodebook(upload)
  if (!codebook) return { ok: false, problems }
  const table = await readTableFile(upload.responses, SURVEY_LIMITS)
  const { decimal, responses } = upload
  const style = { decimal, expected: expectedDecimalOf(responses), answer: 'say decimal=point or decimal=comma' }
  const settled = parseResponseNumbers(table, codebook, style)
  // What the file leaves open is asked once and not for every cell.
  if (settled.question) return { ok: false, problems: [settled.question] }
  const zones = await zoneKeys(pool)
  const reading = await readInPieces(settled.rows, codebook, zones, onProgress)
  const wrong = withNumberProblems(reading.problems, settled.problems)
  if (wrong.length > 0) return { ok: false, problems: wrong }
  return { ok: true, imported: await store(pool, upload, codebook, reading, onProgress) }
}

export async function zoneKeys(pool: Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ key: string }>('select key from zone')
  return new Set(rows.map(({ key }) => key))
}

function readCodebook({ id, codebook: text }: SurveyUpload): ReturnType<typeof checkCodebook> {
  let json: unknown
  try {
    json = parseShallow(text)
  } catch (error) {
    const problems = [problem(null, 'codebook.json', undefined, `is not JSON: ${(error as Error).message}`)]
    return { codebook: undefined, problems }
  }
  const checked = checkCodebook(json)
  if (!checked.codebook || checked.codebook.id === id) return checked
  const wrong = problem(null, 'id', checked.codebook.id, `is another survey than the one addressed, ${id}`)
  return { codebook: undefined, problems: [wrong] }
}

async function readInPieces(
  table: Table,
  codebook: Codebook,
  zones: ReadonlySet<string>,
  onProgress: OnProgress,
): Promise<Reading> {
  const reader = createReader(table[0] ?? [], { codebook, zones })
  const rows = table.length - 1
  for (let from = 1; from <= rows; from += ROWS_AT_ONCE) {
    for (const [i, cells] of table.slice(from, from + ROWS_AT_ONCE).entries()) reader.read(cells, from + i + 1)
    onProgress({ step: 'check', done: Math.min(rows, from + ROWS_AT_ONCE - 1), of: rows })
    await new Promise((resolve) => setImmediate(resolve))
  }
  return reader.finish()
}

/** One import at a time: two of the same survey would meet in its key. */
const ONE_AT_A_TIME = `select pg_advisory_xact_lock(${ADVISORY_LOCKS.surveyImport})`

/** A check stores as an import does and takes everything back, so that the two cannot differ. */
async function store(
  pool: Pool,
  { id, by, check }: SurveyUpload,
  codebook: Codebook,
  { responses, ignored }: Reading,
  onProgress: OnProgress,
): Promise<SurveyImported> {
  return inTransaction(pool, async (client) => {
    await client.query(ONE_AT_A_TIME)
    await client.query('savepoint before_import')
    const replaced = (await client.query('select from survey where id = $1', [id])).rows.length > 0
    const { areas, ...counts } = await storeSurvey(client, { codebook, responses, origin: 'person', by }, (done) =>
      onProgress({ step: 'store', done, of: responses.length }),
    )
    if (check) await client.query('rollback to savepoint before_import')
    const questions = codebook.questions.length
    return { id, questions, replaced, checked: check, ignored: [...ignored], areas: [...areas], ...counts }
  })
}

/** Erases a survey with all its answers, of all versions; it does not come back with the city pack. @throws AppError SURVEY_UNKNOWN */
export async function eraseSurvey(pool: Pool, id: string, by: string): Promise<{ id: string; respondents: number }> {
  return inTransaction(pool, async (client) => {
    await client.query(ONE_AT_A_TIME)
    await client.query('select survey_deleting($1)', [id])
    const { rows } = await client.query<{ respondents: number }>(
      'delete from survey where id = $1 returning respondents',
      [id],
    )
    const gone = rows[0]
    if (!gone) throw new AppError('SURVEY_UNKNOWN', id)
    await client.query(
      'insert into survey_erased (id, erased_by) values ($1, $2) on conflict (id) do update set erased_at = now(), erased_by = $2',
      [id, by],
    )
    return { id, respondents: gone.respondents }
  })
}

/** Published figures stand still until enough respondents are erased that the difference is nobody's (migration 026). */
const RELEASE = 'select survey_release_erasures($1::date) as respondents'

/** Takes erased respondents who have waited long enough out of the figures. @returns how many */
export async function releaseErasures({ pool, clock }: { pool: Pool; clock: () => Date }): Promise<number> {
  const { rows } = await pool.query<{ respondents: number }>(RELEASE, [clock().toISOString().slice(0, 10)])
  return rows[0]?.respondents ?? 0
}

/** Erases one respondent, who stays out of later imports too. @throws AppError SURVEY_UNKNOWN, RESPONDENT_UNKNOWN */
export async function eraseRespondent(
  pool: Pool,
  id: string,
  respondent: string,
): Promise<{ id: string; respondents: number }> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ erased: boolean }>('select survey_erase_respondent($1, $2) as erased', [
      id,
      respondent,
    ])
    const left = await client.query<{ respondents: number }>('select respondents from survey where id = $1', [id])
    const survey = left.rows[0]
    if (!survey) throw new AppError('SURVEY_UNKNOWN', id)
    if (!rows[0]?.erased) throw new AppError('RESPONDENT_UNKNOWN', id)
    await client.query(RELEASE, [new Date().toISOString().slice(0, 10)])
    return { id, respondents: survey.respondents }
  })
}
