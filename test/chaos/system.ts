/** What the faults are done to. */

/** What is done to the system; `heal` starts again whatever it leaves stopped. */
export type Fault = {
  readonly name: string
  /** how often it is chosen, compared with the others */
  readonly weight: number
  run(): Promise<void>
}

/** Observations of numbered messages, all rows, and rows of the ledger that do not balance. */
export type Count = { readonly expected: number; readonly rows: number; readonly unbalanced: number }

export type ChaosSystem = {
  readonly mqttUrl: string
  readonly faults: readonly Fault[]
  /** faults that cannot be done here, and why */
  readonly skipped: readonly string[]
  /** starts whatever is stopped; fails when a part does not start or does not become ready */
  heal(): Promise<void>
  /** messages stored so far, as the system itself says: to know when there is something to count */
  stored(): Promise<number>
  /** as the database has it; parts may be stopped afterwards */
  count(baseMs: number): Promise<Count>
  close(): Promise<void>
}
