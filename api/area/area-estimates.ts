import type { AreaResponse } from '#model/api/area.ts'
import { kornGraubard } from '#model/statistics/estimation/proportion.ts'
import type { Estimate, SurveyArea } from '#model/survey/codebook.ts'

/** A district or several that estimates take together, with how many people live there and whether it counts. */
type Unit = { readonly key: string; readonly people: number; readonly zones: number }

type CountedZone = { readonly key: string; readonly population: number }
type Published = Pick<Estimate, 'group' | 'value' | 'standardError' | 'lower' | 'upper' | 'n'>
type Combined = Pick<
  AreaResponse['estimates'][number],
  'value' | 'standardError' | 'lower' | 'upper' | 'n' | 'zones' | 'suppressed'
>

/** What surveys take together counts where at least half of its people live in districts that count. */
export function unitsOf(
  counted: readonly CountedZone[],
  all: readonly CountedZone[],
  areas: readonly SurveyArea[],
): Unit[] {
  const within = new Set(counted.map(({ key }) => key))
  const peopleIn = (keys: readonly string[]): number =>
    all.filter(({ key }) => keys.includes(key)).reduce((sum, { population }) => sum + population, 0)
  const members = new Map(areas.flatMap(({ key, zones }) => zones.map((zone) => [zone, { key, zones }] as const)))
  const units = new Map(counted.map(({ key }) => [members.get(key)?.key ?? key, members.get(key)?.zones ?? [key]]))
  return [...units]
    .filter(([, zones]) => 2 * peopleIn(zones.filter((zone) => within.has(zone))) >= peopleIn(zones))
    .map(([key, zones]) => ({ key, people: peopleIn(zones), zones: zones.length }))
}

/**
 * The share in several districts, from their published estimates and nothing else: the mean weighted by population, with districts as
 * independent samples. A suppressed district adds nothing, so the difference of two areas is what the table of districts says already.
 * @param estimates by zone, as GET /api/v1/surveys/:id/estimates answers
 */
export function combined(units: readonly Unit[], estimates: readonly Published[]): Combined {
  const byUnit = new Map(estimates.map((estimate) => [estimate.group['zone'], estimate]))
  const published = units.flatMap(({ key, people }) => {
    const { value = null, standardError = null, lower = null, upper = null, n = null } = byUnit.get(key) ?? {}
    if (value === null || standardError === null || n === null) return []
    return [{ people, value, standardError, lower, upper, n }]
  })
  const counts = { zones: published.length, suppressed: units.length - published.length }
  const [only] = published
  if (!only) return { ...NO_ESTIMATE, ...counts }
  const n = published.reduce((sum, one) => sum + one.n, 0)
  if (published.length === 1) {
    const { value, standardError, lower, upper } = only
    return { value, standardError, lower, upper, n, ...counts }
  }
  const people = published.reduce((sum, one) => sum + one.people, 0)
  if (people === 0) return { ...NO_ESTIMATE, ...counts }
  const value = published.reduce((sum, one) => sum + one.people * one.value, 0) / people
  const standardError = Math.hypot(...published.map((one) => (one.people * one.standardError) / people))
  const degreesOfFreedom = Math.max(1, n - published.length)
  const { lower, upper } = kornGraubard({ value, standardError, degreesOfFreedom, n })
  return { value, standardError, lower, upper, n, ...counts }
}

const NO_ESTIMATE = { value: null, standardError: null, lower: null, upper: null, n: null }
