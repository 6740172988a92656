import { queryOptions } from '@tanstack/react-query'
import { goalsResponse, seriesResponse } from '#model/api/indicators.ts'
import type { GoalBody } from '#model/indicators/goals.ts'
import { leadingTo } from '#model/indicators/trend-span.ts'
import { change, get } from '../http/client.ts'

const MINUTE = 60_000

/** One data point over the periods up to the one on the page. */
export const seriesQuery = (code: string, dataPoint: string, period: string, now: Date, timeZone: string) =>
  queryOptions({
    queryKey: ['indicator', code, 'series', dataPoint, period],
    queryFn: ({ signal }) =>
      get(
        seriesResponse,
        `/indicators/${encodeURIComponent(code)}/series`,
        { ...leadingTo(period, now, timeZone), ...(dataPoint && { dataPoint }) },
        signal,
      ),
    staleTime: MINUTE,
  })

export const sendGoal = (code: string, body: GoalBody, by: string) =>
  change(
    goalsResponse,
    'PUT',
    `/indicators/${encodeURIComponent(code)}/goals?by=${encodeURIComponent(by || 'operator')}`,
    body,
  )
