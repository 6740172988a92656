import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { dividesResponse } from '#model/api/people.ts'
import { wellbeingResponse } from '#model/api/wellbeing.ts'
import { get } from './client.ts'

const STALE_MS = 5 * 60_000

export const dividesQuery = (survey: string, question: string, by: string) =>
  queryOptions({
    queryKey: ['divides', survey, question, by],
    queryFn: ({ signal }) =>
      get(dividesResponse, `/surveys/${encodeURIComponent(survey)}/divides`, { question, by }, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })

export const wellbeingQuery = (period: string, weights: string) =>
  queryOptions({
    queryKey: ['wellbeing', period, weights],
    queryFn: ({ signal }) => get(wellbeingResponse, '/wellbeing', { period, weights }, signal),
    placeholderData: keepPreviousData,
    staleTime: STALE_MS,
  })
