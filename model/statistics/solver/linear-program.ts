/** Bounds that hold for a variable or for a sum of variables; equal for an equation. */
export type Bounds = { readonly lower: number; readonly upper: number }
export type Term = readonly [column: number, coefficient: number]

/** Variables within bounds, under linear constraints. */
export type LinearProgram = {
  readonly columns: readonly Bounds[]
  readonly rows: readonly (Bounds & { readonly terms: readonly Term[] })[]
}

export type OpenProgram = {
  /** @returns the variables at the maximum of the objective; undefined where it is unbounded or was not reached */
  maximise(objective: readonly Term[]): ArrayLike<number> | undefined
  close(): void
}

/** A solver of linear programs (infra/linear-program/highs.ts). It keeps the program between objectives. */
export type LpSolver = (program: LinearProgram) => OpenProgram
