import { useQuery } from '@tanstack/react-query'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import { zonesAtQuery, zonesQuery } from './queries.ts'

/**
 * The districts of today, or those of a moment in ms. They are asked for once for all moments between two changes: just before
 * the later one. Where nothing is known of the time, today's are shown.
 */
export function useZones({ districtChanges }: Pick<CityResponse, 'districtChanges'>, moment: number | null) {
  const today = useQuery(zonesQuery)
  const change = moment === null ? undefined : districtChanges.find((since) => Date.parse(since) > moment)
  const past = useQuery({ ...zonesAtQuery(change ?? ''), enabled: change !== undefined })
  const shown: ZoneFeatures | undefined = change === undefined ? today.data : past.data
  const isUnknown = change !== undefined && past.data?.features.length === 0
  return { zones: isUnknown ? today.data : shown, queries: [today, ...(change === undefined ? [] : [past])] }
}
