/** Integer programming with HiGHS, for attackers of suppressed tables. */
import loadHighs from 'highs'

export type Row = { readonly columns: readonly number[]; readonly lower: number; readonly upper: number }
export type Range = { readonly lower: number; readonly upper: number }

type Highs = Awaited<ReturnType<typeof loadHighs.default>>

/** @returns solves for ranges */
export async function openRanges() {
  const highs = await (loadHighs as unknown as typeof loadHighs.default)()
  return (...problem: Problem): Range[] => rangesOf(highs, ...problem)
}
type Problem = Parameters<typeof rangesOf> extends [Highs, ...infer Rest] ? Rest : never

/** The smallest and the largest value of sums of variables from 0 to `most`, which are whole unless told otherwise. */
function rangesOf(
  highs: Highs,
  size: number,
  rows: readonly Row[],
  sums: readonly (readonly number[])[],
  most: number,
  whole = true,
): Range[] {
  const finite = (bound: number) => (Number.isFinite(bound) ? bound : highs.infinity)
  const domain = whole ? highs.constants.variableType.integer : highs.constants.variableType.continuous
  let next = 0
  const model = highs.createModel({
    numCols: size,
    numRows: rows.length,
    sense: highs.constants.objectiveSense.maximize,
    colCost: Array.from({ length: size }, () => 0),
    colLower: Array.from({ length: size }, () => 0),
    colUpper: Array.from({ length: size }, () => most),
    integrality: Array.from({ length: size }, () => domain),
    rowLower: rows.map(({ lower }) => lower),
    rowUpper: rows.map(({ upper }) => finite(upper)),
    matrix: {
      format: 'csr',
      numCols: size,
      numRows: rows.length,
      starts: [0, ...rows.map(({ columns }) => (next += columns.length))],
      indices: rows.flatMap(({ columns }) => columns),
      values: rows.flatMap(({ columns }) => columns.map(() => 1)),
    },
  })
  model.options.set({ output_flag: false })
  const extreme = (columns: readonly number[], sign: 1 | -1): number => {
    for (const column of columns) model.changeColCost(column, sign)
    model.run()
    if (model.getModelStatus() !== highs.constants.modelStatus.optimal) throw new Error('no solution')
    const { colValue } = model.getSolution()
    for (const column of columns) model.changeColCost(column, 0)
    return columns.reduce((sum, column) => sum + (colValue[column] ?? 0), 0)
  }
  const found = sums.map((columns) => ({ lower: extreme(columns, -1), upper: extreme(columns, 1) }))
  model.dispose()
  return found
}
