import type { WhoRule } from '#model/air-quality/who.ts'
import type { ExceedancesResponse } from '#model/api/exceedances.ts'
import { type Spread, spreadOf } from '#model/indicators/spread.ts'

export type WhoPlace = ExceedancesResponse['places'][number]
export type WhoVerdict = WhoPlace['verdicts'][number]
/** One level of one pollutant in one place. */
export type WhoRow = { readonly place: WhoPlace; readonly verdict: WhoVerdict }

/** Whether the row above is about another pollutant or place. */
export const startsPollutant = ({ place }: WhoRow, previous: WhoRow | undefined): boolean => previous?.place !== place

/** Every level of every pollutant for the city, a zone or a Thing, in the order of the response. */
export const rowsOf = (places: readonly WhoPlace[], level: WhoPlace['level'], key = ''): WhoRow[] =>
  places
    .filter((place) => place.level === level && place.key === key)
    .flatMap((place) => place.verdicts.map((verdict) => ({ place, verdict })))

/** The chosen level in every zone: the worst first, those without a value last. */
export function zonesByLevel(
  places: readonly WhoPlace[],
  pollutant: string,
  rule: WhoRule,
): { rows: WhoRow[]; spread: Spread | undefined } {
  const rows = places
    .filter((place) => place.level === 'zone' && place.pollutant === pollutant)
    .flatMap((place) => {
      const verdict = place.verdicts.find((one) => one.rule === rule)
      return verdict ? [{ place, verdict }] : []
    })
    .toSorted((a, b) => (b.verdict.value ?? -1) - (a.verdict.value ?? -1))
  const shares = rows.flatMap(({ place, verdict: { value } }) =>
    value === null ? [] : [{ zone: place.key, value, population: place.people }],
  )
  return { rows, spread: spreadOf(shares) }
}

/** Positions of value, guideline and interim targets on one bar, as shares of its length. */
export function ladderOf({ value, level, interim }: Pick<WhoVerdict, 'value' | 'level' | 'interim'>): {
  fill: number
  guideline: number
  interim: number[]
} {
  const end = 1.1 * Math.max(level, value ?? 0, ...interim)
  return { fill: (value ?? 0) / end, guideline: level / end, interim: interim.map((target) => target / end) }
}
