import { queryOptions } from '@tanstack/react-query'
import { moderationQueue, voiceAggregates } from '#model/api/voices.ts'
import { get } from './client.ts'

const MINUTE = 60_000
/** The shortest key a city can have. */
const KEY_LENGTH = 16

export const voicesQuery = queryOptions({
  queryKey: ['voices', 'aggregates'],
  queryFn: ({ signal }) => get(voiceAggregates, '/voices/aggregates', {}, signal),
  staleTime: MINUTE,
})

/** Comments awaiting review; requested once a key has been entered. */
export const moderationQuery = (key: string) =>
  queryOptions({
    queryKey: ['voices', 'moderation', key],
    queryFn: ({ signal }) => get(moderationQueue, '/voices/moderation', {}, signal, key),
    enabled: key.length >= KEY_LENGTH,
    refetchInterval: MINUTE,
  })
