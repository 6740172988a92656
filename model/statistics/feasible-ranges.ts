import type { Bounds, LinearProgram, LpSolver, OpenProgram, Term } from './linear-program.ts'
import type { LinkedCell, LinkedTables } from './linked-tables.ts'
import type { Pattern } from './protect.ts'

/**
 * What somebody can find out who puts everything published into one linear program: each sum of a hidden cell lies between
 * the least and the most that agree with all published cells, with what is known beforehand (`priorOf`) and with sums that
 * are not negative.
 */
export type Attack = {
  readonly pattern: Pattern
  /** what is computed back: sums of the measures number `from` up to, not including, `to` */
  readonly measures: { readonly from: number; readonly to: number }
  /** known beforehand of the sum of all these measures in a hidden cell; undefined: nothing */
  priorOf(cell: LinkedCell): Bounds | undefined
}

/** A sum of a hidden cell that must stay uncertain. */
export type Target = {
  readonly cell: LinkedCell
  /** numbers of the measures whose sum it is */
  readonly measures: readonly number[]
  /** how wide the range must be at least */
  readonly width: number
  /** respondents: only whole numbers within the range count */
  readonly isCount: boolean
}

const TOLERANCE = 1e-6

/** @returns the targets whose range is too narrow; all of them where the solver gives up */
export function tooNarrow(attack: Attack, targets: readonly Target[], solve: LpSolver): Target[] {
  if (targets.length === 0) return []
  const columns = numberColumns(attack)
  const program = solve(programOf(attack, columns))
  try {
    return narrowOf(attack, targets, columns, program)
  } finally {
    program.close()
  }
}

type Columns = ReadonlyMap<string, number>

function numberColumns({ pattern, measures }: Attack): Columns {
  const each = measures.to - measures.from
  return new Map([...pattern.hidden].map((id, i) => [id, i * each]))
}

function programOf({ pattern, measures, priorOf }: Attack, columns: Columns): LinearProgram {
  const { tables } = pattern
  const each = measures.to - measures.from
  const prior = [...columns].flatMap(([id, first]) => {
    const cell = tables.cells.get(id)
    const bounds = cell && priorOf(cell)
    const terms = Array.from({ length: each }, (_, k): Term => [first + k, 1])
    return bounds ? [{ ...bounds, terms }] : []
  })
  const sums = tables.lines.flatMap((line) =>
    Array.from({ length: each }, (_, k) => equationOf(line, k, { tables, columns, from: measures.from })),
  )
  return {
    columns: Array.from({ length: columns.size * each }, () => ({ lower: 0, upper: Number.POSITIVE_INFINITY })),
    rows: [...prior, ...sums.filter(({ terms }) => terms.length > 0)],
  }
}

/** Parts less margin is 0: what is published goes to the known side. */
function equationOf(
  { margin, parts }: LinkedTables['lines'][number],
  k: number,
  { tables, columns, from }: { tables: LinkedTables; columns: Columns; from: number },
): Bounds & { terms: Term[] } {
  const terms: Term[] = []
  let known = 0
  for (const [id, sign] of [[margin, -1] as const, ...parts.map((part) => [part, 1] as const)]) {
    const column = columns.get(id)
    if (column === undefined) known -= sign * (tables.cells.get(id)?.sums[from + k] ?? 0)
    else terms.push([column + k, sign])
  }
  return { lower: known, upper: known, terms }
}

type Open = { readonly target: Target; readonly terms: readonly Term[]; lower: number; upper: number }

/** Every solution that is found shows how far all targets can be moved, so most need no solution of their own. */
function narrowOf(attack: Attack, targets: readonly Target[], columns: Columns, program: OpenProgram): Target[] {
  const open = targets.map((target): Open => {
    const first = columns.get(target.cell.id) ?? 0
    const terms = target.measures.map((k): Term => [first + k - attack.measures.from, 1])
    const value = target.measures.reduce((sum, k) => sum + (target.cell.sums[k] ?? 0), 0)
    return { target, terms, lower: value, upper: value }
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

function isWide({ target: { width, isCount }, lower, upper }: Open): boolean {
  if (!isCount) return upper - lower >= width - TOLERANCE * Math.max(1, width)
  return Math.floor(upper + TOLERANCE) - Math.ceil(lower - TOLERANCE) >= width
}
