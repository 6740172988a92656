export type Column = { readonly id: string; readonly label: string; readonly numeric: boolean }
/** `sort` is what a cell is ordered by and what goes into the CSV; `text` is what is shown */
export type Cell = { readonly text: string; readonly sort: number | string | null }
export type Row = {
  /** selection id, or null when it cannot be selected */
  readonly id: string | null
  readonly key: string
  readonly cells: Readonly<Record<string, Cell>>
}

export const text = (value: string): Cell => ({ text: value, sort: value })
export const amount = (value: number | null | undefined, show: (value: number) => string, none: string): Cell =>
  value === null || value === undefined ? { text: none, sort: null } : { text: show(value), sort: value }
