import { queryOptions } from '@tanstack/react-query'
import { moderationQueue, voiceAggregates } from '#model/api/voices.ts'
import { loadH3 } from '../geo/h3.ts'
import { get } from './client.ts'

const MINUTE = 60_000

export const voicesQuery = queryOptions({
  queryKey: ['voices', 'aggregates'],
  queryFn: async ({ signal }) => {
    const voices = await get(voiceAggregates, '/voices/aggregates', {}, signal)
    if (voices.topics.some(({ places }) => places.some(({ place }) => place.kind === 'cell'))) await loadH3()
    return voices
  },
  staleTime: MINUTE,
})

/** Comments awaiting review, for those who may read them. */
export const moderationQuery = (isPermitted: boolean) =>
  queryOptions({
    queryKey: ['voices', 'moderation'],
    queryFn: ({ signal }) => get(moderationQueue, '/voices/moderation', {}, signal),
    enabled: isPermitted,
    refetchInterval: MINUTE,
  })
