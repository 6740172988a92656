import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import { hashOfCode, newCode } from '#infra/runtime/personal-code.ts'
import { AppError } from '#model/basics/errors.ts'
import { groupedCode } from '#model/basics/personal-code.ts'
import { codebookOf, DESIGN_COLUMNS, type Fieldwork, QUESTIONNAIRE_VERSION } from '#model/questionnaire/codebook.ts'
import { ITEMS } from '#model/questionnaire/items.ts'
import type { Codebook } from '#model/survey/codebook.ts'
import { readMessages } from './messages.ts'
import type { Drawn } from './sample.ts'

const OPEN = `
  insert into fieldwork (id, title, universe, opens, closes, threshold, version) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict do nothing`
const INVITE = `
  insert into microdata.invitation (fieldwork_id, respondent, code_hash, weight, stratum, cluster, zone_key)
  select $1, * from unnest($2::text[], $3::bytea[], $4::float8[], $5::text[], $6::text[], $7::text[])`
const ZONE_KEYS = `select key from zone`

export const zoneKeys = async (db: Queryable): Promise<Set<string>> =>
  new Set((await db.query<{ key: string }>(ZONE_KEYS)).rows.map(({ key }) => key))

/**
 * Opens a round of the questionnaire for those who were drawn. @returns the code of each, which is kept nowhere else
 * @throws AppError VALUE_INVALID where a round of this id is there
 */
export async function openFieldwork(pool: Pool, fieldwork: Fieldwork, drawn: readonly Drawn[]): Promise<string[]> {
  const codes = drawn.map(newCode)
  const { id, title, universe, from, to, threshold } = fieldwork
  await inTransaction(pool, async (client) => {
    const opened = await client.query(OPEN, [id, title, universe, from, to, threshold, QUESTIONNAIRE_VERSION])
    if (!opened.rowCount) throw new AppError('VALUE_INVALID', `there is a round with the id "${id}" already`)
    await client.query(INVITE, [
      id,
      drawn.map(({ respondent }) => respondent),
      codes.map(hashOfCode),
      drawn.map(({ weight }) => weight),
      drawn.map(({ stratum }) => stratum),
      drawn.map(({ cluster }) => cluster),
      drawn.map(({ zone }) => zone),
    ])
  })
  return codes.map(groupedCode)
}

const FIELDWORK = `
  select id, title, universe, opens::text as "from", closes::text as "to", threshold from fieldwork where id = $1`
// An order that does not reveal who answered when.
const ANSWERED = `
  select respondent, weight, stratum, cluster, coalesce(zone_key, '') as zone, answers
  from microdata.invitation where fieldwork_id = $1 and answers is not null
  order by md5(respondent || fieldwork_id), respondent`

type AnsweredRow = {
  respondent: string
  weight: number
  stratum: string
  cluster: string
  zone: string
  answers: Record<string, string>
}
export type Exported = { readonly codebook: Codebook; readonly csv: string; readonly answered: number }

/**
 * The answers as a survey: codebook and microdata that a city pack holds in `surveys/<id>/`. Weights are those of the
 * sample; a city that adjusts them for those who did not answer does so in the file.
 * @throws AppError SURVEY_UNKNOWN
 */
export async function exportFieldwork(db: Queryable, id: string, language: string): Promise<Exported> {
  const fieldwork = (await db.query<Fieldwork>(FIELDWORK, [id])).rows[0]
  if (!fieldwork) throw new AppError('SURVEY_UNKNOWN', id)
  const { rows } = await db.query<AnsweredRow>(ANSWERED, [id])
  const header = [...Object.values(DESIGN_COLUMNS), ...ITEMS.map(({ column }) => column)]
  const lines = rows.map(({ answers, ...design }) => [
    ...Object.values(DESIGN_COLUMNS).map((column) => String(design[column])),
    ...ITEMS.map(({ column }) => answers[column] ?? ''),
  ])
  const csv = [header, ...lines].map((cells) => `${cells.map(quoted).join(',')}\n`).join('')
  return { codebook: codebookOf(fieldwork, await readMessages(language)), csv, answered: rows.length }
}

export const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
