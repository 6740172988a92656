/** Coefficients of the unknowns of one linear equation; the known side does not matter here. */
export type Equation = ReadonlyMap<string, number>

const ZERO = 1e-9

/**
 * The unknowns that a system of linear equations fixes to one value: those that stand alone in a row of its reduced
 * echelon form (Gauss and Jordan, rows kept sparse).
 */
export function determined(equations: readonly Equation[]): Set<string> {
  // pivot unknown -> its row; the pivot has coefficient 1 and stands in no other row
  const rows = new Map<string, Map<string, number>>()
  for (const equation of equations) {
    const row = new Map(equation)
    for (const id of [...row.keys()]) {
      const pivotRow = rows.get(id)
      if (pivotRow) subtract(row, pivotRow, row.get(id) ?? 0)
    }
    const pivot = [...row].reduce<[string, number] | undefined>(
      (best, one) => (best && Math.abs(best[1]) >= Math.abs(one[1]) ? best : one),
      undefined,
    )
    if (!pivot) continue
    for (const [id, value] of row) row.set(id, value / pivot[1])
    for (const other of rows.values()) subtract(other, row, other.get(pivot[0]) ?? 0)
    rows.set(pivot[0], row)
  }
  return new Set([...rows].flatMap(([id, row]) => (row.size === 1 ? [id] : [])))
}

function subtract(row: Map<string, number>, from: ReadonlyMap<string, number>, times: number): void {
  if (times === 0) return
  for (const [id, value] of from) {
    const left = (row.get(id) ?? 0) - times * value
    if (Math.abs(left) < ZERO) row.delete(id)
    else row.set(id, left)
  }
}
