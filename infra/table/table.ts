/** What a table file holds, and how much of it is read. */
export type Cell = string | number | boolean | null
export type Table = readonly (readonly Cell[])[]
export type TableLimits = {
  readonly maxRows: number
  readonly maxColumns: number
  readonly maxUnpackedBytes: number
  /** which sheet of a workbook, by its heading; absent, or none of them: the first */
  readonly prefers?: (head: readonly Cell[]) => boolean
}
