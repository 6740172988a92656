import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { ThingFeature } from '#model/api/city.ts'
import { thingsQuery } from '../../http/queries.ts'
import { layerOf } from './index.ts'

type Named = { readonly layer: string; readonly measure: string }

/** What a layer can be coloured by in this city, and what is named. */
export function useOfferedMeasures(): (named: Named) => readonly string[] {
  const things = useQuery(thingsQuery).data?.features
  return useMemo(() => {
    const offeredBy = new Map<string, readonly string[]>()
    return ({ layer, measure }) => {
      const offered = offeredBy.get(layer) ?? offeredIn(layer, things)
      offeredBy.set(layer, offered)
      return layerOf(layer).measures.filter((name) => name === measure || offered.includes(name))
    }
  }, [things])
}

function offeredIn(layer: string, things: readonly ThingFeature[] | undefined): readonly string[] {
  const { measures, offeredMeasures } = layerOf(layer)
  return things && offeredMeasures ? offeredMeasures(things) : measures
}
