import { countsDoubted, measuringTop } from '#model/air-quality/measuring-ranges.ts'
import { GRADES } from '#model/things/grade.ts'

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

/** Whether doubted readings of a property may count: of what is no pollutant they never do. */
export const mayCountDoubted = (property: string): boolean => measuringTop(property, 'unknown') !== undefined

/** What HOUR_MEAN needs, by property and grade: `unnest` of four arrays, as parameters from `first` on. */
export const rangeTable = (first: number, alias = 'range'): string =>
  `unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::boolean[], $${first + 3}::float8[]) as ${alias} (property, grade, counts, top)`

// The grades of a Thing through time. One that was heard before it was registered is as it was registered. A change holds from
// the beginning of the UTC day on which it was made, so that a day of the rollup is the same as its hours.
const GRADES_OF_THING = `
  select state ->> 'grade' as grade,
         case when row_number() over past = 1 then '-infinity' else date_trunc('day', valid_from, 'UTC') end as "from",
         coalesce(date_trunc('day', lead(valid_from) over past, 'UTC'), 'infinity') as "to"
  from registry_history where entity = 'thing' and id = t.id
  window past as (order by valid_from)`

/**
 * What HOUR_MEAN needs of Datastreams `d`, as `range`, with the time for which it holds: join it with WHILE_IN_FORCE. Its
 * parameters are rangeValues, numbered from `first` on.
 */
export const rangesInForce = (first: number, which: string): string => `(
    select d.id, coalesce(g."from", '-infinity') as "from", coalesce(g."to", 'infinity') as "to",
           coalesce(r.counts, false) as counts, coalesce(r.top, 'infinity') as top
    from datastream d join thing t on t.id = d.thing_id
    left join lateral (${GRADES_OF_THING}) g on true
    left join ${rangeTable(first, 'r')} on r.property = d.property and r.grade = coalesce(g.grade, t.grade)
    where ${which}
  ) range`
export const WHILE_IN_FORCE = `bucket >= range."from" and bucket < range."to"`

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
