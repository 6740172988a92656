import type { Evidence, MissingCode } from '#model/indicators/catalogue/schema.ts'

/** One data point as a measure found it: a value with its evidence, or the reason why there is none. */
export type Outcome = {
  readonly evidence: Evidence | null
  /** why there is no value, in words a person can act on */
  readonly missing: string | null
  readonly missingCode?: MissingCode
  readonly n: number | null
  /** 0 to 1 */
  readonly dataCapture: number | null
  readonly interval: readonly [number, number] | null
  readonly standardError: number | null
  readonly simulated: boolean
  /** observed outside the period and used for it all the same, such as a survey of the year before */
  readonly ofAnotherTime: boolean
}

/** Something that was left out of a value, and the reason. */
export type Excluded = { readonly what: string; readonly why: string }

const NOTHING = {
  evidence: null,
  missing: null,
  n: null,
  dataCapture: null,
  interval: null,
  standardError: null,
  simulated: false,
  ofAnotherTime: false,
} as const

export const missing = (reason: string, excluded: readonly Excluded[] = []): Outcome => ({
  ...NOTHING,
  missing: excluded.length === 0 ? reason : `${reason}: ${summary(excluded)}`,
})

/** A reason that also names what was left out. */
export const withExcluded = (outcome: Outcome, excluded: readonly Excluded[]): Outcome =>
  outcome.missing === null || excluded.length === 0
    ? outcome
    : { ...outcome, missing: `${outcome.missing}; ${summary(excluded)}` }

/** A value where the evidence has one, otherwise a reason: a denominator of zero gives no value. */
export function found(evidence: Evidence, about: Partial<Outcome> = {}): Outcome {
  if (evidence.value === null) return missing(`"${evidence.label}" cannot be computed from its inputs`)
  return { ...NOTHING, ...about, evidence }
}

function summary(excluded: readonly Excluded[]): string {
  const shown = excluded.slice(0, 3).map(({ what, why }) => `${what}: ${why}`)
  const more = excluded.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}
