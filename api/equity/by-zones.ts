import type { Exposure } from '#model/api/equity.ts'
import { concentrationOf } from '#model/statistics/estimation/concentration.ts'
import { fifthsOf } from '#model/statistics/estimation/population-groups.ts'
import type { ZoneAt } from '../measurements/registry-at.ts'
import type { ZoneMeasure } from './measured.ts'

/** A zone that counts: its people are known. */
export type PeopledZone = ZoneAt & { readonly population: number }
type Groups = { readonly of: (zone: PeopledZone) => string | null; readonly labels: ReadonlyMap<string, string> }

/** Who has how much, when a group is all people of some zones: counted, so without an interval. */
export function exposureByZones(measure: ZoneMeasure, zones: readonly PeopledZone[], groups: Groups): Exposure | null {
  const known = zones.filter(({ key }) => measure.values.has(key))
  const everybody = meanOver(known, measure)
  if (everybody === null) return null
  const people = populationOf(known)
  return {
    ...about(measure),
    everybody,
    zonesWithValue: known.length,
    covered: people / populationOf(zones),
    groups: [...groups.labels].map(([key, label]) => {
      const members = known.filter((zone) => groups.of(zone) === key)
      const value = meanOver(members, measure)
      const gap = value === null ? null : { value: value - everybody, lower: null, upper: null }
      const share = populationOf(members) / people
      return {
        key,
        label,
        value,
        standardError: null,
        lower: null,
        upper: null,
        n: null,
        share,
        gap,
        significant: null,
      }
    }),
    widest: null,
    concentration: overIncome(measure, known),
  }
}

/** One group for each zone. */
export const eachZone = (zones: readonly PeopledZone[]): Groups => ({
  of: ({ key }) => key,
  labels: new Map(zones.map(({ key, name }) => [key, name])),
})

/** Fifths of the people by the mean income of their zone. */
export function incomeFifths(zones: readonly PeopledZone[]): Groups {
  const ranked = zones.flatMap(({ key, population, income }) =>
    income === null ? [] : [{ key, population, rank: income }],
  )
  const fifths = fifthsOf(ranked)
  const labels = ['Poorest fifth of zones', 'Second fifth', 'Middle fifth', 'Fourth fifth', 'Richest fifth of zones']
  const filled = new Set(fifths.values())
  return {
    of: ({ key }) => fifths.get(key)?.toString() ?? null,
    labels: new Map(labels.flatMap((label, i) => (filled.has(i + 1) ? [[`${i + 1}`, label]] : []))),
  }
}

export const about = ({ id, name, kind, unit, source }: ZoneMeasure) => ({ id, name, kind, unit, source })

const populationOf = (zones: readonly PeopledZone[]): number =>
  zones.reduce((sum, { population }) => sum + population, 0)

function meanOver(zones: readonly PeopledZone[], { values }: ZoneMeasure): number | null {
  const people = populationOf(zones)
  if (people === 0) return null
  return zones.reduce((sum, { key, population }) => sum + population * (values.get(key) ?? 0), 0) / people
}

/**
 * Zones in the order of their income, each as heavy as its people. The standard error of a full count means nothing, and
 * there is no correction for grouping: within a zone everybody has the same, whatever their rank.
 */
function overIncome({ values }: ZoneMeasure, zones: readonly PeopledZone[]): Exposure['concentration'] {
  const ranked = zones.filter(({ income, population }) => income !== null && population > 0)
  if (ranked.length < 3) return null
  const design = ranked.map(({ population }) => ({ weight: population, stratum: '', cluster: '' }))
  const found = concentrationOf(
    design,
    (i) => values.get(ranked[i]?.key ?? '') ?? null,
    (i) => ranked[i]?.income ?? null,
  )
  return found ? { value: found.value, lower: null, upper: null, curve: [...found.curve] } : null
}
