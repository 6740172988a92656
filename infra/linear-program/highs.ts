import loadHighs from 'highs'
import type { LinearProgram, LpSolver, Term } from '#model/statistics/solver/linear-program.ts'

// the types describe the CommonJS build, where the loader is a property of the module
const load = loadHighs as unknown as typeof loadHighs.default

/**
 * HiGHS (Huangfu and Hall 2018, Math. Prog. Computation 10), compiled to WebAssembly: exact to 1e-7, one thread. Solving
 * blocks, so the API does it in a worker (api/surveys/protection.ts). The basis of one objective is where the next starts.
 */
export async function openHighs(): Promise<LpSolver> {
  const highs = await load()
  const finite = (bound: number): number =>
    Number.isFinite(bound) ? bound : bound > 0 ? highs.infinity : -highs.infinity
  return (program) => {
    const { columns, rows } = program
    const model = highs.createModel({
      numCols: columns.length,
      numRows: rows.length,
      sense: highs.constants.objectiveSense.maximize,
      colCost: columns.map(() => 0),
      colLower: columns.map(({ lower }) => finite(lower)),
      colUpper: columns.map(({ upper }) => finite(upper)),
      rowLower: rows.map(({ lower }) => finite(lower)),
      rowUpper: rows.map(({ upper }) => finite(upper)),
      matrix: { format: 'csr', numCols: columns.length, numRows: rows.length, ...sparseRows(program) },
    })
    // from one objective to the next the point stays feasible: the primal simplex (4) continues from there
    model.options.set({ output_flag: false, presolve: 'off', simplex_strategy: 4 })
    let last: readonly Term[] = []
    return {
      maximise(objective) {
        for (const [column] of last) model.changeColCost(column, 0)
        for (const [column, coefficient] of objective) model.changeColCost(column, coefficient)
        last = objective
        model.run()
        if (model.getModelStatus() !== highs.constants.modelStatus.optimal) return undefined
        return model.getSolution().colValue
      },
      close: () => model.dispose(),
    }
  }
}

function sparseRows({ rows }: LinearProgram): { starts: number[]; indices: number[]; values: number[] } {
  const starts = [0]
  const indices: number[] = []
  const values: number[] = []
  for (const { terms } of rows) {
    for (const [column, coefficient] of terms) {
      indices.push(column)
      values.push(coefficient)
    }
    starts.push(indices.length)
  }
  return { starts, indices, values }
}
