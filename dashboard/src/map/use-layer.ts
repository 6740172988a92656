import { hashKey, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { CityResponse, ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { thingsQuery } from '../http/queries.ts'
import { useZones } from '../http/use-zones.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLatest } from '../live/use-latest.ts'
import { useLive, useNow } from '../live/use-live.ts'
import type { ColourScheme, ViewState } from '../state/view-state.ts'
import { NO_DATA } from './colours/palette.ts'
import type { LayerChoice, MapLayer, ReadQuery } from './layer-model/layer.ts'
import type { Frame, LayerInput, LayerModel } from './layer-model/model.ts'
import { layerOf } from './layers/index.ts'

export type LayerState = {
  readonly model: LayerModel | null
  readonly zones: ZoneFeatures | undefined
  readonly things: readonly ThingFeature[]
  /** how many of how many Things the answer carried, where it could not carry all */
  readonly cut: { readonly shown: number; readonly total: number } | null
  readonly problem: Error | null
  readonly retry: () => void
  readonly loading: boolean
}

/**
 * The chosen layer with the latest data: what the API answered, and what the live feed brought since. Or, with a frame,
 * the layer as it was then; live values do not touch it.
 */
export function useLayer(city: CityResponse, state: ViewState, scheme: ColourScheme, frame: Frame | null): LayerState {
  const things = useQuery(thingsQuery)
  useNewThings(things.data?.features, things.refetch)
  const latest = useLatest()
  const latestOf = frame?.latestOf ?? latest
  const clock = useNow(15_000)
  const now = frame?.to ?? clock
  const i18n = useI18n()
  const layer = layerOf(state.layer)
  const choice = useChoice(state)
  const { unconfirmed } = state
  const answers = useAnswers(layer, choice)
  const moment = frame?.to ?? layer.moment?.(choice, answers.read, city.timeZone) ?? null
  const { zones, queries: zoneQueries } = useZones(city, moment)
  const input = useMemo((): LayerInput | null => {
    if (!zones || !things.data) return null
    const shown = unconfirmed ? things.data.features : things.data.features.filter(isVerified)
    return {
      zones: frame?.zonesOf(zones) ?? zones,
      things: frame?.thingsOf(shown) ?? shown,
      simulated: city.simulated,
      latestOf,
      now: frame ? now : Math.max(now, Date.now()),
      frame,
      noData: NO_DATA[scheme],
      i18n,
    }
  }, [zones, things.data, unconfirmed, city.simulated, latestOf, now, frame, scheme, i18n])
  const { read } = answers
  const model = useMemo(() => input && layer.model(input, choice, read), [input, layer, choice, read])
  const queries = [...zoneQueries, things, ...answers.queries]
  return {
    model,
    zones,
    things: things.data?.features ?? [],
    cut: things.data?.truncated ? { shown: things.data.features.length, total: things.data.total } : null,
    problem: queries.find(({ error }) => error)?.error ?? null,
    retry: () => queries.filter(({ error }) => error).map(({ refetch }) => refetch()),
    loading: queries.some(({ isLoading }) => isLoading),
  }
}

const isVerified = ({ properties }: ThingFeature): boolean => properties.verified

/** The same object until the choice changes: moving the map does not make the layer again. */
function useChoice({ measure, period, survey, answer, among, a, b }: ViewState): LayerChoice {
  const key = JSON.stringify({ measure, period, survey, answer, among, a, b } satisfies LayerChoice)
  return useMemo(() => JSON.parse(key), [key])
}

/** Asks for what the layer needs; `read` is a new function whenever an answer arrives. */
function useAnswers(layer: MapLayer, choice: LayerChoice) {
  const client = useQueryClient()
  const readNow: ReadQuery = ({ queryKey }) => client.getQueryData(queryKey)
  const needed = layer.queries?.(choice, readNow) ?? []
  const distinct = new Map(needed.map((query) => [hashKey(query.queryKey ?? []), query]))
  const queries = useQueries({ queries: [...distinct.values()] })
  const version = queries.map(({ dataUpdatedAt }) => dataUpdatedAt).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cache is changed in place, the version says so
  const read = useMemo(
    (): ReadQuery =>
      ({ queryKey }) =>
        client.getQueryData(queryKey),
    [client, version],
  )
  return { queries, read }
}

const MIN_REFETCH_INTERVAL_MS = 5000

/** A Thing that registers itself through its first message is fetched at once, not with the next refresh. */
function useNewThings(things: readonly ThingFeature[] | undefined, refetch: () => unknown): void {
  const { latest, version } = useLive()
  const requested = useRef({ at: 0, highestId: 0 })
  const known = useMemo(
    () => new Set(things?.flatMap(({ properties }) => properties.datastreams.map(({ id }) => id))),
    [things],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is changed in place, its version says so
  useEffect(() => {
    if (!things || Date.now() - requested.current.at < MIN_REFETCH_INTERVAL_MS) return
    // a Datastream that is missing from the answer is not requested a second time
    const highestId = Math.max(0, ...[...latest.keys()].filter((id) => !known.has(id)))
    if (highestId <= requested.current.highestId) return
    requested.current = { at: Date.now(), highestId }
    refetch()
  }, [version, known])
}
