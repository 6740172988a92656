import { queryOptions } from '@tanstack/react-query'
import { exceedancesResponse } from '#model/api/exceedances.ts'
import { get } from './client.ts'

const MINUTE = 60_000

/** The WHO levels of 2021 against the city, its zones and its stations, over a period. */
export const exceedancesQuery = (period: string) =>
  queryOptions({
    queryKey: ['air-quality', 'exceedances', period],
    queryFn: ({ signal }) => get(exceedancesResponse, '/air-quality/exceedances', { period }, signal),
    staleTime: MINUTE,
  })
