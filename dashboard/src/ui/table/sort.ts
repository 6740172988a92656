import type { Row, SortValue } from './table-model.ts'

export type Order = { readonly column: string; readonly descending: boolean }

/** Rows in order of one value. Rows without a value come last in either direction: missing is not small. */
export function sortBy<R>(
  rows: readonly R[],
  sortValueOf: (row: R) => SortValue,
  descending: boolean,
  locale: string,
): readonly R[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const sign = descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [left, right] = [sortValueOf(a), sortValueOf(b)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * collator.compare(String(left), String(right))
  })
}

export const sortRows = (rows: readonly Row[], { column, descending }: Order, locale: string): readonly Row[] =>
  sortBy(rows, (row) => row.cells[column]?.sort ?? null, descending, locale)

/** The order after a click on a heading: numbers begin with the highest, a second click turns the order round. */
export const nextOrder = (order: Order | null, column: { id: string; numeric?: boolean }): Order => ({
  column: column.id,
  descending: order?.column === column.id ? !order.descending : column.numeric === true,
})
