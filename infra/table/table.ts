/** What a table file holds, and how much of it is read. */
export type Cell = string | number | boolean | null
export type Table = readonly (readonly Cell[])[]
export type TableLimits = {
  readonly maxRows: number
  readonly maxColumns: number
  readonly maxUnpackedBytes: number
  /** which worksheet of a workbook, by its heading; absent, or no match: the first */
  readonly prefers?: (head: readonly Cell[]) => boolean
}
