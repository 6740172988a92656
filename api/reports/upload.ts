import type { Pool } from '#infra/db/pool.ts'
import type { SheetProblem } from '#model/api/reports.ts'
import {
  type CityFigures,
  type Finding,
  isEmpty,
  type Statement,
  statedValue,
  verify,
  verifyStatement,
} from '#model/indicators/verify/verify.ts'
import { type CollectionRow, readCollectionSheet } from './read-collection-sheet.ts'
import { type ReportedVersion, recordVersions, selectNewest } from './reported-versions.ts'
import type { Table } from './table.ts'

export type Upload = {
  readonly table: Table
  /** a year */
  readonly period: string
  readonly by: string
  readonly city: CityFigures
  readonly simulated: boolean
}
export type Imported = { recorded: number; unchanged: number; empty: number; queries: Finding[] }
export type Outcome = { ok: true; imported: Imported } | { ok: false; problems: SheetProblem[] }

/**
 * Takes a collection sheet as a whole or not at all: every cell is read, every check of a verifier is made, for the rows
 * by themselves and together with what is known already. What cannot be true refuses the sheet; what is unusual is
 * recorded and listed as a query. Rows equal to what is known make no new version.
 */
export async function uploadSheet(pool: Pool, upload: Upload): Promise<Outcome> {
  const { period, city } = upload
  const { rows, problems: unreadable } = readCollectionSheet(upload.table, period)
  const filled = rows.filter((row) => !isEmpty(statementOf(row)))
  const findings = check(filled, await selectNewest(pool, [period]), city)
  const problems = [...unreadable, ...findings.flatMap(({ finding, row }) => problemOf(finding, row) ?? [])]
  if (problems.length > 0) return { ok: false, problems: problems.sort((a, b) => a.row - b.row) }

  let unchanged = 0
  let kept: Finding[] = []
  const recorded = await recordVersions(pool, { ...upload, period }, (known) => {
    const before = new Map(known.map((row) => [keyOf(row), row]))
    const changed = filled.filter((row) => !same(row, before.get(keyOf(row))))
    unchanged = filled.length - changed.length
    kept = rows.flatMap((row) => keptFinding(row, before.get(keyOf(row))))
    return changed.map(completed)
  })
  const queries = [...findings.map(({ finding }) => finding), ...kept]
  return { ok: true, imported: { recorded, unchanged, empty: rows.length - filled.length, queries } }
}

type Placed = { finding: Finding; row: CollectionRow | undefined }

/** Checks of each row, and of all rows over what is known; of the latter only what a row of this sheet takes part in. */
function check(rows: readonly CollectionRow[], known: readonly ReportedVersion[], city: CityFigures): Placed[] {
  const own = new Map(rows.map((row) => [keyOf(row), row]))
  const single = rows.flatMap((row) => verifyStatement(statementOf(row), city).map((finding) => ({ finding, row })))
  const merged = [...known.filter((row) => !own.has(keyOf(row))), ...rows].map((row) => ({
    ...statementOf(row),
    origin: 'computed' as const,
  }))
  const ofCode = (code: string | null) => rows.find((row) => row.code === code)
  const together = verify({ statements: merged, city })
    .filter(({ rule }) => rule !== 'not_reported')
    .map((finding) => ({ finding, row: own.get(`${finding.code}|${finding.dataPoint}`) ?? ofCode(finding.code) }))
    .filter(({ row }) => row !== undefined)
  return [...single, ...together]
}

function problemOf(
  { severity, code, dataPoint, field, text }: Finding,
  row: CollectionRow | undefined,
): SheetProblem | undefined {
  if (severity !== 'error') return undefined
  const value = row?.[FIELD_OF[field] ?? 'value']
  return { row: row?.row ?? 1, code: code ?? '', dataPoint, field, value: String(value ?? ''), reason: text }
}
const FIELD_OF: Readonly<Record<string, keyof CollectionRow>> = {
  numerator: 'numerator',
  denominator: 'denominator',
  unit: 'unit',
  source: 'source',
  data_quality: 'dataQuality',
}

/** A line left empty withdraws nothing; who emptied it on purpose must hear of it. */
function keptFinding(row: CollectionRow, before: ReportedVersion | undefined): Finding[] {
  if (!before || !isEmpty(statementOf(row))) return []
  const text = `row ${row.row} is empty; the value known from ${before.source} stays`
  return [{ rule: 'empty_row', severity: 'query', code: row.code, dataPoint: row.dataPoint, field: 'value', text }]
}

type Version = CollectionRow | ReportedVersion
const keyOf = ({ code, dataPoint }: Version): string => `${code}|${dataPoint}`

/** A reported version as the checks want it: with the value that its parts give. */
export const statementOf = (row: Version): Statement => ({ ...row, value: row.value, origin: 'reported' })

/** What is recorded: the value together with its parts, so that readers of the table need no formula. */
function completed({ row: _, dataQuality, ...version }: CollectionRow): ReportedVersion {
  const value = statedValue(statementOf({ ...version, dataQuality: dataQuality ?? 'unknown' }))
  return { ...version, value, dataQuality: dataQuality ?? 'unknown' }
}

const SAME = ['numerator', 'denominator', 'unit', 'source', 'dataQuality', 'verified', 'note'] as const
/** Half of the sixth digit, to which the sheet shows what numerator and denominator give. */
const SHOWN = 5e-6
function same(row: CollectionRow, before: ReportedVersion | undefined): boolean {
  if (!before || !SAME.every((field) => row[field] === before[field])) return false
  if (row.value === before.value) return true
  if (row.value !== null && before.value !== null) return false
  const [now, then] = [statedValue(statementOf(row)), statedValue(statementOf(before))]
  return now !== null && then !== null && Math.abs(now - then) <= SHOWN * Math.abs(then)
}
