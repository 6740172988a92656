import type { Bounds, LinearProgram, LpSolver, OpenProgram, Term } from '../solver/linear-program.ts'
import type { LinkedCell } from './linked-tables.ts'
import type { Pattern } from './protect.ts'

/**
 * What one linear program over everything published reveals: each sum of a hidden cell lies between the smallest and the
 * largest value that agree with all published cells, with prior knowledge (`priorOf`) and with sums that are not negative.
 */
export type Attack = {
  readonly pattern: Pattern
  /** what is computed: sums of the measures number `from` up to, not including, `to` */
  readonly measures: { readonly from: number; readonly to: number }
  /** prior knowledge of the sum of all these measures in a hidden cell; undefined: none */
  priorOf(cell: LinkedCell): Bounds | undefined
  /** the full cross-classification, which the tables may leave less of than themselves; absent: too large */
  readonly joint?: Joint | undefined
}
type Joint = readonly (readonly string[])[]

/** A sum of a hidden cell that must stay uncertain. */
export type Target = {
  readonly cell: LinkedCell
  /** numbers of the measures whose sum it is */
  readonly measures: readonly number[]
  /** how wide the range must be at least */
  readonly width: number
  /** how far it must reach above the value at least; absent: wherever the value lies in it */
  readonly above?: number
  /** respondents: only whole numbers within the range count */
  readonly isCount: boolean
}

const TOLERANCE = 1e-6

/** @returns the targets whose range is too narrow; all of them where the solver gives up */
export function tooNarrow(attack: Attack, targets: readonly Target[], solve: LpSolver): Target[] {
  if (targets.length === 0) return []
  const { program: stated, columnsOf } = attack.joint ? jointProgram(attack, attack.joint) : tableProgram(attack)
  const program = solve(stated)
  try {
    return narrowOf(attack, targets, columnsOf, program)
  } finally {
    program.close()
  }
}

/** The variables whose sum a measure of a cell is; the first measure of the attack has number 0. */
type ColumnsOf = (id: string, k: number) => readonly number[]
type Stated = { readonly program: LinearProgram; readonly columnsOf: ColumnsOf }

/** A variable for each measure of each hidden cell: parts less margin is 0, and what is published goes to the known side. */
function tableProgram(attack: Attack): Stated {
  const { pattern, measures } = attack
  const each = measures.to - measures.from
  const first = new Map([...pattern.hidden].map((id, i) => [id, i * each]))
  const columnsOf: ColumnsOf = (id, k) => {
    const column = first.get(id)
    return column === undefined ? [] : [column + k]
  }
  const sums = pattern.tables.lines.flatMap(({ margin, parts }) =>
    Array.from({ length: each }, (_, k) => {
      const terms: Term[] = []
      let known = 0
      for (const [id, sign] of [[margin, -1] as const, ...parts.map((part) => [part, 1] as const)]) {
        const columns = columnsOf(id, k)
        if (columns.length === 0) known -= sign * (pattern.tables.cells.get(id)?.sums[measures.from + k] ?? 0)
        for (const column of columns) terms.push([column, sign])
      }
      return { lower: known, upper: known, terms }
    }),
  )
  const rows = [
    ...priorRows(attack, columnsOf),
    ...[...sums, ...knownRows(attack, columnsOf)].filter(({ terms }) => terms.length > 0),
  ]
  return { program: { columns: columnsFor(first.size, attack), rows }, columnsOf }
}

/** A variable for each measure of each combination of all characteristics: every published cell is a sum of some. */
function jointProgram(attack: Attack, joint: Joint): Stated {
  const { pattern, measures } = attack
  const each = measures.to - measures.from
  const within = new Map<string, number[]>()
  joint.forEach((ids, i) => {
    for (const id of ids) {
      const known = within.get(id)
      if (known) known.push(i)
      else within.set(id, [i])
    }
  })
  const columnsOf: ColumnsOf = (id, k) => (within.get(id) ?? []).map((i) => i * each + k)
  const published = [...pattern.tables.cells.values()].filter(({ id }) => !pattern.hidden.has(id))
  const sums = published.flatMap(({ id, sums: own }) =>
    Array.from({ length: each }, (_, k) => {
      const known = own[measures.from + k] ?? 0
      return { lower: known, upper: known, terms: columnsOf(id, k).map((column): Term => [column, 1]) }
    }),
  )
  const rows = [
    ...priorRows(attack, columnsOf),
    ...sums,
    ...knownRows(attack, columnsOf).filter(({ terms }) => terms.length > 0),
  ]
  return { program: { columns: columnsFor(joint.length, attack), rows }, columnsOf }
}

/** Sums of hidden cells that an earlier publication gave away. */
function knownRows({ pattern, measures }: Attack, columnsOf: ColumnsOf): LinearProgram['rows'] {
  const { tables, hidden, knownSums } = pattern
  // of cells that have changed since there are no bounds here: protect.ts takes them as unknowns
  const current = knownSums.filter((sum) => sum.every(([id]) => tables.cells.has(id)))
  return current.flatMap((sum) => {
    const cells = sum.filter(([id]) => hidden.has(id))
    return Array.from({ length: measures.to - measures.from }, (_, k) => {
      const known = cells.reduce(
        (all, [id, sign]) => all + sign * (tables.cells.get(id)?.sums[measures.from + k] ?? 0),
        0,
      )
      // a margin and its part may share combinations: a column stands once in a row
      const terms = new Map<number, number>()
      for (const [id, sign] of cells)
        for (const column of columnsOf(id, k)) terms.set(column, (terms.get(column) ?? 0) + sign)
      return { lower: known, upper: known, terms: [...terms].filter(([, factor]) => factor !== 0) }
    })
  })
}

function priorRows({ pattern, measures, priorOf }: Attack, columnsOf: ColumnsOf): LinearProgram['rows'] {
  const each = Array.from({ length: measures.to - measures.from }, (_, k) => k)
  return [...pattern.hidden].flatMap((id) => {
    const cell = pattern.tables.cells.get(id)
    const bounds = cell && priorOf(cell)
    const terms = each.flatMap((k) => columnsOf(id, k)).map((column): Term => [column, 1])
    return bounds ? [{ ...bounds, terms }] : []
  })
}

/** The measures of each cell. Where the total is hidden there may be no end to them, but how large the survey is, is known roughly. */
function columnsFor(cells: number, { pattern: { tables, hidden, threshold }, measures }: Attack): Bounds[] {
  const totals = tables.cells.get('{}')?.sums.slice(measures.from, measures.to) ?? []
  const own = totals.map((total) => ({
    lower: 0,
    upper: hidden.has('{}') ? 2 * total + threshold : Number.POSITIVE_INFINITY,
  }))
  return Array.from({ length: cells }, () => own).flat()
}

type Open = {
  readonly target: Target
  readonly terms: readonly Term[]
  readonly value: number
  lower: number
  upper: number
}

/** Every solution that is found shows how far all targets can be moved, so most need no solution of their own. */
function narrowOf(attack: Attack, targets: readonly Target[], columnsOf: ColumnsOf, program: OpenProgram): Target[] {
  const open = targets.map((target): Open => {
    const columns = target.measures.flatMap((k) => columnsOf(target.cell.id, k - attack.measures.from))
    const terms = columns.map((column): Term => [column, 1])
    const value = target.measures.reduce((sum, k) => sum + (target.cell.sums[k] ?? 0), 0)
    return { target, terms, value, lower: value, upper: value }
  })
  const reach = (objective: readonly Term[]): void => {
    const point = program.maximise(objective)
    if (!point) return
    for (const one of open) {
      const value = one.terms.reduce((sum, [column]) => sum + (point[column] ?? 0), 0)
      one.lower = Math.min(one.lower, value)
      one.upper = Math.max(one.upper, value)
    }
  }
  for (let round = 0; round < MIXED_ROUNDS; round += 1) reach(mixedObjective(open, round))
  for (const one of open) {
    if (!isWide(one)) reach(one.terms)
    if (!isWide(one)) reach(one.terms.map(([column]) => [column, -1]))
  }
  return open.filter((one) => !isWide(one)).map(({ target }) => target)
}

/** Programs that move many targets at once, before those that are left have programs of their own. */
const MIXED_ROUNDS = 6

/** Every target that is not wide yet, some up and some down, others in every round. */
function mixedObjective(open: readonly Open[], round: number): Term[] {
  const objective = new Map<number, number>()
  open.forEach((one, i) => {
    if (isWide(one)) return
    const sign = Math.floor(i / 2 ** Math.floor(round / 2)) % 2 === round % 2 ? 1 : -1
    for (const [column] of one.terms) objective.set(column, (objective.get(column) ?? 0) + sign)
  })
  return [...objective]
}

function isWide({ target: { width, above = 0, isCount }, value, lower, upper }: Open): boolean {
  if (upper - value < above - TOLERANCE * Math.max(1, above)) return false
  if (!isCount) return upper - lower >= width - TOLERANCE * Math.max(1, width)
  return Math.floor(upper + TOLERANCE) - Math.ceil(lower - TOLERANCE) >= width
}
