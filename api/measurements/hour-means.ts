import { countsDoubted, measuringTop } from '#model/air-quality/measuring-ranges.ts'
import { GRADES, type Grade } from '#model/things/grade.ts'

/** The mean of an hour with its suspect observations counted as good. */
export const USABLE_MEAN = `(coalesce(total, 0) + coalesce(suspect_total, 0)) / nullif(good + suspect, 0)`

/**
 * The concentration of an hour of `observation_hourly`, given what is known of the instrument (`range.counts`, `range.top`):
 * - the mean of its good readings;
 * - where doubted readings count (reference and indicative grade), the mean of good and doubted ones;
 * - elsewhere doubted readings are left out, unless they lie above the range of the instrument: then the air is bad, how
 *   bad is not known, and they count as the top of the range. Leaving them out would make smoke look like clean air.
 */
export const HOUR_MEAN = `case
    when suspect = 0 then total / nullif(good, 0)
    when range.counts then ${USABLE_MEAN}
    when suspect_total > suspect * range.top then (coalesce(total, 0) + suspect * range.top) / (good + suspect)
    else total / nullif(good, 0) end`

/** What each doubted reading of the hour counts as in it; null where they do not count. */
export const DOUBT_COUNTED = `case
    when suspect = 0 then null
    when range.counts then suspect_total / suspect
    when suspect_total > suspect * range.top then range.top end`

/** How doubted readings of an instrument count; undefined where they never do: of what is no pollutant. */
export type DoubtRule = { readonly counts: boolean; readonly top: number }
export const doubtRuleOf = (property: string, grade: Grade): DoubtRule | undefined => {
  const top = measuringTop(property, grade)
  return top === undefined ? undefined : { counts: countsDoubted(grade), top }
}
/** The rule of one instrument as `range`, whose two parameters are numbered from `first` on. */
export const rangeOfOne = (first: number): string =>
  `cross join (select $${first}::boolean as counts, $${first + 1}::float8 as top) as range`

/** What HOUR_MEAN needs, by property and grade: `unnest` of four arrays, as parameters from `first` on. */
export const rangeTable = (first: number, alias = 'range'): string =>
  `unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::boolean[], $${first + 3}::float8[]) as ${alias} (property, grade, counts, top)`

export function rangeValues(properties: readonly string[]): [string[], string[], boolean[], number[]] {
  const rows = properties.flatMap((property) =>
    GRADES.map((grade) => ({
      property,
      grade,
      counts: countsDoubted(grade),
      top: measuringTop(property, grade) ?? Number.POSITIVE_INFINITY,
    })),
  )
  return [
    rows.map(({ property }) => property),
    rows.map(({ grade }) => grade),
    rows.map(({ counts }) => counts),
    rows.map(({ top }) => top),
  ]
}
