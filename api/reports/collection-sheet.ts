import { DATA_QUALITIES } from '#model/api/indicators.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { DataPoint, Indicator, Scoreboard } from '#model/indicators/catalogue/schema.ts'
import { resultOf } from '#model/indicators/result.ts'
import type { ReportedVersion } from './reported-versions.ts'
import type { Cell, Table, Worksheet } from './table.ts'

/** What a city fills in; `known` columns only inform and are not read back. */
export const FIELDS = [
  'code',
  'data_point',
  'year',
  'numerator',
  'denominator',
  'value',
  'unit',
  'source',
  'data_quality',
  'verified',
  'note',
] as const
export type Field = (typeof FIELDS)[number]

type Line = {
  indicator: Indicator
  point: DataPoint
  stated: ReportedVersion | undefined
  board: BoardValue | undefined
}
type BoardValue = Scoreboard['indicators'][number]['values'][number]
type Column = { readonly name: string; readonly width: number; cell(line: Line, period: string): Cell | undefined }

const COLUMNS: readonly Column[] = [
  { name: 'code', width: 15, cell: ({ indicator }) => indicator.code },
  { name: 'data_point', width: 12, cell: ({ point }) => point.id || null },
  { name: 'indicator', width: 32, cell: ({ indicator }) => indicator.name },
  { name: 'data_point_name', width: 26, cell: ({ point }) => (point.id ? point.name : null) },
  { name: 'numerator_is', width: 34, cell: ({ indicator }) => indicator.numerator },
  { name: 'numerator', width: 14, cell: ({ stated }) => stated?.numerator ?? null },
  { name: 'denominator_is', width: 28, cell: ({ indicator }) => indicator.denominator || null },
  { name: 'denominator', width: 14, cell: ({ stated }) => stated?.denominator ?? null },
  { name: 'value', width: 14, cell: ({ stated, ...line }) => (stated ? shown(stated, line) : null) },
  { name: 'unit', width: 18, cell: ({ indicator, point }) => point.unit ?? indicator.unit },
  { name: 'year', width: 8, cell: (_, period) => Number(period) },
  { name: 'source', width: 30, cell: ({ stated }) => stated?.source ?? null },
  { name: 'data_quality', width: 26, cell: ({ stated }) => stated?.dataQuality ?? null },
  { name: 'verified', width: 9, cell: ({ stated }) => (stated ? (stated.verified ? 'yes' : 'no') : null) },
  { name: 'note', width: 30, cell: ({ stated }) => stated?.note || null },
  { name: 'known_value', width: 14, cell: ({ board }) => (isComputed(board) ? (board?.value ?? null) : null) },
  { name: 'known_origin', width: 14, cell: ({ board }) => (isComputed(board) ? originText(board) : null) },
]

const isComputed = (board: BoardValue | undefined): boolean =>
  board?.origin === 'measured' || board?.origin === 'surveyed'
const originText = (board: BoardValue | undefined): string =>
  `${board?.origin ?? ''}${board?.simulated ? ', simulated' : ''}`

/** The value as it was stated, else as its parts give it, to six digits. */
function shown(stated: ReportedVersion, { indicator, point }: Pick<Line, 'indicator' | 'point'>): number | null {
  const { value, numerator, denominator } = stated
  if (value !== null || numerator === null || denominator === null) return value
  const result = resultOf(point.formula ?? indicator.formula, numerator, denominator)
  return result === undefined ? null : Number(result.toPrecision(6))
}

/** The collection sheet: a line for each of the 112 data points, filled with what is known of the year. */
export function collectionSheet(period: string, stated: readonly ReportedVersion[], board: Scoreboard): Table {
  const values = new Map(
    board.indicators.flatMap(({ code, values: own }) => own.map((value) => [`${code}|${value.dataPoint}`, value])),
  )
  const versions = new Map(stated.map((row) => [`${row.code}|${row.dataPoint}`, row]))
  const lines = INDICATORS.flatMap((indicator) =>
    indicator.dataPoints.map((point): Cell[] => {
      const key = `${indicator.code}|${point.id}`
      const line = { indicator, point, stated: versions.get(key), board: values.get(key) }
      return COLUMNS.map(({ cell }) => cell(line, period) ?? null)
    }),
  )
  return [COLUMNS.map(({ name }) => name), ...lines]
}

const HELP: Table = [
  ['column', 'what belongs there'],
  ['numerator, denominator', 'the two counts named next to them; the value follows and may stay empty'],
  ['value', 'only where there are no counts (a life table, a mean concentration), or to be checked against them'],
  ['unit, year', 'as they are: figures of another year belong to the sheet of that year'],
  ['source', 'office, register or report with its year'],
  ['data_quality', `one of: ${DATA_QUALITIES.join(', ')}`],
  ['verified', 'yes once a verifier has confirmed the value, else no'],
  ['note', 'anything a reader has to know'],
  [
    'known_value, known_origin',
    'what Citywell computes itself; it is not read back, and comes before a reported value',
  ],
  ['empty lines', 'are not reported: they are never zero'],
]

export const collectionWorksheets = (table: Table): Worksheet[] => [
  { name: 'Collection sheet', table, widths: COLUMNS.map(({ width }) => width) },
  { name: 'Help', table: HELP, widths: [28, 100] },
]
