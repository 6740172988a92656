import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { alertingStatus, incidentDetail, incidentGroups, incidentSchema, incidentsResponse } from '#model/api/alerts.ts'
import { change, get } from './client.ts'
import { noteRefusal } from './session.ts'

/** The live feed says at once that an incident has changed; this is for the time without it. */
const REFETCH_MS = 10_000

export type IncidentState = 'open' | 'closed'

export const incidentsQuery = (state: IncidentState) =>
  queryOptions({
    queryKey: ['incidents', state],
    queryFn: ({ signal }) => get(incidentsResponse, '/incidents', { state, limit: 200 }, signal),
    placeholderData: keepPreviousData,
    refetchInterval: REFETCH_MS,
  })

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'one', id],
    queryFn: ({ signal }) => get(incidentDetail, `/incidents/${encodeURIComponent(id)}`, {}, signal),
    refetchInterval: REFETCH_MS,
  })

/** Estimates of a survey: they do not change while somebody looks at an incident. */
export const incidentGroupsQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident-groups', id],
    queryFn: ({ signal }) => get(incidentGroups, `/incidents/${encodeURIComponent(id)}/groups`, {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })

export const alertingStatusQuery = queryOptions({
  queryKey: ['incidents', 'status'],
  queryFn: ({ signal }) => get(alertingStatus, '/alerting/status', {}, signal),
  refetchInterval: REFETCH_MS,
})

export type IncidentAction =
  | { readonly action: 'acknowledge' | 'close'; readonly note?: string }
  | { readonly action: 'assign'; readonly to: string; readonly note?: string }
  | { readonly action: 'notes'; readonly note: string }

/** Acknowledge, assign, comment or close; lists and details are read again. */
export function useIncidentAction(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ action, ...body }: IncidentAction) =>
      change(incidentSchema, 'POST', `/incidents/${encodeURIComponent(id)}/${action}`, body),
    onSuccess: () => client.invalidateQueries({ queryKey: ['incidents'] }),
    onError: (error) => noteRefusal(client, error),
  })
}
