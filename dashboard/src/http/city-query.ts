import { queryOptions } from '@tanstack/react-query'
import { cityResponse } from '#model/api/city.ts'
import { get } from './client.ts'

const MINUTE = 60_000

/** Changes while history is being loaded, then hardly ever. */
export const cityQuery = queryOptions({
  queryKey: ['city'],
  queryFn: ({ signal }) => get(cityResponse, '/city', {}, signal),
  refetchInterval: ({ state }) => (state.data && (state.data.backfill ?? 1) >= 1 ? 5 * MINUTE : 5000),
})
