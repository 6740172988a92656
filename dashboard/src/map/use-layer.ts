import { hashKey, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { CityResponse, ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { thingsQuery } from '../http/queries.ts'
import { useZonesAt } from '../http/use-zones.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLatest } from '../live/use-latest.ts'
import { useLive, useNow } from '../live/use-live.ts'
import type { FurtherLayer } from '../state/further-layers.ts'
import type { ColourScheme, ViewState } from '../state/view-state.ts'
import { NO_DATA } from './colours/palette.ts'
import { createKept, type Kept } from './layer-model/kept.ts'
import type { LayerChoice, MapLayer, ReadQuery } from './layer-model/layer.ts'
import type { Frame, LayerInput, LayerModel } from './layer-model/model.ts'
import type { FurtherState } from './layer-model/shown.ts'
import { layerOf } from './layers/index.ts'

export type LayerState = {
  readonly layer: string
  readonly model: LayerModel | null
  /** the main layer at the moment that it is compared with */
  readonly other: LayerModel | null
  /** from bottom to top */
  readonly further: readonly FurtherState[]
  readonly zones: ZoneFeatures | undefined
  readonly things: readonly ThingFeature[]
  /** how many of how many Things the answer carried, where it could not carry all */
  readonly cut: { readonly shown: number; readonly total: number } | null
  readonly problem: Error | null
  readonly retry: () => void
  readonly loading: boolean
}

/**
 * The chosen layers with the latest data: what the API answered, and what the live feed brought since. Or, with a frame,
 * the main layer as it was then; live values do not touch it. `other` is a second frame of it.
 */
export function useLayer(city: CityResponse, state: ViewState, scheme: ColourScheme, frames: Frames): LayerState {
  const { frame, other } = frames
  const things = useQuery(thingsQuery)
  useNewThings(things.data?.features, things.refetch)
  const latest = useLatest()
  const { version, changed } = useLive()
  const clock = useNow(15_000)
  const i18n = useI18n()
  const main = useMain(state)
  const parts = useParts(state)
  const answers = useAnswers([main, ...parts])
  const moments = [main, ...parts].map(
    ({ layer, choice }) => layer.moment?.(choice, answers.read, city.timeZone) ?? null,
  )
  const past = frame ? moments.with(0, frame.to) : moments
  const zonesAt = useZonesAt(city, other ? [...past, other.to] : past)
  const districts = useSame(zonesAt.zones)
  const shared = useMemo(() => {
    if (!things.data) return null
    const shown = state.unconfirmed ? things.data.features : things.data.features.filter(isVerified)
    return { things: shown, simulated: city.simulated, noData: NO_DATA[scheme], i18n }
  }, [things.data, state.unconfirmed, city.simulated, scheme, i18n])
  const present = useMemo(() => {
    const changes = { version, datastreams: changed, clock }
    return shared && { ...shared, latestOf: latest, now: Math.max(clock, Date.now()), frame: null, changes }
  }, [shared, latest, version, changed, clock])
  const { read } = answers
  const zones = districts[0]
  const model = useModel(main, useInput(shared, zones, frame, frame ? null : present), read)
  const otherModel = useModel(main, useInput(shared, other ? districts.at(-1) : undefined, other, null), read)
  const keptFor = useKept(read)
  // as they are now, whatever time the main layer shows
  const models = useMemo(
    () =>
      parts.map(({ layer, choice, isHidden }, index) => {
        const zones = districts[index + 1]
        if (!present || !zones || isHidden) return null
        const input = { ...present, zones }
        return layer.model({ ...input, kept: keptFor(input, choice) }, choice, read)
      }),
    [parts, districts, present, read, keptFor],
  )
  const queries = [...zonesAt.queries, things, ...answers.queries]
  return {
    layer: state.layer,
    model,
    other: otherModel,
    further: furtherOf(state).map((one, index) => ({
      ...one,
      model: models[index] ?? null,
      isHidden: parts[index]?.isHidden ?? false,
    })),
    zones,
    things: things.data?.features ?? [],
    cut: things.data?.truncated ? { shown: things.data.features.length, total: things.data.total } : null,
    problem: queries.find(({ error }) => error)?.error ?? null,
    retry: () => queries.filter(({ error }) => error).map(({ refetch }) => refetch()),
    loading: queries.some(({ isLoading }) => isLoading),
  }
}

export type Frames = { readonly frame: Frame | null; readonly other: Frame | null }
export const LIVE: Frames = { frame: null, other: null }

type Shared = Omit<LayerInput, 'zones' | 'latestOf' | 'now' | 'frame'>
type Present = Omit<LayerInput, 'zones'>

/** Of a frame, or of the present; null until both data and districts are there. */
function useInput(
  shared: Shared | null,
  zones: ZoneFeatures | undefined,
  frame: Frame | null,
  present: Present | null,
): LayerInput | null {
  return useMemo(() => {
    if (!zones || !shared) return null
    if (!frame) return present && { ...present, zones }
    const { latestOf, to: now } = frame
    return { ...shared, zones: frame.zonesOf(zones), things: frame.thingsOf(shared.things), latestOf, now, frame }
  }, [zones, shared, frame, present])
}

function useModel({ layer, choice }: Part, input: LayerInput | null, read: ReadQuery): LayerModel | null {
  const keptFor = useKept(read)
  return useMemo(
    () => input && layer.model({ ...input, kept: keptFor(input, choice) }, choice, read),
    [input, layer, choice, read, keptFor],
  )
}

/** What a layer keeps from batch to batch: until it is another choice, or there is another answer. */
function useKept(read: ReadQuery) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what the queries answered may be in what is kept
  return useMemo(() => {
    const keptOf = new WeakMap<
      LayerChoice,
      { readonly kept: Kept; readonly of: Pick<LayerInput, (typeof FIXED)[number]> }
    >()
    return (input: LayerInput, choice: LayerChoice): Kept => {
      const known = keptOf.get(choice)
      if (known && FIXED.every((name) => known.of[name] === input[name])) return known.kept
      const kept = createKept()
      const { things, zones, frame, noData, i18n } = input
      keptOf.set(choice, { kept, of: { things, zones, frame, noData, i18n } })
      return kept
    }
  }, [read])
}
const FIXED = ['things', 'zones', 'frame', 'noData', 'i18n'] as const

const isVerified = ({ properties }: ThingFeature): boolean => properties.verified

type Part = { readonly layer: MapLayer; readonly choice: LayerChoice; readonly isHidden: boolean }

/** The same object until the choice changes: moving the map does not make the layer again. */
function useMain({ layer, measure, period, survey, answer, among, a, b }: ViewState): Part {
  const key = JSON.stringify({ measure, period, survey, answer, among, a, b } satisfies LayerChoice)
  return useMemo(() => ({ layer: layerOf(layer), choice: JSON.parse(key), isHidden: false }), [layer, key])
}

const furtherOf = ({ under, over }: ViewState) => [
  ...under.map((one) => ({ ...one, isUnder: true })),
  ...over.map((one) => ({ ...one, isUnder: false })),
]

/** The further layers; the choices of the main one are not theirs. */
function useParts(state: ViewState): readonly Part[] {
  const named = furtherOf(state).map(({ layer, measure }) => ({ layer, measure }))
  const key = JSON.stringify({ named, period: state.period, isPast: state.playback !== null })
  return useMemo(() => {
    const { named, period, isPast } = JSON.parse(key)
    return named.map(({ layer: id, measure }: FurtherLayer): Part => {
      const layer = layerOf(id)
      const choice = { measure, period, survey: null, answer: null, among: null, a: null, b: null }
      return { layer, choice, isHidden: isPast && Boolean(layer.playback?.(measure)) }
    })
  }, [key])
}

/** The same list until one of its items is another. */
function useSame<T>(list: readonly T[]): readonly T[] {
  const kept = useRef(list)
  const isSame = kept.current.length === list.length && list.every((item, index) => item === kept.current[index])
  if (!isSame) kept.current = list
  return kept.current
}

/** Asks for what the layers need; `read` is a new function whenever an answer arrives. */
function useAnswers(parts: readonly Part[]) {
  const client = useQueryClient()
  const readNow: ReadQuery = ({ queryKey }) => client.getQueryData(queryKey)
  const needed = parts.flatMap(({ layer, choice, isHidden }) =>
    isHidden ? [] : (layer.queries?.(choice, readNow) ?? []),
  )
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
  const { latest, version, changed } = useLive()
  const requested = useRef({ at: 0, highestId: 0 })
  const known = useMemo(() => {
    const ids = new Set<number>()
    for (const { properties } of things ?? []) for (const { id } of properties.datastreams) ids.add(id)
    return ids
  }, [things])
  const unknown = useRef({ of: known, version: -1, highestId: 0 })
  useEffect(() => {
    if (!things) return
    const seen = unknown.current
    const isNext = seen.of === known && version - seen.version <= 1
    // of 100,000 only those that have just been heard of
    let highestId = isNext ? seen.highestId : 0
    for (const id of isNext ? changed : latest.keys()) if (id > highestId && !known.has(id)) highestId = id
    unknown.current = { of: known, version, highestId }
    if (Date.now() - requested.current.at < MIN_REFETCH_INTERVAL_MS) return
    // a Datastream that is missing from the answer is not requested a second time
    if (highestId <= requested.current.highestId) return
    requested.current = { at: Date.now(), highestId }
    refetch()
  }, [things, latest, changed, version, known, refetch])
}
