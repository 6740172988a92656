import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { equityResponse } from '#model/api/equity.ts'
import { coreIndicatorsResponse, dividesResponse } from '#model/api/people.ts'
import { wellbeingChange, wellbeingResponse } from '#model/api/wellbeing.ts'
import { get } from '../http/client.ts'

const STALE_MS = 5 * 60_000

type Divide = { readonly question: string; readonly category: string | undefined; readonly by: string }

export const dividesQuery = (survey: string, divide: Divide) =>
  queryOptions({
    queryKey: ['divides', survey, divide],
    queryFn: ({ signal }) => get(dividesResponse, `/surveys/${encodeURIComponent(survey)}/divides`, divide, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })

export const equityQuery = (period: string, by: string) =>
  queryOptions({
    queryKey: ['equity', period, by],
    queryFn: ({ signal }) => get(equityResponse, '/equity', { period, by }, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })

export const coreIndicatorsQuery = (survey: string, by: string) =>
  queryOptions({
    queryKey: ['core-indicators', survey, by],
    queryFn: ({ signal }) =>
      get(coreIndicatorsResponse, `/surveys/${encodeURIComponent(survey)}/indicators`, { by }, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })

export const wellbeingQuery = (period: string, weights: string, zone: string | undefined) =>
  queryOptions({
    queryKey: ['wellbeing', period, weights, zone],
    queryFn: ({ signal }) => get(wellbeingResponse, '/wellbeing', { period, weights, zone }, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })

export const changeQuery = (
  baseline: string | undefined,
  followup: string | undefined,
  weights: string,
  zone: string | undefined,
) =>
  queryOptions({
    queryKey: ['wellbeing', 'change', baseline, followup, weights, zone],
    queryFn: ({ signal }) => get(wellbeingChange, '/wellbeing/change', { baseline, followup, weights, zone }, signal),
    enabled: baseline !== undefined && followup !== undefined && baseline !== followup,
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })
