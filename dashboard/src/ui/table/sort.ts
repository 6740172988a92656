import type { Row } from './table-model.ts'

export type Order = { readonly column: string; readonly descending: boolean }

/** Rows in order of one column. What has no value comes last either way: missing is not small. */
export function sortRows(rows: readonly Row[], order: Order, locale: string): readonly Row[] {
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' })
  const sign = order.descending ? -1 : 1
  return rows.toSorted((a, b) => {
    const left = a.cells[order.column]?.sort ?? null
    const right = b.cells[order.column]?.sort ?? null
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right)
    return sign * collator.compare(String(left), String(right))
  })
}
