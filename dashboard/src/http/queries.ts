import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { coverageResponse, observationsResponse, zoneFeatures } from '#model/api/city.ts'
import { airHistoryResponse, historyResponse } from '#model/api/history.ts'
import { estimatesResponse, indicatorsResponse, surveysResponse, zoneValuesResponse } from '#model/api/indicators.ts'
import { archivedSources, ledgerResponse, rejectedResponse } from '#model/api/ingest.ts'
import { reconciliationResponse } from '#model/api/reconciliation.ts'
import { streetsResponse } from '#model/api/street.ts'
import { indicatorValueSchema, scoreboardSchema } from '#model/indicators/catalogue/schema.ts'
import { loadH3 } from '../geo/h3.ts'
import { get } from './client.ts'
import { getThings } from './things.ts'

const MINUTE = 60_000

export const zonesQuery = queryOptions({
  queryKey: ['zones'],
  queryFn: ({ signal }) => get(zoneFeatures, '/zones', {}, signal),
  refetchInterval: MINUTE,
})

/** Districts as they were just before a moment. */
export const zonesAtQuery = (at: string) =>
  queryOptions({
    queryKey: ['zones', at],
    queryFn: ({ signal }) => get(zoneFeatures, '/zones', { at }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Named streets, for the search. */
export const streetsQuery = queryOptions({
  queryKey: ['streets'],
  queryFn: ({ signal }) => get(streetsResponse, '/streets', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

/**
 * All Things with their latest values; between two requests the live feed updates the values. Nearly every answer has other times,
 * so comparing it with the one before, Thing by Thing, would find nothing to keep.
 */
export const thingsQuery = queryOptions({
  queryKey: ['things'],
  queryFn: ({ signal }) => getThings({}, signal),
  structuralSharing: false,
  // 100,000 Things are 50 MB, so the interval grows with their number
  refetchInterval: ({ state }) => Math.max(MINUTE, (state.data?.features.length ?? 0) * 6),
})

/** Things that are said to be offline; the live feed says when one more is. */
export const offlineThingsQuery = queryOptions({
  queryKey: ['things', 'offline'],
  queryFn: ({ signal }) => getThings({ offline: 'true', limit: 500 }, signal),
  refetchInterval: MINUTE / 2,
})

/** Things that measure air. */
export const airThingsQuery = queryOptions({
  queryKey: ['things', 'air'],
  queryFn: ({ signal }) => getThings({ domain: 'air' }, signal),
  structuralSharing: false,
  refetchInterval: ({ state }) => Math.max(MINUTE, (state.data?.features.length ?? 0) * 6),
})

export const observationsQuery = (datastream: number, query: { from: string; to: string; every?: string }) =>
  queryOptions({
    queryKey: ['observations', datastream, query],
    queryFn: ({ signal }) =>
      get(observationsResponse, `/datastreams/${datastream}/observations`, { ...query, limit: 10_000 }, signal),
    placeholderData: keepPreviousData,
  })

type FrameQuery = { from: string; to: string; every: string }
export const historyQuery = (properties: readonly string[], query: FrameQuery) =>
  queryOptions({
    queryKey: ['history', properties, query],
    queryFn: ({ signal }) => get(historyResponse, '/history', { property: properties.join(','), ...query }, signal),
    staleTime: 5 * MINUTE,
  })

export const airHistoryQuery = (scheme: string, by: string, query: FrameQuery) =>
  queryOptions({
    queryKey: ['history', 'air-index', scheme, by, query],
    queryFn: ({ signal }) => get(airHistoryResponse, '/history/air-index', { scheme, by, ...query }, signal),
    staleTime: 5 * MINUTE,
  })

export const coverageQuery = (property: string, channel: string | undefined) =>
  queryOptions({
    queryKey: ['coverage', property, channel],
    queryFn: async ({ signal }) => {
      const [coverage] = await Promise.all([
        get(coverageResponse, '/coverage', { property, channel, resolution: 9 }, signal),
        loadH3(),
      ])
      return coverage
    },
    placeholderData: keepPreviousData,
    refetchInterval: MINUTE,
  })

export const indicatorsQuery = queryOptions({
  queryKey: ['indicators'],
  queryFn: ({ signal }) => get(indicatorsResponse, '/indicators', {}, signal),
  staleTime: Number.POSITIVE_INFINITY,
})

export const scoreboardQuery = (period: string) =>
  queryOptions({
    queryKey: ['scoreboard', period],
    queryFn: ({ signal }) => get(scoreboardSchema, '/indicators/scoreboard', { period }, signal),
    placeholderData: keepPreviousData,
    staleTime: MINUTE,
  })

export const indicatorQuery = (code: string, period: string) =>
  queryOptions({
    queryKey: ['indicator', code, period],
    queryFn: ({ signal }) => get(indicatorValueSchema, `/indicators/${encodeURIComponent(code)}`, { period }, signal),
    staleTime: MINUTE,
  })

export const zoneValuesQuery = (code: string | undefined, period: string, dataPoint?: string) =>
  queryOptions({
    queryKey: ['indicator', code, 'zones', period, dataPoint],
    queryFn: ({ signal }) =>
      get(
        zoneValuesResponse,
        `/indicators/${encodeURIComponent(code ?? '')}/zones`,
        { period, ...(dataPoint && { dataPoint }) },
        signal,
      ),
    enabled: code !== undefined,
    staleTime: MINUTE,
  })

export const surveysQuery = queryOptions({
  queryKey: ['surveys'],
  queryFn: ({ signal }) => get(surveysResponse, '/surveys', {}, signal),
  staleTime: 5 * MINUTE,
})

export const estimatesQuery = (survey: string | undefined, question: string, by: string, category?: string) =>
  queryOptions({
    queryKey: ['estimates', survey, question, by, category],
    queryFn: ({ signal }) =>
      get(
        estimatesResponse,
        `/surveys/${encodeURIComponent(survey ?? '')}/estimates`,
        { question, by, category },
        signal,
      ),
    enabled: survey !== undefined,
    staleTime: 5 * MINUTE,
  })

export const ledgerQuery = queryOptions({
  queryKey: ['ledger'],
  queryFn: ({ signal }) => get(ledgerResponse, '/ingest/ledger', {}, signal),
  refetchInterval: 10_000,
})

type RejectedFilter = {
  reason?: string | undefined
  source?: string | undefined
  topic?: string | undefined
  replayed?: 'false'
  cursor?: string | undefined
}

/** Rejected messages, with payloads for those who may read them. */
export const rejectedQuery = (filter: RejectedFilter, withPayloads: boolean) =>
  queryOptions({
    queryKey: ['rejected', filter, withPayloads],
    queryFn: ({ signal }) => get(rejectedResponse, '/ingest/rejected', { ...filter, limit: 50 }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
  })

export const archiveQuery = queryOptions({
  queryKey: ['archive'],
  queryFn: ({ signal }) => get(archivedSources, '/ingest/archive/sources', {}, signal),
  refetchInterval: MINUTE,
})

export const reconciliationsQuery = queryOptions({
  queryKey: ['reconciliation'],
  queryFn: ({ signal }) => get(reconciliationResponse, '/reconciliation', {}, signal),
  refetchInterval: MINUTE,
})
