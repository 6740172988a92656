import type { Formatters } from '../../i18n/formatters.ts'
import type { Cell, Column, Row } from '../../ui/table/table-model.ts'
import type { LayerModel } from '../layer-model/model.ts'

export type Table = Pick<LayerModel, 'columns' | 'rows' | 'compared'>
/** A table of a moment, which is said in words. */
export type DatedTable = { readonly table: Table; readonly moment: string }

const OTHER = 'Other'
const DIFFERENCE = 'difference'
/** The headings have the moments. */
const TIME = 'time'

/**
 * One table of two moments: what changes between them stands there twice, each under its moment, and the numbers that are
 * compared have their difference, second minus first. What one of the two moments lacks stays missing.
 */
export function comparedTable(first: DatedTable, second: DatedTable, i18n: Formatters): Omit<Table, 'compared'> {
  const { t } = i18n
  const { compared } = first.table
  const columns = first.table.columns.filter(({ id }) => id !== TIME)
  const pairs = pairsOf(first.table.rows, second.table.rows)
  const differs = (id: string) => pairs.some(({ a, b }) => a && b && a[id]?.text !== b[id]?.text)
  const changing = new Set(columns.map(({ id }) => id).filter((id) => id === compared?.column || differs(id)))
  const missing: Cell = { text: t('none'), sort: null }
  return {
    columns: columns.flatMap((column): Column[] => {
      const { id, label } = column
      if (!changing.has(id)) return [column]
      const of = ({ moment }: DatedTable) => t('playback.column', { column: label, moment })
      const difference = { id: DIFFERENCE, label: t('playback.difference', { column: label }), numeric: true }
      return [
        { ...column, label: of(first) },
        { ...column, id: id + OTHER, label: of(second) },
        ...(id === compared?.column ? [difference] : []),
      ]
    }),
    rows: pairs.map(({ id, key, a, b }): Row => {
      const cells = columns.flatMap(({ id: name }): [string, Cell][] =>
        changing.has(name)
          ? [
              [name, a?.[name] ?? missing],
              [name + OTHER, b?.[name] ?? missing],
            ]
          : [[name, a?.[name] ?? b?.[name] ?? missing]],
      )
      const difference = compared ? differenceOf(a?.[compared.column], b?.[compared.column]) : null
      const shown = difference === null || !compared ? missing.text : i18n.signed(difference, compared.show)
      return { id, key, cells: { ...Object.fromEntries(cells), [DIFFERENCE]: { text: shown, sort: difference } } }
    }),
  }
}

type Cells = Row['cells'] | undefined
type Pair = Pick<Row, 'id' | 'key'> & { readonly a: Cells; readonly b: Cells }

/** The rows of both, of which one may lack some: districts change. */
function pairsOf(first: readonly Row[], second: readonly Row[]): Pair[] {
  const later = new Map(second.map(({ key, cells }) => [key, cells]))
  const known = new Set(first.map(({ key }) => key))
  return [
    ...first.map(({ id, key, cells }) => ({ id, key, a: cells, b: later.get(key) })),
    ...second.flatMap(({ id, key, cells }) => (known.has(key) ? [] : [{ id, key, a: undefined, b: cells }])),
  ]
}

/** Null unless both are numbers, and neither is only a bound. */
function differenceOf(first: Cell | undefined, second: Cell | undefined): number | null {
  if (typeof first?.sort !== 'number' || typeof second?.sort !== 'number') return null
  if (first.atLeast || second.atLeast) return null
  // without the digits that a subtraction of two decimals gets wrong
  return Number((second.sort - first.sort).toPrecision(12))
}
