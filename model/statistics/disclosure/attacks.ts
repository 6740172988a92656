import type { Bounds } from '../solver/linear-program.ts'
import { DOMINANCE_SHARE } from './dominance.ts'
import type { Attack, Target } from './feasible-ranges.ts'
import { cellId, type LinkedCell, type LinkedTables } from './linked-tables.ts'
import type { Pattern } from './protect.ts'

/** Least width of the range that can be computed for a suppressed sum, as a share of it. */
export const PROTECTION_WIDTH = 0.2

/**
 * Minimum width of the range of a number of respondents. A cell below the threshold is known to lie below it, and tables that show parts of it narrow that: a large cell next to it can rely on half the threshold.
 */
function widthOf(n: number, { threshold }: Pattern, minWidth = 2): number {
  const room = Math.max(1, Math.min(threshold - 2, Math.ceil(threshold / 2)))
  return Math.min(room, Math.max(minWidth, Math.ceil(PROTECTION_WIDTH * n)))
}

/** An attack, the cells that must withstand it, and how the search may protect them. */
export type Goal = Attack & {
  readonly targets: () => Target[]
  readonly slackOf: (cell: LinkedCell, target: Target) => boolean
  readonly keepsMargins: boolean
}

const NON_NEGATIVE = { lower: 0, upper: Number.POSITIVE_INFINITY }

/** What the published reason reveals about the number of respondents: 'below_threshold' is said of empty cells too, but not of the total. */
function reasonOf({ suppressed, threshold, withholdsReasons, silent }: Pattern, { id, rest, level }: LinkedCell) {
  if (rest || withholdsReasons || silent.has(id)) return NON_NEGATIVE
  return suppressed.get(id) === 'below_threshold'
    ? { lower: level === 0 ? 1 : 0, upper: threshold - 1 }
    : { lower: threshold, upper: Number.POSITIVE_INFINITY }
}

const suppressedCells = ({ tables, suppressed, lenient }: Pattern): LinkedCell[] =>
  [...suppressed.keys()].flatMap((id) => (lenient.has(id) ? [] : (tables.cells.get(id) ?? [])))

/** Suppressed cells for which another cell can still be suppressed: margins are not suppressed because of answers. */
function protectable(pattern: Pattern): LinkedCell[] {
  const shown = new Set(
    [...pattern.tables.cells.values()].flatMap(({ id, table }) => (pattern.hidden.has(id) ? [] : [table])),
  )
  return suppressedCells(pattern).filter(({ level, table }) => level < 2 || shown.has(table))
}

export function numbersAttack(pattern: Pattern): Goal {
  return {
    pattern,
    measures: { from: 0, to: 1 },
    priorOf: (cell) => reasonOf(pattern, cell),
    targets: () =>
      suppressedCells(pattern).map((cell) => ({
        cell,
        measures: [0],
        width: widthOf(cell.n, pattern),
        isCount: true,
      })),
    slackOf: ({ n }, { width }) => n - pattern.threshold >= width,
    keepsMargins: false,
  }
}

export function categoriesAttack(pattern: Pattern, categories: number, byNumbers: ReadonlySet<string>): Goal {
  const measures = Array.from({ length: categories }, (_, k) => k + 1)
  const supersets = supersetsOf(pattern.tables)
  // nobody, or everybody, in a published cell that contains it gave this answer
  const isPublic = (cell: LinkedCell, k: number, width: number): boolean => {
    const open = (supersets.get(cell.id) ?? []).filter((id) => !pattern.hidden.has(id))
    const { upper, lower } = marginBounds(
      cell,
      k,
      open.flatMap((id) => pattern.tables.cells.get(id) ?? []),
    )
    return upper - lower < width
  }
  return {
    pattern,
    measures: { from: 1, to: 1 + categories },
    priorOf: (cell) => (byNumbers.has(cell.id) ? reasonOf(pattern, cell) : { lower: cell.n, upper: cell.n }),
    targets: () =>
      protectable(pattern).flatMap((cell) =>
        measures.flatMap((k) => {
          const width = widthOf(cell.sums[k] ?? 0, pattern, 1)
          return isPublic(cell, k, width) ? [] : [{ cell, measures: [k], width, isCount: true }]
        }),
      ),
    keepsMargins: true,
    slackOf: ({ n, sums }, { measures: [k = 0], width }) => {
      const own = sums[k] ?? 0
      return own >= width && n - own >= width
    },
  }
}

/**
 * Bounds from the published cells that contain a cell (Fréchet): an answer is given at most as often as in each of them, and
 * at least as often as in two of them together less the total.
 */
function marginBounds(cell: LinkedCell, k: number, around: readonly LinkedCell[]): Bounds {
  const total = around.find(({ level }) => level === 0)
  const margins = around.filter(({ level }) => level === 1)
  const smallest = (count: (cell: LinkedCell) => number): number => Math.min(cell.n, ...around.map(count))
  const excess = (count: (cell: LinkedCell) => number): number =>
    total && margins.length === 2 ? margins.reduce((sum, margin) => sum + count(margin), 0) - count(total) : 0
  const gave = (one: LinkedCell): number => one.sums[k] ?? 0
  const gaveNot = (one: LinkedCell): number => one.n - gave(one)
  return {
    upper: Math.min(smallest(gave), cell.n - Math.max(0, excess(gaveNot))),
    lower: Math.max(0, excess(gave), cell.n - smallest(gaveNot)),
  }
}

type Supersets = ReadonlyMap<string, readonly string[]>

/** The cells that contain a cell: the margins of its lines, and theirs. */
function supersetsOf({ lines }: LinkedTables): Supersets {
  const margins = new Map<string, Set<string>>()
  for (const { margin, parts } of lines)
    for (const part of parts) margins.set(part, (margins.get(part) ?? new Set()).add(margin))
  return new Map([...margins].map(([id, own]) => [id, [...new Set([...own, cellId({})])]]))
}

/** The two largest contributions to a cell. */
export type Largest = readonly [first: number, second: number]

/**
 * The range of a sum is wide, and its upper end leaves the second largest contributor, who knows its own amount, an estimate of the
 * largest that is too high by as much as in a published cell.
 */
export function amountsAttack(pattern: Pattern, largest: ReadonlyMap<string, Largest>): Goal {
  return {
    pattern,
    measures: { from: 1, to: 2 },
    priorOf: () => undefined,
    targets: () =>
      suppressedCells(pattern).flatMap((cell) => {
        const sum = cell.sums[1] ?? 0
        const [first, second] = largest.get(cell.id) ?? [0, 0]
        const width = Math.max(PROTECTION_WIDTH * sum, DOMINANCE_SHARE * first)
        const above = Math.max(0, (1 + DOMINANCE_SHARE) * first + second - sum)
        return width > 0 ? [{ cell, measures: [1], width, above, isCount: false }] : []
      }),
    slackOf: ({ sums }, { width, above = 0 }) => (sums[1] ?? 0) >= Math.max(width, above),
    keepsMargins: false,
  }
}
