import { useQueries, useQuery } from '@tanstack/react-query'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import { zonesAtQuery, zonesQuery } from './queries.ts'

type Changes = Pick<CityResponse, 'districtChanges'>

/**
 * The districts of today, or those of a moment in ms, for each moment. They are asked for once for all moments between two
 * changes: just before the later one. Where nothing is known of the time, today's are shown.
 */
export function useZonesAt({ districtChanges }: Changes, moments: readonly (number | null)[]) {
  const today = useQuery(zonesQuery)
  const changes = moments.map((moment) =>
    moment === null ? undefined : districtChanges.find((since) => Date.parse(since) > moment),
  )
  const distinct = [...new Set(changes.filter((change) => change !== undefined))]
  const past = useQueries({ queries: distinct.map((change) => zonesAtQuery(change)) })
  const zones = changes.map((change): ZoneFeatures | undefined => {
    if (change === undefined) return today.data
    const found = past[distinct.indexOf(change)]?.data
    return found?.features.length === 0 ? today.data : found
  })
  return { zones, queries: [today, ...past] }
}

/** The same for one moment. */
export function useZones(changes: Changes, moment: number | null) {
  const { zones, queries } = useZonesAt(changes, [moment])
  return { zones: zones[0], queries }
}
