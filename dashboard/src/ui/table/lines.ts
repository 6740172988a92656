import type { SortValue, TableColumn } from './table-model.ts'

/** Heading and rows of the CSV file: every column with a value, shown or not. */
export function linesOf<R>(columns: readonly TableColumn<R>[], rows: readonly R[]): SortValue[][] {
  const filed = columns.flatMap(({ label, fileLabel = label, value }) => (value ? [{ label: fileLabel, value }] : []))
  return [filed.map(({ label }) => label), ...rows.map((row) => filed.map(({ value }) => value(row)))]
}
