import { type Line, type LinkedCell, type LinkedTables, linkTables, type Profile } from './linked-tables.ts'
import { determined, type Equation } from './solve.ts'
import type { Suppression } from './suppression.ts'

/**
 * Which cells must be kept back, over all tables of a question that anybody can combine (linked-tables.ts).
 *
 * 1. Primary: a cell below the threshold.
 * 2. Complementary, until nothing is left to find:
 *    a. every line taken together with the others as a system of linear equations in the hidden cells; a hidden cell
 *       with one solution could be computed back (from sums, means and numbers of respondents alike, all of which add
 *       up in the same way), so the smallest published cell of a line it stands in goes too;
 *    b. the hidden cells of a line whose sum is known must together be as many as the threshold, or their sum would
 *       be the figure of a group too small.
 * The total is given up last. The result depends on the numbers of respondents alone, so that asking again, in another
 * order or for another category, shows nothing new. A cell without respondents is taken to be known as empty.
 *
 * It guards against exact recovery by linear combination; not against bounds (a hidden count lies between 0 and its
 * margin), nor against knowledge from elsewhere. Source: Hundepool and others, Statistical Disclosure Control (2012),
 * ch. 4 (linked tables); the choice of the smallest cell is a heuristic, more is hidden than the least possible.
 */
export function protect(
  profiles: readonly Profile[],
  characteristics: readonly string[],
  threshold: number,
): Map<string, Suppression> {
  const tables = linkTables(profiles, characteristics)
  const held = new Map<string, Suppression>()
  const hidden = new Set<string>()
  for (const cell of tables.cells.values()) {
    if (cell.n < threshold) held.set(cell.id, 'below_threshold')
    if (cell.n < threshold || cell.rest) hidden.add(cell.id)
  }
  const hide = (id: string | undefined): void => {
    if (id === undefined) return
    held.set(id, 'complementary')
    hidden.add(id)
  }
  for (let changed = true; changed; ) {
    const before = hidden.size
    for (const line of tables.lines) if (tooFew(line, tables, hidden, threshold)) hide(nextOf(line, tables, hidden))
    // the cheap rule first; the system is solved once lines by themselves give nothing away
    if (hidden.size === before) {
      for (const id of exposed(tables, hidden, held)) hide(complementOf(id, tables, hidden))
    }
    changed = hidden.size > before
  }
  return held
}

/** A line whose hidden cells sum to something known that rests on fewer than the threshold. */
function tooFew({ margin, parts }: Line, { cells }: LinkedTables, hidden: ReadonlySet<string>, threshold: number) {
  if (hidden.has(margin)) return false
  const gone = parts.filter((id) => hidden.has(id))
  const n = gone.reduce((sum, id) => sum + (cells.get(id)?.n ?? 0), 0)
  const alone = gone.length === 1 && !cells.get(gone[0] ?? '')?.rest
  return gone.length > 0 && (n < threshold || alone)
}

/** Hidden cells that the published ones determine. What nobody stated is nobody's secret where it is large. */
function exposed(tables: LinkedTables, hidden: ReadonlySet<string>, held: ReadonlyMap<string, Suppression>): string[] {
  const equations = tables.lines.flatMap(({ margin, parts }): Equation[] => {
    const equation = new Map<string, number>()
    for (const id of parts) if (hidden.has(id)) equation.set(id, 1)
    if (hidden.has(margin)) equation.set(margin, -1)
    return equation.size > 0 ? [equation] : []
  })
  return [...determined(equations)].filter((id) => held.has(id))
}

/** Smallest first, and cells of two characteristics before margins. */
const cheapest = (a: LinkedCell, b: LinkedCell): number => b.level - a.level || a.n - b.n || (a.id < b.id ? -1 : 1)

function nextOf({ margin, parts }: Line, { cells }: LinkedTables, hidden: ReadonlySet<string>): string | undefined {
  const open = [...parts, margin].flatMap((id) => (hidden.has(id) ? [] : (cells.get(id) ?? [])))
  return open.sort(cheapest)[0]?.id
}

function complementOf(id: string, tables: LinkedTables, hidden: ReadonlySet<string>): string | undefined {
  const candidates = tables.lines
    .filter(({ margin, parts }) => margin === id || parts.includes(id))
    .flatMap((line) => tables.cells.get(nextOf(line, tables, hidden) ?? '') ?? [])
  return candidates.sort(cheapest)[0]?.id ?? nextOf({ margin: '{}', parts: [...tables.cells.keys()] }, tables, hidden)
}
