import type { Bounds, LpSolver } from '../solver/linear-program.ts'
import { DOMINANCE_SHARE, isDominated } from './dominance.ts'
import { type Attack, type Target, tooNarrow } from './feasible-ranges.ts'
import { jointCells } from './joint-cells.ts'
import { cellId, type LinkedCell, type LinkedTables, linkTables, type Profile } from './linked-tables.ts'
import { hide, hideComplements, hideInLines, type Pattern, primaryPattern } from './protect.ts'
import type { Suppression } from './suppression.ts'

/** Least width of what can be found out of a hidden sum, as a share of it. */
export const PROTECTION_WIDTH = 0.2

/** What was answered: nothing that is published, one of `categories` categories (by number), or an amount. */
export type Answers =
  | { readonly kind: 'none' }
  | { readonly kind: 'category'; readonly categories: number; readonly of: readonly number[] }
  /** `of`: what each contributes to the figure, by weight; `plain`: what it answered */
  | { readonly kind: 'amount'; readonly of: readonly number[]; readonly plain: readonly number[] }

export type ProtectionRequest = {
  /** of those who answered */
  readonly profiles: readonly Profile[]
  readonly characteristics: readonly string[]
  readonly threshold: number
  readonly answers: Answers
  /** cells that are hidden in any case */
  readonly seeds?: readonly string[]
}

/**
 * Which cells must be kept back so that nobody can compute a hidden one back, exactly or nearly: what a linear program
 * over all published tables leaves open of every hidden cell is at least 20 % of its value wide (`PROTECTION_WIDTH`), for
 * respondents at least 2 whole numbers. The attacker knows every published number of respondents, every published share
 * and mean as if all weighed the same, the reason that is given for each hidden cell, and that nothing is negative.
 *
 * 1. Cells and complements against linear combinations (protect.ts), by numbers of respondents.
 * 2. The same numbers against the linear program.
 * 3. Amounts: cells with a dominant contributor (dominance.ts) and their complements. Answers by category: how many of a
 *    hidden cell gave each. Cells that are hidden for the sake of answers alone have a number of respondents that other
 *    questions show; it is taken as known.
 *
 * Steps 1 and 2 depend on who answered alone, so questions that the same people answered hide the same cells there. Not
 * counted as found out: that nobody in a hidden cell gave an answer that nobody gave in a published cell around it.
 * Each round hides at least one cell more; with everything hidden nothing is left to find, so it ends.
 * Source: Hundepool and others (2012), ch. 4.3 (protection intervals, auditing by linear programming); the width is ours.
 */
export function createProtector(solve: LpSolver): (request: ProtectionRequest) => Map<string, Suppression> {
  let last: { readonly key: string; readonly held: ReadonlyMap<string, Suppression> } | undefined
  return (request) => {
    const { profiles, characteristics, threshold, answers, seeds = [] } = request
    const tables = linkTables(profiles, characteristics, measuresOf(answers, profiles.length))
    const pattern = primaryPattern(tables, threshold)
    for (const id of seeds) if (tables.cells.has(id)) hide(pattern, id)
    // questions come one after another that the same people answered
    const key = JSON.stringify([threshold, profiles, [...characteristics].sort(), seeds])
    if (last?.key === key) for (const [id, why] of last.held) hide(pattern, id, why)
    else protectNumbers(pattern, solve)
    last = { key, held: new Map(pattern.held) }
    const byNumbers = new Set(pattern.hidden)
    if (answers.kind === 'category') protectCategories(pattern, answers.categories, byNumbers, solve)
    if (answers.kind === 'amount') protectAmounts(pattern, request, answers, solve)
    return pattern.held
  }
}

function protectNumbers(pattern: Pattern, solve: LpSolver): void {
  hideComplements(pattern)
  if (isSparse(pattern)) hideTables(pattern, () => true)
  settle(pattern, numbersAttack(pattern), solve)
}

/** Combinations of all characteristics, times answers, that a second is enough for. */
const MAX_JOINT = 4_000

function protectCategories(
  pattern: Pattern,
  categories: number,
  byNumbers: ReadonlySet<string>,
  solve: LpSolver,
): void {
  const goal = categoriesAttack(pattern, categories, byNumbers)
  settle(pattern, goal, solve)
  const joint = jointCells(pattern.tables, MAX_JOINT / categories)
  if (joint) settle(pattern, { ...goal, joint }, solve)
}

function protectAmounts(pattern: Pattern, request: ProtectionRequest, answers: Amounts, solve: LpSolver): void {
  const amounts = amountsByCell(request, answers.of)
  const plain = amountsByCell(request, answers.plain)
  for (const [id, own] of amounts)
    if (isDominated(own) || isDominated(plain.get(id) ?? [])) hide(pattern, id, 'dominance')
  hideComplements(pattern)
  // below 0 there is no bound to reckon with
  if (answers.of.some((amount) => amount < 0)) return
  const largest = new Map([...amounts].map(([id, own]) => [id, Math.max(...own)]))
  settle(pattern, amountsAttack(pattern, largest), solve)
}

type Amounts = Extract<Answers, { kind: 'amount' }>

/** Measure 0 is the number of respondents; those of the answers follow. */
function measuresOf(answers: Answers, n: number): number[][] {
  return Array.from({ length: n }, (_, i) => {
    if (answers.kind === 'none') return [1]
    const own = answers.of[i] ?? 0
    if (answers.kind === 'amount') return [1, own]
    return [1, ...Array.from({ length: answers.categories }, (_, k) => (k === own ? 1 : 0))]
  })
}

/**
 * Least width of the range of a number of respondents. A cell below the threshold is known to lie between 1 and the
 * threshold, less where tables show parts of it: half the threshold is what a large cell beside it can count on.
 */
function widthOf(n: number, { threshold }: Pattern, least = 2): number {
  const room = Math.max(1, Math.min(threshold - 2, Math.ceil(threshold / 2)))
  return Math.min(room, Math.max(least, Math.ceil(PROTECTION_WIDTH * n)))
}

type Goal = Attack & {
  readonly targets: () => Target[]
  readonly slackOf: (cell: LinkedCell, target: Target) => boolean
  readonly keepsMargins: boolean
}

const NON_NEGATIVE = { lower: 0, upper: Number.POSITIVE_INFINITY }

/** What the reason says of the number of respondents. */
function reasonOf({ held, threshold }: Pattern, { id, rest }: LinkedCell) {
  if (rest) return NON_NEGATIVE
  return held.get(id) === 'below_threshold'
    ? { lower: 1, upper: threshold - 1 }
    : { lower: threshold, upper: Number.POSITIVE_INFINITY }
}

const secretsOf = ({ tables, held }: Pattern): LinkedCell[] =>
  [...held.keys()].flatMap((id) => tables.cells.get(id) ?? [])

/** Secrets for which something can still be hidden: margins are not given up for the sake of answers. */
function helpable(pattern: Pattern): LinkedCell[] {
  const shown = new Set(
    [...pattern.tables.cells.values()].flatMap(({ id, table }) => (pattern.hidden.has(id) ? [] : [table])),
  )
  return secretsOf(pattern).filter(({ level, table }) => level < 2 || shown.has(table))
}

function numbersAttack(pattern: Pattern): Goal {
  return {
    pattern,
    measures: { from: 0, to: 1 },
    priorOf: (cell) => reasonOf(pattern, cell),
    targets: () =>
      secretsOf(pattern).map((cell) => ({
        cell,
        measures: [0],
        width: widthOf(cell.n, pattern),
        isCount: true,
      })),
    slackOf: ({ n }, { width }) => n - pattern.threshold >= width,
    keepsMargins: false,
  }
}

function categoriesAttack(pattern: Pattern, categories: number, byNumbers: ReadonlySet<string>): Goal {
  const measures = Array.from({ length: categories }, (_, k) => k + 1)
  const supersets = supersetsOf(pattern.tables)
  // nobody, or everybody, in a published cell around it gave this answer
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
      helpable(pattern).flatMap((cell) =>
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
 * What published cells around a cell say of it by themselves (Fréchet): no more gave an answer than in each of them, and
 * no fewer than in two of them together beyond the whole.
 */
function marginBounds(cell: LinkedCell, k: number, around: readonly LinkedCell[]): Bounds {
  const whole = around.find(({ level }) => level === 0)
  const margins = around.filter(({ level }) => level === 1)
  const least = (of: (one: LinkedCell) => number): number => Math.min(cell.n, ...around.map(of))
  const beyond = (of: (one: LinkedCell) => number): number =>
    whole && margins.length === 2 ? margins.reduce((sum, one) => sum + of(one), 0) - of(whole) : 0
  const gave = (one: LinkedCell): number => one.sums[k] ?? 0
  const gaveNot = (one: LinkedCell): number => one.n - gave(one)
  return {
    upper: Math.min(least(gave), cell.n - Math.max(0, beyond(gaveNot))),
    lower: Math.max(0, beyond(gave), cell.n - least(gaveNot)),
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

function amountsAttack(pattern: Pattern, largest: ReadonlyMap<string, number>): Goal {
  return {
    pattern,
    measures: { from: 1, to: 2 },
    priorOf: () => undefined,
    targets: () =>
      secretsOf(pattern).flatMap((cell) => {
        const sum = cell.sums[1] ?? 0
        const width = Math.max(PROTECTION_WIDTH * sum, DOMINANCE_SHARE * (largest.get(cell.id) ?? 0))
        return width > 0 ? [{ cell, measures: [1], width, isCount: false }] : []
      }),
    slackOf: ({ sums }, { width }) => (sums[1] ?? 0) >= width,
    keepsMargins: false,
  }
}

/** Rounds in which single cells are hidden; after them whole tables by two characteristics go. */
const FINE_ROUNDS = 8
/** With more of the cells by two characteristics hidden than this, the others go too: little is left to show. */
const SPARSE = 0.75

/** Hides more cells until the attack finds nothing. */
function settle(pattern: Pattern, goal: Goal, solve: LpSolver): void {
  hideComplements(pattern)
  for (let round = 1; ; round += 1) {
    hideInLines(pattern)
    const narrow = tooNarrow(goal, goal.targets(), solve)
    const before = pattern.hidden.size
    if (round > FINE_ROUNDS) hideTablesOf(pattern, narrow)
    if (pattern.hidden.size === before) hideForThese(pattern, goal, narrow)
    if (pattern.hidden.size === before) hideComplements(pattern)
    if (pattern.hidden.size === before) return
  }
}

function isSparse({ tables, hidden }: Pattern): boolean {
  const pairs = [...tables.cells.values()].filter(({ level }) => level === 2)
  return pairs.filter(({ id }) => hidden.has(id)).length > SPARSE * pairs.length
}

function hideTables(pattern: Pattern, includes: (cell: LinkedCell) => boolean): void {
  for (const cell of pattern.tables.cells.values()) if (cell.level === 2 && includes(cell)) hide(pattern, cell.id)
}

function hideTablesOf(pattern: Pattern, narrow: readonly Target[]): void {
  const tables = new Set(narrow.flatMap(({ cell }) => (cell.level === 2 ? [cell.table] : [])))
  hideTables(pattern, ({ table }) => tables.has(table))
}

type Lines = LinkedTables['lines']

/** One more cell for each target, unless a line that it stands in has just got one. */
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
      const held = found.get(id)
      if (held) held.push(line)
      else found.set(id, [line])
    }
  }
  return found
}

/** What the target gains another cell of its line must lose: one that can, in a line where no hidden cell can yet. */
function partnerOf(own: Lines, { tables, hidden }: Pattern, goal: Goal, target: Target): string | undefined {
  const can = (id: string): boolean => {
    const cell = tables.cells.get(id)
    return id !== target.cell.id && cell !== undefined && goal.slackOf(cell, target)
  }
  const bare = own.filter(({ margin, parts }) => !hidden.has(margin) && !parts.some((id) => hidden.has(id) && can(id)))
  const candidates = bare.flatMap(({ parts }) => parts).filter((id) => !hidden.has(id) && can(id))
  return cheapest(candidates, tables)
}

/** The fourth corner: a cell that stands in a line with a hidden cell of each of the target's lines closes a cycle. */
function closerOf(own: Lines, { tables, hidden }: Pattern, linesOf: ReadonlyMap<string, Lines>): string | undefined {
  const reached = new Map<string, number>()
  for (const line of own) {
    const partners = line.parts.filter((id) => hidden.has(id))
    const around = new Set(partners.flatMap((id) => linesOf.get(id) ?? []).filter((other) => !own.includes(other)))
    const open = new Set([...around].flatMap(({ parts }) => parts).filter((id) => !hidden.has(id)))
    for (const id of open) reached.set(id, (reached.get(id) ?? 0) + 1)
  }
  const candidates = [...reached].filter(([id]) => tables.cells.get(id)?.level === 2)
  const most = Math.max(0, ...candidates.map(([, times]) => times))
  return cheapest(
    candidates.filter(([, times]) => times === most).map(([id]) => id),
    tables,
  )
}

/** Margins are given up for numbers of respondents and amounts; an answer that one-way tables give away is given away. */
function lastResort(own: Lines, pattern: Pattern, goal: Goal, { cell }: Target): string | undefined {
  const id = cheapestOf(own, pattern) ?? cheapestOf(pattern.tables.lines, pattern)
  const level = pattern.tables.cells.get(id ?? '')?.level ?? 0
  return goal.keepsMargins && level < Math.max(1, cell.level) ? undefined : id
}

function cheapestOf(lines: Lines, { tables, hidden }: Pattern): string | undefined {
  const open = lines.flatMap(({ margin, parts }) => [...parts, margin]).filter((id) => !hidden.has(id))
  return cheapest(open, tables)
}

/** Cells of two characteristics before margins, then the smallest. */
function cheapest(ids: readonly string[], { cells }: LinkedTables): string | undefined {
  const found = [...new Set(ids)].flatMap((id) => cells.get(id) ?? [])
  return found.sort((a, b) => b.level - a.level || (isCheaper(a, b) ? -1 : 1))[0]?.id
}

const isCheaper = (a: LinkedCell, b: LinkedCell): boolean => a.n < b.n || (a.n === b.n && a.id < b.id)

/** The amounts of the respondents of each published cell. */
function amountsByCell(
  { profiles, characteristics }: ProtectionRequest,
  amounts: readonly number[],
): ReadonlyMap<string, readonly number[]> {
  const names = [...characteristics].sort()
  const cells = new Map<string, number[]>()
  profiles.forEach((profile, i) => {
    const stated = names.flatMap((name) => {
      const value = profile[name] ?? null
      return value === null ? [] : [[name, value] as const]
    })
    const pairs = stated.flatMap((a, at) => stated.slice(at + 1).map((b) => [a, b]))
    for (const group of [[], ...stated.map((one) => [one]), ...pairs]) {
      const id = cellId(Object.fromEntries(group))
      const held = cells.get(id)
      if (held) held.push(amounts[i] ?? 0)
      else cells.set(id, [amounts[i] ?? 0])
    }
  })
  return cells
}
