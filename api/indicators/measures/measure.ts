import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { withUncertainty } from '#model/indicators/uncertainty.ts'
import type { Origin } from '#model/observation/domain.ts'
import type { ThingRow, ZoneRow } from '../../measurements/registry.ts'
import type { Inputs } from '../inputs/inputs.ts'

/** The whole city, or one zone of it. */
export type Scope = { readonly zone: ZoneRow | null }

/** One data point as a measure found it: a value with its evidence, or why there is none. */
export type Outcome = {
  readonly evidence: Evidence | null
  /** why there is no value, in words a person can act on */
  readonly missing: string | null
  readonly n: number | null
  /** 0 to 1 */
  readonly dataCapture: number | null
  readonly interval: readonly [number, number] | null
  readonly standardError: number | null
  readonly simulated: boolean
  /** it was observed outside the period, and stands for it all the same: a survey of the year before */
  readonly ofAnotherTime: boolean
}

/** How Citywell itself computes one indicator. Raise `version` when the computation changes. */
export type Measure = {
  readonly code: string
  readonly version: number
  readonly origin: 'measured' | 'surveyed'
  /** what a city must have for it, in words */
  readonly needs: string
  /** whether the city has what it takes, whatever the period holds */
  possible(inputs: Inputs): Promise<boolean>
  /** by data point id; every data point of the indicator is there, with a value or a reason */
  evaluate(inputs: Inputs, scope: Scope): Promise<ReadonlyMap<string, Outcome>>
}

/** Least share of the hours of a period that an instrument must cover to stand for it: Directive 2008/50/EC asks 75 % for means. */
export const LEAST_CAPTURE = 0.75

export const missing = (why: string, excluded: readonly Excluded[] = []): Outcome => ({
  ...NOTHING,
  missing: excluded.length === 0 ? why : `${why}: ${summary(excluded)}`,
})

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

/** A value where the evidence has one, else a reason: a denominator of zero gives no value. */
export function found(evidence: Evidence, about: Partial<Outcome> = {}): Outcome {
  if (evidence.value === null) return missing(`"${evidence.label}" cannot be computed from its inputs`)
  return { ...NOTHING, ...about, evidence }
}

/** A mean over places, each with its weight, and with the standard error between them where there are two or more. */
export const weightedMean = (head: Omit<Parameters<typeof node>[0], 'method'>, places: Evidence[]): Evidence =>
  withUncertainty(node({ ...head, method: 'weighted_mean' }, places))

export const uncertaintyIn = ({ uncertainty }: Evidence): Pick<Outcome, 'interval' | 'standardError'> => ({
  interval: uncertainty?.interval ?? null,
  standardError: uncertainty?.standardError ?? null,
})

function summary(excluded: readonly Excluded[]): string {
  const shown = excluded.slice(0, 3).map(({ what, why }) => `${what}: ${why}`)
  const more = excluded.length - shown.length
  return shown.join('; ') + (more > 0 ? `; and ${more} more` : '')
}

/** Lists what was left out, where anything was. */
export const excludedIn = (excluded: readonly Excluded[]): { excluded?: Excluded[] } =>
  excluded.length > 0 ? { excluded: [...excluded] } : {}

export const inScope = (thing: ThingRow, { zone }: Scope): boolean => zone === null || thing.zoneId === zone.id

export const placeOf = ({ zone }: Scope, inputs: Inputs): string => zone?.name ?? inputs.registry.city.name

/** Simulated readings are labelled, whatever else they are. */
export const isSimulated = (inputs: Inputs, things: readonly ThingRow[]): boolean =>
  inputs.registry.city.simulated || things.some(({ simulated }) => simulated)

export const originOf = (simulated: boolean, origin: Origin): Origin => (simulated ? 'simulated' : origin)

/** The people of the city or the zone as evidence; undefined where the zone's population is not known. */
export function population(inputs: Inputs, { zone }: Scope): Evidence | undefined {
  const { city } = inputs.registry
  const value = zone ? zone.population : city.population
  if (value === null) return undefined
  const ref = zone ? `zone ${zone.key}` : 'city.json'
  return leaf({
    label: `Inhabitants of ${zone?.name ?? city.name}`,
    value,
    unit: 'inhabitants',
    origin: originOf(city.simulated, 'reported'),
    ref,
  })
}

/** Shares of the observations behind a leaf. */
export const qualityOf = ({ n, good, suspect }: Counted): NonNullable<Evidence['quality']> => ({
  good: good / n,
  suspect: suspect / n,
  failed: (n - good - suspect) / n,
})
type Counted = { readonly n: number; readonly good: number; readonly suspect: number }

/** What a mean would be with its suspect observations, for its leaf; nothing where it has none. */
export const withSuspectIn = ({ suspect, withSuspect }: { suspect: number; withSuspect: number | null }) =>
  suspect > 0 && withSuspect !== null ? { withSuspect } : {}

export const percentText = (share: number): string => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
