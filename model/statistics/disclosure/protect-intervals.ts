import type { LpSolver } from '../solver/linear-program.ts'
import { amountsAttack, categoriesAttack, type Largest, numbersAttack } from './attacks.ts'
import { isDominated } from './dominance.ts'
import { emptyCells, type Levels } from './empty-cells.ts'
import { jointCells } from './joint-cells.ts'
import { cellId, linkTables, type Profile } from './linked-tables.ts'
import { hide, hideComplements, type Pattern, primaryPattern, type SignedSum, withholdReasons } from './protect.ts'
import { suppressSparseTables, suppressUntilProtected } from './suppress-until-protected.ts'
import type { Suppression } from './suppression.ts'

/** The answers that are published: none, one of `categories` categories (by number), or an amount. */
export type Answers =
  | { readonly kind: 'none' }
  | { readonly kind: 'category'; readonly categories: number; readonly of: readonly number[] }
  /** `of`: the weighted contribution of each respondent; `plain`: the answer */
  | { readonly kind: 'amount'; readonly of: readonly number[]; readonly plain: readonly number[] }

export type ProtectionRequest = {
  /** of the respondents who answered */
  readonly profiles: readonly Profile[]
  readonly characteristics: readonly string[]
  readonly threshold: number
  readonly answers: Answers
  /** cells that are suppressed in any case, in the tables of every question */
  readonly seeds?: readonly string[]
  /** cells that are suppressed because of the answers to this question alone: others say how many respondents they have */
  readonly answerSeeds?: readonly string[]
  /** cells whose number of respondents an earlier publication shows, unchanged: suppressing them protects nothing */
  readonly known?: readonly string[]
  /** seeds that earlier publications show: few of their respondents differ, so they are suppressed, and protected as far as the tables of now go */
  readonly keptBack?: readonly string[]
  /** sums of cells that an earlier publication gave away, all of them unchanged */
  readonly sums?: readonly SignedSum[]
  readonly answerSums?: readonly SignedSum[]
  /** cells that are suppressed in the tables of more respondents, of whom these are part, with the reason there */
  readonly inherited?: readonly (readonly [id: string, reason: Suppression])[]
  /** who is in the tables of more respondents only: that nobody of a suppressed cell answered is not known */
  readonly others?: readonly Profile[]
  /** whether open tables of another question say how many these respondents are */
  readonly isRouted?: boolean
  /** what tables list of each characteristic; groups without respondents are suppressed too. Absent: such groups are not listed. */
  readonly levels?: Levels
}

/**
 * The cells to suppress so that nobody can compute a suppressed cell, exactly or approximately: the range that a linear
 * program over all published tables yields for it is at least 20 % of its value wide (`PROTECTION_WIDTH`), for numbers of
 * respondents at least 2 whole numbers. The attacker knows every published number of respondents, every published share
 * and mean as if all weights were equal, the published reason for each suppressed cell, and that nothing is negative. That a
 * cell is listed as below the threshold does not say that anybody is in it; that nobody is in an empty one counts as known, because
 * of some it is plain (nobody is both a pupil and over 75).
 *
 * 1. Cells and complements against linear combinations (protect.ts), by numbers of respondents.
 * 2. The same numbers against the linear program.
 * 3. Amounts: cells with a dominant contributor (dominance.ts) and their complements. Answers by category: how many
 *    respondents of a suppressed cell gave each. Where a cell is suppressed only because of its answers, other questions
 *    publish its number of respondents, so that number counts as known.
 *
 * Cells that an earlier publication shows as they are count as published in each step, whatever is suppressed now.
 *
 * Where even that leaves a cell too narrow, because (nearly) everything is suppressed and the reasons alone say it, all have one reason.
 * Steps 1 and 2 depend only on who answered, so questions answered by the same people suppress the same cells there: seeds of one
 * question alone come after them, or two questions together would say how many respondents a suppressed cell has. Not
 * counted as disclosure: an answer that nobody gave in a published cell has no respondents in the cells within it.
 * Each round suppresses at least one more cell; with everything suppressed nothing can be computed, so it ends.
 * Source: Hundepool and others (2012), ch. 4.3 (protection intervals, auditing by linear programming); the width is ours.
 */
export function createProtector(solve: LpSolver): (request: ProtectionRequest) => Map<string, Suppression> {
  let last: (Found & { readonly key: string }) | undefined
  return (request) => {
    const { profiles, characteristics, threshold, answers, seeds = [], answerSeeds = [], levels = {} } = request
    const { known = [], keptBack = [], sums = [], answerSums = [], isRouted = false, others = [] } = request
    const inherited = new Map(request.inherited ?? [])
    const measures = measuresOf(answers, profiles.length)
    const tables = linkTables(profiles, characteristics, measures, others, (id) => inherited.has(id))
    const pattern = primaryPattern(tables, threshold)
    regardPast(pattern, request)
    inherit(pattern, inherited)
    for (const id of seeds) if (tables.cells.has(id)) hide(pattern, id)
    // consecutive questions often have the same respondents
    const key = JSON.stringify([
      threshold,
      profiles,
      [...characteristics].sort(),
      seeds,
      known,
      keptBack,
      sums,
      [...inherited],
    ])
    if (last?.key === key) {
      forgetKnown(pattern)
      recall(pattern, last)
    } else protectNumbers(pattern, solve)
    last = { key, suppressed: new Map(pattern.suppressed), withholdsReasons: pattern.withholdsReasons }
    const byNumbers = new Set(
      [...pattern.hidden].filter((id) => !isRouted || inherited.has(id) || tables.cells.get(id)?.rest),
    )
    pattern.knownSums = [...sums, ...answerSums]
    for (const id of answerSeeds) if (tables.cells.has(id)) hide(pattern, id)
    if (answerSeeds.length + answerSums.length > 0) hideComplements(pattern)
    if (answers.kind === 'category') protectCategories(pattern, answers.categories, byNumbers, solve)
    if (answers.kind === 'amount') protectAmounts(pattern, request, answers, solve)
    const reason = pattern.withholdsReasons ? 'complementary' : 'below_threshold'
    return new Map([
      ...pattern.veiled,
      ...pattern.suppressed,
      ...emptyCells(tables, levels).map((id) => [id, inherited.get(id) ?? reason] as const),
    ])
  }
}

/** The reason is that of more respondents: 'complementary' says nothing of how many of these are in the cell. */
function inherit(pattern: Pattern, inherited: ReadonlyMap<string, Suppression>): void {
  const { tables, hidden, suppressed, known, veiled } = pattern
  for (const [id, reason] of inherited) {
    const cell = tables.cells.get(id)
    if (!cell || cell.rest) continue
    if (known.has(id)) veiled.set(id, reason)
    else {
      hidden.add(id)
      suppressed.set(id, reason)
    }
    if (reason !== 'below_threshold') pattern.silent.add(id)
  }
}

/** What is suppressed although it is known protects whoever does not know the past. */
function forgetKnown(pattern: Pattern): void {
  const veiled = [...pattern.veiled]
  pattern.known = new Set()
  pattern.lenient = new Set()
  pattern.veiled.clear()
  for (const [id, reason] of veiled) hide(pattern, id, reason)
}

type Found = Pick<Pattern, 'suppressed' | 'withholdsReasons'>

function regardPast(pattern: Pattern, { known = [], keptBack = [], sums = [] }: ProtectionRequest): void {
  const isOpenNow = (id: string): boolean => pattern.tables.cells.has(id) && !pattern.hidden.has(id)
  pattern.known = new Set(known.filter(isOpenNow))
  pattern.knownSums = sums
  if (known.length + sums.length > 0) pattern.lenient = new Set(keptBack.filter(isOpenNow))
}

/** Against those who know the past first, then against those who do not. */
function protectNumbers(pattern: Pattern, solve: LpSolver): void {
  protectNumbersOnce(pattern, solve)
  if (pattern.known.size + pattern.lenient.size === 0) return
  forgetKnown(pattern)
  protectNumbersOnce(pattern, solve)
}

function protectNumbersOnce(pattern: Pattern, solve: LpSolver): void {
  hideComplements(pattern)
  suppressSparseTables(pattern)
  if (suppressUntilProtected(pattern, numbersAttack(pattern), solve)) return
  // with (nearly) everything suppressed the reasons alone can say that a group has exactly as many as the threshold
  withholdReasons(pattern)
  suppressUntilProtected(pattern, numbersAttack(pattern), solve)
}

function recall(pattern: Pattern, { suppressed, withholdsReasons: isWithheld }: Found): void {
  for (const [id, reason] of suppressed) hide(pattern, id, reason)
  if (isWithheld) withholdReasons(pattern)
}

/** Combinations of all characteristics, times answers, that are solved within about a second. */
const MAX_JOINT = 4_000

function protectCategories(
  pattern: Pattern,
  categories: number,
  byNumbers: ReadonlySet<string>,
  solve: LpSolver,
): void {
  const goal = categoriesAttack(pattern, categories, byNumbers)
  suppressUntilProtected(pattern, goal, solve)
  const joint = jointCells(pattern.tables, MAX_JOINT / categories)
  if (joint) suppressUntilProtected(pattern, { ...goal, joint }, solve)
}

function protectAmounts(pattern: Pattern, request: ProtectionRequest, answers: Amounts, solve: LpSolver): void {
  const amounts = amountsByCell(request, answers.of)
  const plain = amountsByCell(request, answers.plain)
  for (const [id, own] of amounts)
    if (isDominated(own) || isDominated(plain.get(id) ?? [])) hide(pattern, id, 'dominance')
  hideComplements(pattern)
  // negative amounts have no lower bound, so a range cannot be computed
  if (answers.of.some((amount) => amount < 0)) return
  const largest = new Map([...amounts].map(([id, own]) => [id, twoLargest(own)]))
  suppressUntilProtected(pattern, amountsAttack(pattern, largest), solve)
}

function twoLargest(amounts: readonly number[]): Largest {
  const [first = 0, second = 0] = amounts.toSorted((a, b) => b - a)
  return [first, second]
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
      const known = cells.get(id)
      if (known) known.push(amounts[i] ?? 0)
      else cells.set(id, [amounts[i] ?? 0])
    }
  })
  return cells
}
