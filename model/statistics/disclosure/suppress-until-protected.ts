import type { LpSolver } from '../solver/linear-program.ts'
import type { Goal } from './attacks.ts'
import { type Target, tooNarrow } from './feasible-ranges.ts'
import type { LinkedCell, LinkedTables } from './linked-tables.ts'
import { hide, hideComplements, hideInLines, isOpen, type Pattern } from './protect.ts'

/** Rounds in which single cells are suppressed; after them complete tables by two characteristics are. */
const FINE_ROUNDS = 8
/** With a larger share of the cells by two characteristics suppressed, the others are suppressed too. */
const SPARSE = 0.75

/**
 * Suppresses more cells until the attack finds no range that is too narrow.
 * @returns whether it succeeded: what is left follows from margins that are kept, or from the reasons alone
 */
export function suppressUntilProtected(pattern: Pattern, goal: Goal, solve: LpSolver): boolean {
  hideComplements(pattern)
  for (let round = 1; ; round += 1) {
    hideInLines(pattern)
    const narrow = tooNarrow(goal, goal.targets(), solve)
    const before = pattern.hidden.size
    if (round > FINE_ROUNDS) hideTablesOf(pattern, narrow)
    if (pattern.hidden.size === before) hideForThese(pattern, goal, narrow)
    if (pattern.hidden.size === before) hideComplements(pattern)
    if (pattern.hidden.size === before) return narrow.length === 0
  }
}

/** Suppresses all tables by two characteristics where few of their cells are left. */
export function suppressSparseTables(pattern: Pattern): void {
  if (isSparse(pattern)) hideTables(pattern, () => true)
}

function isSparse({ tables, hidden }: Pattern): boolean {
  const pairs = [...tables.cells.values()].filter(({ level }) => level === 2)
  return pairs.filter(({ id }) => hidden.has(id)).length > SPARSE * pairs.length
}

function hideTables(pattern: Pattern, includes: (cell: LinkedCell) => boolean): void {
  for (const cell of pattern.tables.cells.values())
    if (cell.level === 2 && includes(cell) && isOpen(pattern, cell.id)) hide(pattern, cell.id)
}

function hideTablesOf(pattern: Pattern, narrow: readonly Target[]): void {
  const tables = new Set(narrow.flatMap(({ cell }) => (cell.level === 2 ? [cell.table] : [])))
  hideTables(pattern, ({ table }) => tables.has(table))
}

type Lines = LinkedTables['lines']

/** Suppresses one more cell for each target, unless a line with the target has just changed. */
function hideForThese(pattern: Pattern, goal: Goal, narrow: readonly Target[]): void {
  const { tables } = pattern
  const linesOf = linesByCell(tables)
  const changed = new Set<Lines[number]>()
  for (const target of narrow) {
    const own = linesOf.get(target.cell.id) ?? []
    if (own.some((line) => changed.has(line))) continue
    const id =
      partnerOf(own, pattern, goal, target) ?? closerOf(own, pattern, linesOf) ?? lastResort(own, pattern, goal, target)
    hide(pattern, id)
    for (const line of own) changed.add(line)
  }
}

function linesByCell({ lines }: LinkedTables): ReadonlyMap<string, Lines> {
  const found = new Map<string, Lines[number][]>()
  for (const line of lines) {
    for (const id of [line.margin, ...line.parts]) {
      const known = found.get(id)
      if (known) known.push(line)
      else found.set(id, [line])
    }
  }
  return found
}

/** A cell with room to compensate for the target, in a line where no suppressed cell has that room yet. */
function partnerOf(own: Lines, pattern: Pattern, goal: Goal, target: Target): string | undefined {
  const { tables, hidden } = pattern
  const can = (id: string): boolean => {
    const cell = tables.cells.get(id)
    return id !== target.cell.id && cell !== undefined && goal.slackOf(cell, target)
  }
  const bare = own.filter(({ margin, parts }) => !hidden.has(margin) && !parts.some((id) => hidden.has(id) && can(id)))
  const candidates = bare.flatMap(({ parts }) => parts).filter((id) => isOpen(pattern, id) && can(id))
  return cheapest(candidates, tables)
}

/** The fourth corner of a cycle: a cell that shares lines with suppressed cells of each of the target's lines. */
function closerOf(own: Lines, pattern: Pattern, linesOf: ReadonlyMap<string, Lines>): string | undefined {
  const { tables, hidden } = pattern
  const reached = new Map<string, number>()
  for (const line of own) {
    const partners = line.parts.filter((id) => hidden.has(id))
    const around = new Set(partners.flatMap((id) => linesOf.get(id) ?? []).filter((other) => !own.includes(other)))
    const open = new Set([...around].flatMap(({ parts }) => parts).filter((id) => isOpen(pattern, id)))
    for (const id of open) reached.set(id, (reached.get(id) ?? 0) + 1)
  }
  const candidates = [...reached].filter(([id]) => tables.cells.get(id)?.level === 2)
  const maxTimes = Math.max(0, ...candidates.map(([, times]) => times))
  return cheapest(
    candidates.filter(([, times]) => times === maxTimes).map(([id]) => id),
    tables,
  )
}

/** Margins are suppressed for numbers of respondents and amounts, but not for answers: those that one-way tables reveal stay revealed. */
function lastResort(own: Lines, pattern: Pattern, goal: Goal, { cell }: Target): string | undefined {
  const id = cheapestOf(own, pattern) ?? cheapestOf(pattern.tables.lines, pattern)
  const level = pattern.tables.cells.get(id ?? '')?.level ?? 0
  return goal.keepsMargins && level < Math.max(1, cell.level) ? undefined : id
}

function cheapestOf(lines: Lines, pattern: Pattern): string | undefined {
  const open = lines.flatMap(({ margin, parts }) => [...parts, margin]).filter((id) => isOpen(pattern, id))
  return cheapest(open, pattern.tables)
}

/** Cells of two characteristics before margins, then the smallest. */
function cheapest(ids: readonly string[], { cells }: LinkedTables): string | undefined {
  const found = [...new Set(ids)].flatMap((id) => cells.get(id) ?? [])
  return found.sort((a, b) => b.level - a.level || (isCheaper(a, b) ? -1 : 1))[0]?.id
}

const isCheaper = (a: LinkedCell, b: LinkedCell): boolean => a.n < b.n || (a.n === b.n && a.id < b.id)
