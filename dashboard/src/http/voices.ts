import { queryOptions } from '@tanstack/react-query'
import { moderationQueue, voiceAggregates } from '#model/api/voices.ts'
import { loadH3 } from '../geo/h3.ts'
import { get } from './client.ts'

const MINUTE = 60_000
/** The shortest key a city can have. */
const KEY_LENGTH = 16

export const voicesQuery = queryOptions({
  queryKey: ['voices', 'aggregates'],
  queryFn: async ({ signal }) => {
    const voices = await get(voiceAggregates, '/voices/aggregates', {}, signal)
    if (voices.topics.some(({ places }) => places.some(({ place }) => place.kind === 'cell'))) await loadH3()
    return voices
  },
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
