import type { ThingFeature } from '#model/api/city.ts'
import { isAvailability, offlineAt } from '#model/things/availability.ts'
import type { Latest } from './latest.ts'

type Datastream = ThingFeature['properties']['datastreams'][number]

/**
 * Since when a Thing has been said to be offline, ms; null while it is not. The live feed knows it first; the API knows since
 * when, where it was said more than once.
 */
export function offlineSince(
  { properties }: Pick<ThingFeature, 'properties'>,
  latestOf: (datastream: Datastream) => Latest | null,
): number | null {
  if (!properties.datastreams.some(isAvailability)) return null
  const newest = properties.datastreams.flatMap((datastream) => {
    const latest = latestOf(datastream)
    if (!latest) return []
    const { time, result, reasons } = latest
    return [{ ...datastream, time, result, isRetained: reasons.includes('retained_state') }]
  })
  const at = offlineAt(newest)
  if (at === null || properties.offlineSince === null) return at
  const known = Date.parse(properties.offlineSince)
  // it came back in between, and the answer is older than that
  const isSame = newest.every(({ time, property, result }) => time <= known || (property === 'online' && result === 0))
  return isSame ? known : at
}
