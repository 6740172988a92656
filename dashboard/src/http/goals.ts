import { queryOptions } from '@tanstack/react-query'
import { goalsResponse, seriesResponse } from '#model/api/indicators.ts'
import type { GoalBody } from '#model/indicators/goals.ts'
import { change, get } from './client.ts'

const MINUTE = 60_000
type Span = { readonly every: 'year' | 'quarter' | 'month'; readonly from: string; readonly to: string }

/** One data point over the periods that lead up to the one on the page. */
export const seriesQuery = (code: string, dataPoint: string, period: string, now: Date) =>
  queryOptions({
    queryKey: ['indicator', code, 'series', dataPoint, period],
    queryFn: ({ signal }) =>
      get(
        seriesResponse,
        `/indicators/${encodeURIComponent(code)}/series`,
        { ...leadingTo(period, now), ...(dataPoint && { dataPoint }) },
        signal,
      ),
    staleTime: MINUTE,
  })

/** Five years up to a year, eight quarters up to a quarter, else the twelve months up to the one that is asked for or runs. */
export function leadingTo(period: string, now: Date): Span {
  const [, year = '', quarter, month] = /^(\d{4})(?:-(?:Q([1-4])|(\d{2})))?/.exec(period) ?? []
  if (quarter) {
    const last = Number(year) * 4 + Number(quarter) - 1
    return { every: 'quarter', from: monthOf((last - 7) * 3), to: monthOf(last * 3) }
  }
  if (year && !month) return { every: 'year', from: String(Number(year) - 4), to: year }
  const last = year ? Number(year) * 12 + Number(month) - 1 : now.getUTCFullYear() * 12 + now.getUTCMonth()
  return { every: 'month', from: monthOf(last - 11), to: monthOf(last) }
}

const monthOf = (months: number): string =>
  `${Math.floor(months / 12)}-${String((((months % 12) + 12) % 12) + 1).padStart(2, '0')}`

export const sendGoal = (code: string, body: GoalBody, by: string, key: string) =>
  change(
    goalsResponse,
    'PUT',
    `/indicators/${encodeURIComponent(code)}/goals?by=${encodeURIComponent(by || 'operator')}`,
    body,
    key,
  )
