import { DATA_QUALITIES } from '#model/api/indicators.ts'
import type { SheetProblem } from '#model/api/reports.ts'
import { indicatorOf } from '#model/indicators/catalogue/index.ts'
import type { DataPoint, Indicator } from '#model/indicators/catalogue/schema.ts'
import { FIELDS, type Field } from './collection-sheet.ts'
import type { ReportedVersion } from './reported-versions.ts'
import type { Cell, Table } from './table.ts'

/** A row of an upload that could be read; a quality left open is found by the checks. */
export type CollectionRow = Omit<ReportedVersion, 'dataQuality'> & {
  readonly row: number
  readonly dataQuality: ReportedVersion['dataQuality'] | null
}
type Outcome = { readonly rows: readonly CollectionRow[]; readonly problems: readonly SheetProblem[] }
type Record_ = { readonly row: number; readonly cells: Readonly<Record<Field, Cell>> }
type Complain = (field: Field, reason: string) => null

const MAX_TEXT = 2_000
const NEEDED: readonly Field[] = ['code', 'source', 'data_quality']

/** The rows of a collection sheet for `period`, and every cell that cannot be read. Row 1 is the heading. */
export function readCollectionSheet(table: Table, period: string): Outcome {
  const head = (table[0] ?? []).map((cell) =>
    String(cell ?? '')
      .trim()
      .toLowerCase()
      .replaceAll(' ', '_'),
  )
  const absent = NEEDED.filter((field) => !head.includes(field))
  if (absent.length > 0) {
    const reason = `the heading has no column ${absent.join(', ')}; download the sheet and fill that`
    return { rows: [], problems: [{ row: 1, code: '', dataPoint: '', field: absent[0] ?? 'code', value: '', reason }] }
  }
  const problems: SheetProblem[] = []
  const rows = table.slice(1).flatMap((line, index) => {
    if (line.every((cell) => cell === null || cell === '')) return []
    const cells = Object.fromEntries(FIELDS.map((field) => [field, line[head.indexOf(field)] ?? null]))
    const row = readRow({ row: index + 2, cells: cells as Record<Field, Cell> }, period, problems)
    return row ? [row] : []
  })
  return { rows, problems: [...problems, ...repeated(rows)] }
}

function readRow({ row, cells }: Record_, period: string, problems: SheetProblem[]): CollectionRow | null {
  const code = textOf(cells.code)
  const complain: Complain = (field, reason) => {
    problems.push({
      row,
      code,
      dataPoint: textOf(cells.data_point),
      field,
      value: textOf(cells[field]).slice(0, 100),
      reason,
    })
    return null
  }
  const before = problems.length
  const known = readPoint(cells, complain)
  const year = textOf(cells.year)
  if (year !== '' && year !== period) complain('year', `this is the sheet of ${period}; upload it with that year`)
  const numbers = (['numerator', 'denominator', 'value'] as const).map((field) =>
    readNumber(cells[field], { field, isPercent: field === 'value' && isPercent(cells, known) }, complain),
  )
  const [numerator = null, denominator = null, value = null] = numbers
  const dataQuality = readQuality(cells.data_quality, complain)
  const verified = readYes(cells.verified, complain)
  for (const field of ['source', 'note', 'unit'] as const)
    if (textOf(cells[field]).length > MAX_TEXT) complain(field, `longer than ${MAX_TEXT} characters`)
  if (!known || problems.length > before) return null
  const { indicator, point } = known
  const unit = textOf(cells.unit) || (point.unit ?? indicator.unit)
  const texts = { source: textOf(cells.source), note: textOf(cells.note), unit }
  const head = { row, code: indicator.code, dataPoint: point.id, period }
  return { ...head, numerator, denominator, value, ...texts, dataQuality, verified }
}

function readPoint(cells: Record_['cells'], complain: Complain): { indicator: Indicator; point: DataPoint } | null {
  const indicator = indicatorOf(textOf(cells.code))
  if (!indicator) return complain('code', 'no indicator of U4SSC has this code')
  const id = textOf(cells.data_point)
  const point = indicator.dataPoints.find((one) => one.id === id)
  if (point) return { indicator, point }
  const ids = indicator.dataPoints.map((one) => one.id || '(empty)').join(', ')
  return complain('data_point', `${indicator.code} has no such data point; it has ${ids}`)
}

type Known = ReturnType<typeof readPoint>
const isPercent = ({ unit }: Record_['cells'], known: Known): boolean =>
  (textOf(unit) || (known?.point.unit ?? known?.indicator.unit)) === '%'

/** A number; with a percent sign where the unit is per cent. */
function readNumber(
  cell: Cell,
  { field, isPercent }: { field: Field; isPercent: boolean },
  complain: Complain,
): number | null {
  if (cell === null || cell === '') return null
  if (typeof cell === 'number' && Number.isFinite(cell)) return cell
  const text = textOf(cell)
  if (/^(nr|n\/r|not reported)$/i.test(text)) return null
  // 74.2, 74,2, 26234; 26,234 could be either, so it is asked back
  if (/^[+-]?\d+([.,]\d+)?(e[+-]?\d+)?%?$/i.test(text) && !/,\d{3}$/.test(text)) {
    if (!text.endsWith('%')) return Number(text.replace(',', '.'))
    return isPercent ? Number(text.slice(0, -1)) : complain(field, 'is in per cent, and the unit is not')
  }
  if (/[.,]\d{3}([.,]|$)/.test(text))
    return complain(field, 'write it without separators of thousands, with a point for decimals')
  return complain(field, 'is not a number; leave it empty where there is none')
}

function readQuality(cell: Cell, complain: Complain): ReportedVersion['dataQuality'] | null {
  const text = textOf(cell)
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
  if (text === '') return null
  const quality = DATA_QUALITIES.find((one) => one === text)
  return quality ?? complain('data_quality', `must be one of ${DATA_QUALITIES.join(', ')}`)
}

function readYes(cell: Cell, complain: Complain): boolean {
  const text = textOf(cell).toLowerCase()
  if (!['', 'yes', 'no', 'true', 'false'].includes(text)) complain('verified', 'answer yes or no')
  return text === 'yes' || text === 'true'
}

/** A data point that stands twice: which of the two would count? */
function repeated(rows: readonly CollectionRow[]): SheetProblem[] {
  const first = new Map<string, number>()
  return rows.flatMap(({ row, code, dataPoint }) => {
    const key = `${code}|${dataPoint}`
    const before = first.get(key)
    if (before === undefined) {
      first.set(key, row)
      return []
    }
    return [{ row, code, dataPoint, field: 'code', value: code, reason: `is already in row ${before}` }]
  })
}

const textOf = (cell: Cell): string => (cell === null ? '' : String(cell).trim())
