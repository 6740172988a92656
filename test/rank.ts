/** Rank of a matrix by elimination with pivoting: an attacker of our own, apart from the code under test. */
export function rankOf(matrix: readonly (readonly number[])[]): number {
  let rows = matrix.map((row) => [...row])
  let rank = 0
  for (let column = 0; column < (matrix[0]?.length ?? 0); column++) {
    const size = (row: number[]): number => Math.abs(row[column] ?? 0)
    const pivot = rows.reduce<number[]>((best, row) => (size(row) > size(best) ? row : best), [])
    if (size(pivot) < 1e-9) continue
    rank += 1
    rows = rows.filter((row) => row !== pivot).map((row) => reduced(row, pivot, column))
  }
  return rank
}
const reduced = (row: number[], pivot: number[], column: number): number[] => {
  const factor = (row[column] ?? 0) / (pivot[column] ?? 1)
  return factor === 0 ? row : row.map((value, c) => value - factor * (pivot[c] ?? 0))
}
