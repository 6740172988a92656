import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import type { CityResponse, ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import {
  coverageQuery,
  indicatorsQuery,
  surveysQuery,
  thingsQuery,
  zonesQuery,
  zoneValuesQuery,
} from '../../http/queries.ts'
import { voicesQuery } from '../../http/voices.ts'
import { useI18n } from '../../i18n/formatters.ts'
import type { Latest } from '../../live/latest.ts'
import { useLive, useNow } from '../../live/use-live.ts'
import type { ViewState } from '../../state/view-state.ts'
import type { Ground } from '../colours/base-map.ts'
import { NO_DATA } from '../colours/palette.ts'
import type { Datastream, Frame, LayerInput, LayerModel } from '../layer-model/model.ts'
import { airLayer } from './air.ts'
import { bivariateLayer, type Pair } from './bivariate.ts'
import { COVERAGE, coverageLayer, wifiLayer } from './connectivity.ts'
import { districtsLayer } from './districts.ts'
import { consumptionLayer, powerLayer } from './energy.ts'
import { environmentLayer } from './environment.ts'
import { mobilityLayer } from './mobility.ts'
import { measuresOf } from './refs.ts'
import { useMeasure } from './use-measure.ts'
import { voicesLayer } from './voices.ts'
import { type ZoneLayer, zoneLayer } from './zone-layer.ts'

export type LayerState = {
  readonly model: LayerModel | null
  /** of the compare layer: what is set against each other, and each of them as a layer of its own */
  readonly pair: ComparedPair | null
  readonly zones: ZoneFeatures | undefined
  readonly things: readonly ThingFeature[]
  /** how many of how many Things the answer carried, where it could not carry all */
  readonly cut: { readonly shown: number; readonly total: number } | null
  readonly problem: Error | null
  readonly retry: () => void
  readonly loading: boolean
}

export type ComparedPair = Pair & { readonly models: readonly [LayerModel, LayerModel] }

/**
 * The chosen layer with the newest data: what the API answered, and what the live feed brought since. Or, with a frame,
 * the layer as it was then; live values do not touch it.
 */
export function useLayer(city: CityResponse, state: ViewState, ground: Ground, frame: Frame | null): LayerState {
  const zones = useQuery(zonesQuery)
  const things = useQuery(thingsQuery)
  useNewcomers(things.data?.features, things.refetch)
  const newest = useLatest()
  const latestOf = frame?.latestOf ?? newest
  const clock = useNow(15_000)
  const now = frame?.to ?? clock
  const i18n = useI18n()
  const extra = useLayerData(state)
  const input = useMemo((): LayerInput | null => {
    if (!zones.data || !things.data) return null
    return {
      zones: frame?.zonesOf(zones.data) ?? zones.data,
      things: frame?.thingsOf(things.data.features) ?? things.data.features,
      simulated: city.simulated,
      latestOf,
      now: frame ? now : Math.max(now, Date.now()),
      frame,
      noData: NO_DATA[ground],
      i18n,
    }
  }, [zones.data, things.data, city.simulated, latestOf, now, frame, ground, i18n])
  const surveyed = state.layer === 'survey' || state.layer === 'compare'
  const surveys = useQuery({ ...surveysQuery, enabled: surveyed })
  const [nameA = null, nameB = null] = measuresOf(surveys.data?.surveys, state)
  const a = useMeasure(nameA, state.period, input)
  const b = useMeasure(nameB, state.period, input)
  const pair = useMemo(() => pairOf(input, a.measure, b.measure), [input, a.measure, b.measure])
  const model = useMemo(() => {
    if (!input) return null
    if (state.layer === 'survey') return a.measure && zoneLayer(input, a.measure)
    if (state.layer === 'compare') return pair && bivariateLayer(input, pair)
    return build(input, state.layer, state.measure, extra.data)
  }, [input, state.layer, state.measure, extra.data, a.measure, pair])
  const queries = [zones, things, surveys, ...a.queries, ...b.queries, ...extra.queries]
  return {
    model,
    pair,
    zones: zones.data,
    things: things.data?.features ?? [],
    cut: things.data?.truncated ? { shown: things.data.features.length, total: things.data.total } : null,
    problem: queries.find(({ error }) => error)?.error ?? null,
    retry: () => queries.filter(({ error }) => error).map(({ refetch }) => refetch()),
    loading: queries.some(({ isLoading }) => isLoading),
  }
}

const pairOf = (input: LayerInput | null, a: ZoneLayer | null, b: ZoneLayer | null): ComparedPair | null =>
  input && a && b ? { a, b, models: [zoneLayer(input, a), zoneLayer(input, b)] } : null

const ASK_AGAIN_MS = 5000

/** A Thing that announces itself through its first message is asked for at once, not with the next refresh. */
function useNewcomers(things: readonly ThingFeature[] | undefined, refetch: () => unknown): void {
  const { latest, version } = useLive()
  const asked = useRef({ at: 0, newest: 0 })
  const known = useMemo(
    () => new Set(things?.flatMap(({ properties }) => properties.datastreams.map(({ id }) => id))),
    [things],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the map is changed in place, its version says so
  useEffect(() => {
    if (!things || Date.now() - asked.current.at < ASK_AGAIN_MS) return
    // one that the answer does not hold in spite of asking is not asked for again
    const newest = Math.max(0, ...[...latest.keys()].filter((id) => !known.has(id)))
    if (newest <= asked.current.newest) return
    asked.current = { at: Date.now(), newest }
    refetch()
  }, [version, known])
}

/** The newest of a Datastream, from the live feed or from the last answer; a new function whenever something came. */
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
/** Parsed once an answer: the same value is asked for with every batch of the feed. */
function fetchedLatest(fetched: NonNullable<Datastream['latest']>): Latest {
  const known = parsed.get(fetched) ?? { ...fetched, time: Date.parse(fetched.time) }
  parsed.set(fetched, known)
  return known
}

type LayerData = {
  readonly zoneValues?: Parameters<typeof consumptionLayer>[1] | undefined
  readonly period: string
  readonly coverage?: Parameters<typeof coverageLayer>[1] | undefined
  readonly voices?: Parameters<typeof voicesLayer>[1] | undefined
}

type OwnLayer = Exclude<ViewState['layer'], 'survey' | 'compare'>

function build(input: LayerInput, layer: OwnLayer, measure: string, data: LayerData): LayerModel | null {
  switch (layer) {
    case 'air':
      return airLayer(input, measure)
    case 'environment':
      return environmentLayer(input, measure)
    case 'energy':
      if (measure === 'power') return powerLayer(input)
      return data.zoneValues ? consumptionLayer(input, data.zoneValues, input.i18n.name('period', data.period)) : null
    case 'mobility':
      return mobilityLayer(input, measure)
    case 'connectivity':
      if (measure === 'wifi') return wifiLayer(input)
      return data.coverage ? coverageLayer(input, data.coverage, measure) : null
    case 'voices':
      return data.voices ? voicesLayer(input, data.voices, measure) : null
    case 'districts':
      return districtsLayer(input, measure)
  }
}

/** Asks for what only some layers need, and only while they are shown. */
function useLayerData({ layer, measure, period }: ViewState) {
  const perCapita = layer === 'energy' && measure === 'per_capita'
  const indicators = useQuery({ ...indicatorsQuery, enabled: perCapita })
  const code = perCapita ? electricityCode(indicators.data?.indicators) : undefined
  const zoneValues = useQuery(zoneValuesQuery(code, period))
  const radio = layer === 'connectivity' ? COVERAGE[measure] : undefined
  const coverage = useQuery({ ...coverageQuery(radio?.property ?? '', radio?.channel), enabled: radio !== undefined })
  const voices = useQuery({ ...voicesQuery, enabled: layer === 'voices' })
  const data = useMemo(
    (): LayerData => ({
      period,
      zoneValues: zoneValues.data,
      coverage: coverage.data,
      voices: voices.data,
    }),
    [period, zoneValues.data, coverage.data, voices.data],
  )
  return { data, queries: [indicators, zoneValues, coverage, voices] }
}

/** The indicator "Electricity Consumption": found by what it is, since documents number it differently. */
export const electricityCode = (
  indicators: readonly { code: string; name: string; unit: string }[] | undefined,
): string | undefined =>
  indicators?.find(
    ({ name, unit }) => /electricity.*consumption|consumption.*electricity/i.test(name) && /kwh/i.test(unit),
  )?.code ?? indicators?.find(({ name }) => /electricity consumption/i.test(name))?.code
