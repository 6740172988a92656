import { determined, type Equation } from '../solver/determined-unknowns.ts'
import { type Line, type LinkedCell, type LinkedTables, linkTables, type Profile } from './linked-tables.ts'
import type { CountSuppression, Suppression } from './suppression.ts'

/** A cell as an earlier publication had it, which has changed since: an unknown of its own. */
export const pastCell = (was: string, id: string): string => `#${was} ${id}`
const isPast = (id: string): boolean => id.startsWith('#')
const idNow = (id: string): string => (isPast(id) ? id.slice(id.indexOf('{')) : id)

/** A sum of cells (less others) that is known although the tables do not show it. */
export type SignedSum = readonly (readonly [id: string, sign: 1 | -1])[]

/** The cells that are hidden so far; grows until nothing more has to be hidden. */
export type Pattern = {
  readonly tables: LinkedTables
  readonly threshold: number
  /** reason for each suppressed cell; cells of those who did not state a characteristic need none unless they are few */
  readonly suppressed: Map<string, Suppression>
  /** every cell that no table shows */
  readonly hidden: Set<string>
  /** cells that an earlier publication shows as they are: hiding them protects nothing */
  known: ReadonlySet<string>
  /** hidden cells that need no protection of their own */
  lenient: ReadonlySet<string>
  /** what an earlier publication gave away of cells that are still what they were */
  knownSums: readonly SignedSum[]
  /** known cells that are suppressed all the same, with the reason */
  readonly veiled: Map<string, Suppression>
  /** cells whose reason says nothing of how many respondents they have */
  readonly silent: Set<string>
  /** whether 'complementary' is the reason for all, so that none says how many respondents a cell has */
  withholdsReasons: boolean
}

/**
 * The cells to suppress against exact computation, over all tables of a question that anybody can combine
 * (linked-tables.ts). protect-intervals.ts adds bounds and answers.
 *
 * 1. Primary: a cell below the threshold.
 * 2. Complementary, until no suppressed cell can be computed:
 *    a. every line taken together with the others as a system of linear equations in the hidden cells; a hidden cell
 *       with one solution could be computed (from sums, means and numbers of respondents alike, all of which add
 *       up in the same way), so the smallest published cell of one of its lines is suppressed too;
 *    b. the hidden cells of a line whose sum is known must together be as many as the threshold, or their sum would
 *       be the figure of a group that is too small.
 * The total is suppressed last. The result depends only on the numbers of respondents, so that another request, in another
 * order or for another category, reveals nothing new. A cell without respondents counts as known to be empty.
 *
 * Source: Hundepool and others, Statistical Disclosure Control (2012), ch. 4 (linked tables); the choice of the smallest
 * cell is a heuristic: more is suppressed than the minimum.
 */
export function protect(
  profiles: readonly Profile[],
  characteristics: readonly string[],
  threshold: number,
): Map<string, CountSuppression> {
  const pattern = primaryPattern(linkTables(profiles, characteristics), threshold)
  hideComplements(pattern)
  return pattern.suppressed
}

export function primaryPattern(
  tables: LinkedTables,
  threshold: number,
): Pattern & { readonly suppressed: Map<string, CountSuppression> } {
  const suppressed = new Map<string, CountSuppression>()
  const hidden = new Set<string>()
  for (const cell of tables.cells.values()) {
    if (cell.n < threshold) suppressed.set(cell.id, 'below_threshold')
    if (cell.n < threshold || cell.rest) hidden.add(cell.id)
  }
  return {
    tables,
    threshold,
    suppressed,
    hidden,
    known: new Set(),
    lenient: new Set(),
    knownSums: [],
    veiled: new Map(),
    silent: new Set(),
    withholdsReasons: false,
  }
}

export function hide(
  { suppressed, hidden, known, veiled }: Pattern,
  id: string | undefined,
  reason: Suppression = 'complementary',
): void {
  if (id === undefined || hidden.has(id)) return
  if (known.has(id)) {
    veiled.set(id, reason)
    return
  }
  suppressed.set(id, reason)
  hidden.add(id)
}

/** Whether hiding the cell would protect others. */
export const isOpen = ({ hidden, known }: Pattern, id: string): boolean => !hidden.has(id) && !known.has(id)

/** Gives the same reason for every cell. */
export function withholdReasons(pattern: Pattern): void {
  pattern.withholdsReasons = true
  for (const id of pattern.suppressed.keys()) pattern.suppressed.set(id, 'complementary')
}

/** Suppresses cells until no hidden cell is a linear combination of published ones. */
export function hideComplements(pattern: Pattern): void {
  const { hidden } = pattern
  for (let changed = true; changed; ) {
    // the cheap rule first; the system is solved once no single line reveals a cell
    hideInLines(pattern)
    const before = hidden.size
    for (const id of exposed(pattern)) hide(pattern, complementOf(idNow(id), pattern))
    changed = hidden.size > before
  }
}

/** Suppresses cells until no single line reveals a hidden cell. */
export function hideInLines(pattern: Pattern): void {
  const { tables, hidden } = pattern
  for (let changed = true; changed; ) {
    const before = hidden.size
    for (const line of tables.lines) if (tooFew(line, pattern)) hide(pattern, nextOf(line, pattern))
    changed = hidden.size > before
  }
}

/** Whether the hidden cells of a line have a known sum of fewer respondents than the threshold. */
function tooFew({ margin, parts }: Line, { tables: { cells }, hidden, lenient, threshold }: Pattern): boolean {
  if (hidden.has(margin)) return false
  const gone = parts.filter((id) => hidden.has(id))
  if (gone.every((id) => lenient.has(id))) return false
  const n = gone.reduce((sum, id) => sum + (cells.get(id)?.n ?? 0), 0)
  const alone = gone.length === 1 && !cells.get(gone[0] ?? '')?.rest
  return gone.length > 0 && (n < threshold || alone)
}

/** Suppressed cells that the published ones determine. Large cells of respondents who stated nothing need no protection. */
function exposed({ tables, hidden, suppressed, lenient, knownSums }: Pattern): string[] {
  const equations = tables.lines.flatMap(({ margin, parts }): Equation[] => {
    const equation = new Map<string, number>()
    for (const id of parts) if (hidden.has(id)) equation.set(id, 1)
    if (hidden.has(margin)) equation.set(margin, -1)
    return equation.size > 0 ? [equation] : []
  })
  for (const sum of knownSums) {
    const equation = new Map(sum.filter(([id]) => hidden.has(id) || isPast(id)))
    if (equation.size > 0) equations.push(equation)
  }
  const lost = determined(knownSums.map((sum) => new Map(sum)))
  return [...determined(equations)].filter(
    (id) => !lost.has(id) && ((suppressed.has(id) && !lenient.has(id)) || (isPast(id) && tables.cells.has(idNow(id)))),
  )
}

/**
 * Cells of two characteristics before margins, then the smallest of those that leave room: a cell at the threshold that is
 * hidden as a complement is known to be no smaller, so the cell hidden with it could be no larger.
 */
const cheapest =
  (threshold: number) =>
  (a: LinkedCell, b: LinkedCell): number =>
    b.level - a.level ||
    Number(a.n < threshold + ROOM) - Number(b.n < threshold + ROOM) ||
    a.n - b.n ||
    (a.id < b.id ? -1 : 1)
const ROOM = 2

function nextOf({ margin, parts }: Line, pattern: Pattern): string | undefined {
  const { tables, threshold } = pattern
  const open = [...parts, margin].flatMap((id) => (isOpen(pattern, id) ? (tables.cells.get(id) ?? []) : []))
  return open.sort(cheapest(threshold))[0]?.id
}

function complementOf(id: string, pattern: Pattern): string | undefined {
  const { tables, threshold } = pattern
  const candidates = tables.lines
    .filter(({ margin, parts }) => margin === id || parts.includes(id))
    .flatMap((line) => tables.cells.get(nextOf(line, pattern) ?? '') ?? [])
  return (
    candidates.sort(cheapest(threshold))[0]?.id ?? nextOf({ margin: '{}', parts: [...tables.cells.keys()] }, pattern)
  )
}
