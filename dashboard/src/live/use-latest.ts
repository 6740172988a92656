import { useCallback } from 'react'
import type { ThingFeature } from '#model/api/city.ts'
import type { Latest } from './latest.ts'
import { useLive } from './use-live.ts'

type Datastream = Pick<ThingFeature['properties']['datastreams'][number], 'id' | 'latest'>

/** The latest observation of a Datastream, from the live feed or the last answer; a new function whenever one arrives. */
export function useLatest(): (datastream: Datastream) => Latest | null {
  const { latest, version } = useLive()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is changed in place, its version says so
  return useCallback(
    ({ id, latest: fetched }: Datastream) => {
      const live = latest.get(id)
      if (!fetched) return live ?? null
      const known = fetchedLatest(fetched)
      return live && live.time >= known.time ? live : known
    },
    [latest, version],
  )
}

const parsed = new WeakMap<object, Latest>()
/** Parsed once per answer: the same value is read with every batch of the feed. */
function fetchedLatest(fetched: NonNullable<Datastream['latest']>): Latest {
  const known = parsed.get(fetched) ?? { ...fetched, time: Date.parse(fetched.time) }
  parsed.set(fetched, known)
  return known
}
