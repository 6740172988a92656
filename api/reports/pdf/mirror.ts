import { runsOf } from './fonts.ts'

type Node = Record<string, unknown>
type Direction = 'ltr' | 'rtl'

/**
 * A part of a document with each text in fonts that have its letters, and, for a language that is written from right to left,
 * mirrored: columns, cells, margins and alignments.
 */
export function typeset(part: unknown, direction: Direction): unknown {
  if (typeof part === 'string') return typesetText(part)
  if (Array.isArray(part)) return part.map((one) => typeset(one, direction))
  if (typeof part !== 'object' || part === null) return part
  const node = { ...(part as Node) }
  if (direction === 'rtl') mirror(node)
  if (node['text'] !== undefined) node['text'] = typeset(node['text'], direction)
  for (const key of ['stack', 'columns', 'ol']) if (node[key] !== undefined) node[key] = typeset(node[key], direction)
  if (Array.isArray(node['ul'])) typesetList(node, direction)
  if (node['table'] !== undefined) {
    const table = node['table'] as { body: unknown[][] }
    node['table'] = { ...table, body: table.body.map((row) => typeset(row, direction)) }
  }
  return node
}

function typesetText(text: string): unknown {
  const runs = runsOf(text)
  return runs.length === 1 && runs[0]?.font === undefined ? text : { text: runs }
}

/** Marks of a list stand at its left: from right to left they are part of the text. */
function typesetList(node: Node, direction: Direction): void {
  const items = node['ul'] as unknown[]
  if (direction === 'ltr') {
    node['ul'] = typeset(items, direction)
    return
  }
  delete node['ul']
  node['stack'] = items.map((item) => typeset({ text: typeof item === 'string' ? `• ${item}` : item }, direction))
}

const OPPOSITE: Readonly<Record<string, string>> = { left: 'right', right: 'left' }

function mirror(node: Node): void {
  const { alignment, margin, columns, table, absolutePosition } = node
  if (typeof alignment === 'string') node['alignment'] = OPPOSITE[alignment] ?? alignment
  if (Array.isArray(margin) && margin.length === 4) {
    const [left, top, right, bottom] = margin
    node['margin'] = [right, top, left, bottom]
  }
  if (absolutePosition) mirrorPlace(node, absolutePosition as { x: number; y: number })
  if (Array.isArray(columns)) node['columns'] = columns.toReversed()
  if (typeof table === 'object' && table !== null) node['table'] = mirrorTable(table as Table)
}

const PAGE_WIDTH = 595.28
/** of a cell, left and right, in a table without lines */
const PADDING = 8

/**
 * A table at a place stands as far from the right edge as it would from the left one; text there runs to the right margin by
 * itself, and a drawing stays where it is.
 */
function mirrorPlace(node: Node, { x, y }: { readonly x: number; readonly y: number }): void {
  const { widths } = (node['table'] ?? {}) as { widths?: readonly number[] }
  const width = widths?.reduce((sum, one) => sum + one + PADDING, 0)
  if (width !== undefined) node['absolutePosition'] = { x: PAGE_WIDTH - x - width, y }
  if (node['canvas'] !== undefined || width !== undefined) node['alignment'] = width === undefined ? 'left' : 'right'
}

type Table = { readonly body: readonly unknown[][]; readonly widths?: readonly unknown[] }

const mirrorTable = ({ body, widths, ...rest }: Table): Table => ({
  ...rest,
  ...(widths && { widths: widths.toReversed() }),
  body: body.map(mirrorRow),
})

/** A cell over several columns stands before the empty ones that it covers, in both directions. */
function mirrorRow(row: readonly unknown[]): unknown[] {
  const groups: unknown[][] = []
  for (let at = 0; at < row.length; ) {
    const span = Number((row[at] as { colSpan?: number } | null)?.colSpan ?? 1)
    groups.push(row.slice(at, at + span))
    at += span
  }
  return groups.toReversed().flat()
}
