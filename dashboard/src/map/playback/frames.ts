import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import type { AirHistoryResponse, HistoryResponse, ThingState } from '#model/api/history.ts'
import type { Frame } from '../layer-model/model.ts'

/** The past of one layer, ready to be shown frame by frame. */
export type PlaybackFrames = {
  /** starts of the frames and the end of the last, ms */
  readonly edges: readonly number[]
  readonly frameAt: (index: number) => Frame
  /** share of the series that have a value, a frame at a time, 0 to 1 */
  readonly filled: readonly number[]
}

const edgesOf = ({ times, end }: Pick<HistoryResponse, 'times' | 'end'>): number[] =>
  [...times, end].map((time) => Date.parse(time))

const between = (edges: readonly number[], index: number) => ({
  from: edges[index] ?? 0,
  to: edges[index + 1] ?? edges.at(-1) ?? 0,
})

/** What a frame shows of a series: what a meter counted, the highest of maxima, else the mean. */
const valuesOf = ({ mean, max, total }: HistoryResponse['streams'][number]) => total ?? max ?? mean

/**
 * Latest values become those of the frame; where most observations failed, they are suspect.
 * @param unconfirmed Datastreams whose observations are shown, but not counted
 */
export function framesOf(history: HistoryResponse, unconfirmed: ReadonlySet<number>): PlaybackFrames {
  const edges = edgesOf(history)
  const thingsAt = registryOf(history.thingStates)
  const streams = new Map(history.streams.map((stream) => [stream.datastream, stream]))
  const counted = history.streams.filter(({ datastream }) => !unconfirmed.has(datastream))
  const samples = new Map(history.streams.map((stream) => [stream.datastream, fifths(valuesOf(stream))]))
  return {
    edges,
    filled: edges.slice(1).map((_, index) => share(history.streams.map((stream) => valuesOf(stream)[index] ?? null))),
    frameAt: (index) => {
      const { from, to } = between(edges, index)
      return {
        from,
        to,
        n: counted.reduce((sum, { good }) => sum + (good[index] ?? 0), 0),
        latestOf: ({ id }) => {
          const stream = streams.get(id)
          const result = (stream && valuesOf(stream)[index]) ?? null
          if (!stream || result === null) return null
          const trusted = (stream.good[index] ?? 0) * 2 >= (stream.n[index] ?? 0)
          return { time: to, result, quality: trusted ? 1 : 3, reasons: [], ...limitsOf(stream, index) }
        },
        samplesOf: ({ id }) => samples.get(id) ?? [],
        thingsOf: (things) => thingsAt(things, to),
        zonesOf: (zones) => zones,
      }
    },
  }
}

/** As in a series: what all values of the frame are below or above, else how many of them are limits. */
function limitsOf({ censored, good }: HistoryResponse['streams'][number], index: number) {
  const own = censored?.find(({ frame }) => frame === index)
  if (!own) return {}
  const { below, above, limit } = own
  if (limit !== null) return { limit: { bound: below > 0 ? ('below' as const) : ('above' as const), limit } }
  return { censored: { n: below + above, of: good[index] ?? 0 } }
}

/** Things or zones get the index that they had at the end of the frame. */
export function indexFramesOf(history: AirHistoryResponse): PlaybackFrames {
  const edges = edgesOf(history)
  const places = new Map(history.places.map((place) => [place.key, place]))
  const { scheme, by } = history
  const thingsAt = registryOf(history.thingStates)
  return {
    edges,
    filled: edges.slice(1).map((_, index) => share(history.places.map(({ value }) => value[index] ?? null))),
    frameAt: (index) => {
      const { from, to } = between(edges, index)
      const indexOf = (key: string) => {
        const place = places.get(key)
        const value = place?.value[index] ?? null
        if (!place || value === null) return null
        return {
          scheme: scheme === 'us' ? ('us_epa' as const) : scheme,
          value,
          atLeast: place.atLeast[index] ?? false,
          missing: [],
          doubted: [],
          category: place.category[index] ?? '',
          pollutant: place.pollutant[index] ?? '',
          averaging: '',
          parts: [],
          n: 0,
          time: new Date(to).toISOString(),
        }
      }
      return {
        from,
        to,
        n: null,
        latestOf: () => null,
        samplesOf: () => [],
        thingsOf: (things) => {
          const then = thingsAt(things, to)
          return by === 'thing' ? then.map((thing) => withIndex(thing, scheme, indexOf)) : then
        },
        zonesOf: (zones) => (by === 'zone' ? zonesWithIndex(zones, scheme, indexOf) : zones),
      }
    },
  }
}

/**
 * Things as the registry described them just before an instant: name, place, kind, grade, district and attributes. Their key stays
 * that of today, by which they are selected.
 */
function registryOf(states: readonly ThingState[]) {
  const byThing = Map.groupBy(states, ({ thing }) => thing)
  return (things: readonly ThingFeature[], end: number): readonly ThingFeature[] =>
    byThing.size === 0 ? things : things.map((thing) => asThen(thing, byThing.get(thing.properties.id), end))
}

function asThen(thing: ThingFeature, states: readonly ThingState[] | undefined, end: number): ThingFeature {
  const state = states?.findLast(({ from }) => Date.parse(from) < end) ?? states?.[0]
  if (!state) return thing
  const { thing: _, from: _from, to: _to, geometry, ...entry } = state
  return { ...thing, geometry, properties: { ...thing.properties, ...entry } }
}

type IndexOf = (key: string) => NonNullable<ThingFeature['properties']['airIndex']>['us']
type Scheme = AirHistoryResponse['scheme']

function withIndex(thing: ThingFeature, scheme: Scheme, indexOf: IndexOf): ThingFeature {
  const { properties } = thing
  if (!properties.airIndex) return thing
  return { ...thing, properties: { ...properties, airIndex: { ...NO_INDEX, [scheme]: indexOf(properties.key) } } }
}

function zonesWithIndex(zones: ZoneFeatures, scheme: Scheme, indexOf: IndexOf): ZoneFeatures {
  const features = zones.features.map((zone) => {
    const airIndex = { ...zone.properties.airIndex, ...NO_INDEX, [scheme]: indexOf(zone.properties.key) }
    return { ...zone, properties: { ...zone.properties, airIndex } }
  })
  return { ...zones, features }
}
const NO_INDEX = { us: null, european: null }

const share = (values: readonly (number | null)[]): number =>
  values.length === 0 ? 0 : values.filter((value) => value !== null).length / values.length

/** Five numbers stand for a series when classes are made: lowest, quarters, highest. */
function fifths(values: readonly (number | null)[]): number[] {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b)
  return [0, 0.25, 0.5, 0.75, 1].flatMap((at) => sorted[Math.round(at * (sorted.length - 1))] ?? [])
}

/** The frame that a moment lies in. */
export function frameIndex(edges: readonly number[], time: number): number {
  const next = edges.findIndex((edge) => edge > time)
  const last = Math.max(0, edges.length - 2)
  return next < 0 ? last : Math.min(last, Math.max(0, next - 1))
}

/** The frame to compare one with: of those that have values, the farthest away. */
export function otherIndex(filled: readonly number[], index: number): number {
  const withValues = [...filled.keys()].filter((at) => at !== index && (filled[at] ?? 0) > 0)
  const among = withValues.length > 0 ? withValues : [...filled.keys()].filter((at) => at !== index)
  return among.toSorted((a, b) => Math.abs(b - index) - Math.abs(a - index))[0] ?? index
}
