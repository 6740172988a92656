/** Removes from linearised values the part that the known population totals explain. */
export type Calibration = { residualsOf(influence: ArrayLike<number>): Float64Array }

type Calibrated = {
  /** before the weights were made to meet the totals */
  readonly baseWeight: number
  /** after it */
  readonly weight: number
  /** category in each margin */
  readonly categories: readonly string[]
}

/**
 * Variance after calibration, raking or post-stratification: totals that are known do not vary from sample to sample, so
 * only what the calibration variables leave unexplained does. A linearised value w u is replaced by w e, with e the residual
 * of u in the regression on the categories of all margins, weighted by the weights before calibration. Every calibration to
 * the same totals has this variance, raking too.
 * Source: Deville and Sarndal 1992, J. Am. Stat. Assoc. 87, section 3; Deville, Sarndal and Sautory 1993, ibid. 88
 * (R: calibrate with calfun "raking" or "linear", postStratify).
 */
export function createCalibration(rows: readonly Calibrated[]): Calibration {
  const columns = new Map<string, number>()
  const cells = rows.map(({ categories }) =>
    categories.map((category, margin) => {
      const key = `${margin}\n${category}`
      const known = columns.get(key) ?? columns.size
      columns.set(key, known)
      return known
    }),
  )
  const size = columns.size
  const gram = Array.from({ length: size }, () => new Float64Array(size))
  rows.forEach(({ baseWeight }, i) => {
    for (const a of cells[i] ?? [])
      for (const b of cells[i] ?? []) {
        const row = gram[a]
        if (row) row[b] = (row[b] ?? 0) + baseWeight
      }
  })
  const inverse = inverseOf(gram)
  return {
    residualsOf(influence) {
      const right = new Float64Array(size)
      rows.forEach(({ weight, baseWeight }, i) => {
        const u = (influence[i] ?? 0) / weight
        for (const column of cells[i] ?? []) right[column] = (right[column] ?? 0) + baseWeight * u
      })
      const slopes = inverse.map((row) => row.reduce((sum, one, k) => sum + one * (right[k] ?? 0), 0))
      return Float64Array.from(rows, ({ weight }, i) => {
        const fitted = (cells[i] ?? []).reduce((sum, column) => sum + (slopes[column] ?? 0), 0)
        return (influence[i] ?? 0) - weight * fitted
      })
    },
  }
}

/**
 * Inverse of a symmetric matrix by Gauss and Jordan; rows that others determine (each margin sums to the same whole) stay
 * out, which leaves the fitted values as they are.
 */
function inverseOf(matrix: readonly Float64Array[]): Float64Array[] {
  const size = matrix.length
  const work = matrix.map((row, i) =>
    Float64Array.from({ length: 2 * size }, (_, k) => (k < size ? (row[k] ?? 0) : k - size === i ? 1 : 0)),
  )
  const out = new Set<number>()
  for (let pivot = 0; pivot < size; pivot++) {
    const row = work[pivot]
    const head = row?.[pivot] ?? 0
    if (!row || Math.abs(head) < 1e-10 * (matrix[pivot]?.[pivot] ?? 0)) {
      out.add(pivot)
      continue
    }
    for (let k = 0; k < 2 * size; k++) row[k] = (row[k] ?? 0) / head
    work.forEach((other, i) => {
      if (i !== pivot) subtract(other, row, other[pivot] ?? 0)
    })
  }
  return work.map((row, i) =>
    Float64Array.from({ length: size }, (_, k) => (out.has(i) || out.has(k) ? 0 : (row[size + k] ?? 0))),
  )
}

function subtract(from: Float64Array, row: Float64Array, times: number): void {
  if (times === 0) return
  for (let k = 0; k < from.length; k++) from[k] = (from[k] ?? 0) - times * (row[k] ?? 0)
}
