import type { ReactNode } from 'react'

export type Column = {
  readonly id: string
  readonly label: string
  readonly numeric: boolean
  /** of a column of intervals: the headings of its lower and upper bounds in the CSV */
  readonly bounds?: readonly [lower: string, upper: string]
}
/**
 * `text` is what is shown, `sort` what the cell is ordered by. The CSV has `sort` in full precision, unless the cell is
 * ordered by something else than what it shows: then it has `csv`, or the two `bounds` of an interval.
 */
export type Cell = {
  readonly text: string
  readonly sort: number | string | null
  readonly csv?: string
  readonly bounds?: readonly [lower: number, upper: number]
  /** the number is only a bound: nothing can be subtracted from it */
  readonly atLeast?: boolean
}
export type Row = {
  /** selection id, or null when it cannot be selected */
  readonly id: string | null
  readonly key: string
  readonly cells: Readonly<Record<string, Cell>>
}

export const text = (value: string): Cell => ({ text: value, sort: value })
export const amount = (value: number | null | undefined, show: (value: number) => string, none: string): Cell =>
  value === null || value === undefined ? { text: none, sort: null } : { text: show(value), sort: value }

/** What a column sorts by and writes to the CSV file, in full precision; null: no value. */
export type SortValue = string | number | null

export type TableColumn<R> = {
  readonly id: string
  /** empty: a column without text, such as a bar */
  readonly label: string
  /** only read aloud: of a column of buttons */
  readonly isLabelHidden?: boolean
  readonly numeric?: boolean
  /** without it the column cannot be sorted and is not in the CSV file */
  readonly value?: (row: R) => SortValue
  /** default: the value as text. `previous` is the row above, in the order shown */
  readonly cell?: (row: R, previous: R | undefined) => ReactNode
  readonly className?: (row: R) => string | undefined
  /** only in the CSV file: a code or a unit that the page shows inside another cell */
  readonly fileOnly?: boolean
  /** heading in the CSV file, where the label is clear only on the page */
  readonly fileLabel?: string
}

/** Rows under a heading of their own; sorting keeps them together. */
export type TableGroup<R> = {
  readonly key: string
  readonly heading: ReactNode
  readonly rows: readonly R[]
}
