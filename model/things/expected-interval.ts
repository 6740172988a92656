import { HOUR_SECONDS } from '../basics/durations.ts'

/** Column of things.csv for the interval of a Thing, and beginning of those for one of its properties. */
const COLUMN = 'expected_interval_s'
/** Channel of hourly means that are corrected for humidity (ingest/quality/corrections.ts). */
const CORRECTED = 'corrected'

type Source = {
  readonly expectedIntervalSeconds: number | null
  readonly attributes: Readonly<Record<string, unknown>>
}

/**
 * Seconds between observations that a Datastream promises: those that the registry states of its property (attribute
 * `expected_interval_s.energy`), an hour of what is computed by the hour, else those of the Thing. A station that sends every
 * minute may read its meter four times an hour; that series is not late in between.
 */
export function expectedIntervalOf(
  { expectedIntervalSeconds, attributes }: Source,
  { property, channel }: { readonly property: string; readonly channel: string },
): number | null {
  const stated = Number(attributes[`${COLUMN}.${property}`])
  if (Number.isInteger(stated) && stated > 0) return stated
  if (channel === CORRECTED) return Math.max(expectedIntervalSeconds ?? 0, HOUR_SECONDS)
  return expectedIntervalSeconds
}

/** Why the attributes of a Thing state no interval: those with a value that is no whole number of seconds. */
export function intervalProblems(attributes: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    const isInterval = name.startsWith(`${COLUMN}.`)
    const seconds = Number(value)
    return isInterval && !(Number.isInteger(seconds) && seconds > 0)
      ? [`${name} = "${String(value)}": a whole number of seconds above 0, as 900`]
      : []
  })
}
