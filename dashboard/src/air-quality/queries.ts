import { queryOptions } from '@tanstack/react-query'
import { airLimitsResponse, airStandardsResponse } from '#model/api/air-limits.ts'
import { exceedancesResponse } from '#model/api/exceedances.ts'
import { get } from '../http/client.ts'

const MINUTE = 60_000

/** The city, its zones and its stations compared with the WHO levels of 2021, over a period. */
export const exceedancesQuery = (period: string) =>
  queryOptions({
    queryKey: ['air-quality', 'exceedances', period],
    queryFn: ({ signal }) => get(exceedancesResponse, '/air-quality/exceedances', { period }, signal),
    staleTime: MINUTE,
  })

export const airStandardsQuery = queryOptions({
  queryKey: ['air-quality', 'standards'],
  queryFn: ({ signal }) => get(airStandardsResponse, '/air-quality/standards', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/** The city, its zones and its stations compared with a standard in a calendar year; without a key, the standard of that year. */
export const airLimitsQuery = (year: string, standard: string) =>
  queryOptions({
    queryKey: ['air-quality', 'limits', year, standard],
    queryFn: ({ signal }) =>
      get(airLimitsResponse, '/air-quality/limits', { year, ...(standard && { standard }) }, signal),
    staleTime: MINUTE,
  })
