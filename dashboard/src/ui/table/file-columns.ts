import type { Formatters } from '../../i18n/formatters.ts'
import type { TableColumn } from './table-model.ts'

type Bounds<R> = (row: R) => { readonly lower: number | null; readonly upper: number | null } | null
type Interval<R> = {
  readonly id: string
  readonly label: string
  readonly bounds: Bounds<R>
  readonly show: (bound: number, row: R) => string
}

/** An interval: one column on the page, which sorts by the lower bound, and a column for each bound in the CSV file. */
export function intervalColumns<R>(interval: Interval<R>, i18n: Formatters): TableColumn<R>[] {
  const { id, label, bounds, show } = interval
  const [lower, upper] = boundColumns({ id, name: label, bounds }, i18n)
  const cell = (row: R): string => {
    const found = bounds(row)
    if (!found || found.lower === null || found.upper === null) return i18n.t('none')
    return i18n.t('range', { from: show(found.lower, row), to: show(found.upper, row) })
  }
  return [{ ...lower, id, label, fileLabel: lower.label, numeric: true, fileOnly: false, cell }, upper]
}

/** The bounds of an interval that the page shows in the cell of its value: only in the CSV file. */
export function boundColumns<R>(
  { id, name, bounds }: { readonly id: string; readonly name: string; readonly bounds: Bounds<R> },
  { t }: Formatters,
): [lower: TableColumn<R>, upper: TableColumn<R>] {
  const column = (bound: 'lower' | 'upper'): TableColumn<R> => ({
    ...{ id: `${id}-${bound}`, label: t(`table.bound.${bound}`, { name }), fileOnly: true },
    value: (row) => bounds(row)?.[bound] ?? null,
  })
  return [column('lower'), column('upper')]
}

/** Why a cell has no value, which the page says in its place: only in the CSV file. */
export const whyColumn = <R>(
  { id, name, why }: { readonly id: string; readonly name: string; readonly why: (row: R) => string | null },
  { t }: Formatters,
): TableColumn<R> => ({ id: `${id}-why`, label: t('table.why', { name }), fileOnly: true, value: why })
