import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { Position } from '#model/basics/geo.ts'
import { streetsQuery } from '../../http/queries.ts'
import type { Selection } from '../../state/view-state.ts'
import { pointOfStreet } from '../search/places.ts'

/** Where the selected street lies; null while another thing, or none, is selected. */
export function useStreetPoint(select: Selection | null): Position | null {
  const key = select?.type === 'street' ? select.key : null
  const streets = useQuery({ ...streetsQuery, enabled: key !== null }).data
  return useMemo(() => (key !== null && streets && pointOfStreet(key, streets)) || null, [key, streets])
}
