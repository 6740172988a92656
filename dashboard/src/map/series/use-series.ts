import { useQueries } from '@tanstack/react-query'
import { useRef } from 'react'
import type { ObservationsResponse } from '#model/api/city.ts'
import { observationsQuery } from '../../http/queries.ts'
import { type Series, seriesOf, type Window } from './series.ts'
import type { Choice, ShownSeries } from './shown-series.ts'

type Drawn = Choice['drawn'][number]
export type SeriesState = {
  readonly shown: readonly ShownSeries[]
  /** what is shown is not yet, or not entirely, what was chosen */
  readonly loading: boolean
  readonly error: Error | null
  readonly retry: () => void
}

/**
 * The observations of every chosen series. Until the answers for a new period are there, each shows its last one; the list
 * stays the same as long as nothing in it changes, so that the chart is not made anew.
 */
export function useSeries(drawn: readonly Drawn[], windowFor: (one: Drawn) => Window): SeriesState {
  const windows = drawn.map(windowFor)
  const answers = useQueries({
    queries: drawn.map(({ datastream }, index) => observationsQuery(datastream.id, windows[index] ?? NOTHING)),
  })
  const kept = useRef(new Map<number, ObservationsResponse>())
  const before = useRef<readonly ShownSeries[]>([])
  const now = drawn.flatMap((one, index): ShownSeries[] => {
    const { id } = one.datastream
    const answer = answers[index]?.data
    const data = answer?.datastream.id === id ? answer : kept.current.get(id)
    if (!data) return []
    kept.current.set(id, data)
    return [{ ...one, series: cachedSeries(data), source: sourceOf(data), truncated: data.next !== null }]
  })
  if (now.length !== before.current.length || !now.every((one, index) => isSame(one, before.current[index])))
    before.current = now
  return {
    shown: before.current,
    loading: answers.some(({ isFetching, data }, index) => isFetching && (!data || isOther(data, windows[index]))),
    error: answers.find(({ error }) => error !== null)?.error ?? null,
    retry: () => {
      for (const answer of answers) if (answer.error) void answer.refetch()
    },
  }
}

const NOTHING: Window = { from: '', to: '' }

const isSame = (a: ShownSeries, b: ShownSeries | undefined): boolean =>
  b !== undefined &&
  a.datastream.id === b.datastream.id &&
  a.series === b.series &&
  a.axis === b.axis &&
  a.style === b.style

/** An answer in buckets is widened to their edges, so that only a lack says that it is of another time. */
const isOther = (data: ObservationsResponse, window: Window | undefined): boolean =>
  window !== undefined && (data.from > window.from || data.to < window.to || data.every !== (window.every ?? null))

const made = new WeakMap<ObservationsResponse, Series>()
function cachedSeries(data: ObservationsResponse): Series {
  const series = made.get(data) ?? seriesOf(data)
  made.set(data, series)
  return series
}

const sourceOf = ({ datastream, from, to, every }: ObservationsResponse): string =>
  `/api/v1/datastreams/${datastream.id}/observations?from=${from}&to=${to}${every === null ? '' : `&every=${every}`}`
