import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Permission } from '#model/access/roles.ts'
import { thingFeatures } from '#model/api/city.ts'
import { ignoredResponse, pendingResponse } from '#model/api/devices.ts'
import { payloadDescriptions } from '#model/api/payloads.ts'
import { changesResponse, mappingsResponse, registryThings, unmappedResponse } from '#model/api/registry.ts'
import { get } from './client.ts'
import { usePermission } from './session.ts'
import { useSend } from './use-send.ts'

const SOON = 15_000

export const registryQuery = (filter: { verified?: 'true' | 'false'; search?: string; limit?: number }) =>
  queryOptions({
    queryKey: ['registry', 'things', filter],
    queryFn: ({ signal }) => get(registryThings, '/registry/things', filter, signal),
    placeholderData: keepPreviousData,
    refetchInterval: SOON,
  })

/** One Thing with its Datastreams. */
export const thingQuery = (key: string) =>
  queryOptions({
    queryKey: ['things', key],
    queryFn: ({ signal }) => get(thingFeatures, '/things', { thing: key }, signal),
  })

export const unmappedQuery = queryOptions({
  queryKey: ['registry', 'unmapped'],
  queryFn: ({ signal }) => get(unmappedResponse, '/registry/unmapped', {}, signal),
  refetchInterval: SOON,
})

export const mappingsQuery = queryOptions({
  queryKey: ['registry', 'mappings'],
  queryFn: ({ signal }) => get(mappingsResponse, '/registry/mappings', {}, signal),
})

export const pendingQuery = queryOptions({
  queryKey: ['registry', 'pending'],
  queryFn: ({ signal }) => get(pendingResponse, '/registry/pending', {}, signal),
  refetchInterval: SOON,
})

export const ignoredQuery = queryOptions({
  queryKey: ['registry', 'ignored'],
  queryFn: ({ signal }) => get(ignoredResponse, '/registry/ignored', {}, signal),
  refetchInterval: SOON,
})

export const changesQuery = queryOptions({
  queryKey: ['registry', 'changes'],
  queryFn: ({ signal }) => get(changesResponse, '/registry/changes', { limit: 20 }, signal),
  refetchInterval: SOON,
})

/** How messages of topics are built, as described by people. */
export const payloadsQuery = queryOptions({
  queryKey: ['registry', 'payloads'],
  queryFn: ({ signal }) => get(payloadDescriptions, '/registry/payloads', {}, signal),
})

/** Sends a change and reloads the registry, the Things and the messages on the page. */
export function useChange(permission: Permission) {
  const isPermitted = usePermission(permission)
  const { send, busy, error } = useSend(['registry', 'things', 'rejected', 'ledger', 'voices'])
  return { send, busy, error, ready: isPermitted && !busy }
}
