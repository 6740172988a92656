import { MINUTE_MS } from '#model/basics/durations.ts'

/** The series of the chart, as the address names them: `thing/property` or `thing/property/channel`, nothing for a place left empty, and a part of their time. Pure. */

/** One property (and channel) of one Thing. */
export type SeriesRef = { readonly thing: string; readonly property: string; readonly channel: string }

/** In one chart, with that of the selected Thing: more lines cannot be distinguished. */
export const MAX_SERIES = 6

/** The place of a series is its letter and its colour: one that is removed leaves its place empty, so that the others keep theirs. */
export type SeriesPlaces = readonly (SeriesRef | null)[]

export const refsOf = (places: SeriesPlaces): readonly SeriesRef[] => places.filter((one) => one !== null)

export const withoutSeries = (places: SeriesPlaces, ref: SeriesRef): SeriesPlaces =>
  withoutEmptyEnd(places.map((one) => (one !== null && formatRef(one) === formatRef(ref) ? null : one)))

/** In the first place that is empty. */
export function withSeries(places: SeriesPlaces, ref: SeriesRef): SeriesPlaces {
  const free = places.indexOf(null)
  return free === -1 ? [...places, ref] : places.with(free, ref)
}

const withoutEmptyEnd = (places: SeriesPlaces): SeriesPlaces =>
  places.slice(0, places.findLastIndex((one) => one !== null) + 1)

export const formatRef = ({ thing, property, channel }: SeriesRef): string =>
  [thing, property, ...(channel === '' ? [] : [channel])].map(encodeURIComponent).join('/')

function parseRef(text: string): SeriesRef | null {
  const [thing, property, channel = '', ...more] = text.split('/').map(decoded)
  return thing && property && more.length === 0 ? { thing, property, channel } : null
}

const formatSeries = (places: SeriesPlaces): string => places.map((ref) => (ref ? formatRef(ref) : '')).join(',')

/**
 * The first is the series of the selected Thing; without it the others have nothing to be compared with. What is malformed,
 * named twice or too much falls away.
 */
function seriesOfSelected(places: SeriesPlaces, thing: string | null): SeriesPlaces {
  if (thing === null || places[0]?.thing !== thing) return []
  const names = places.map((ref) => ref && formatRef(ref))
  const once = places.filter((ref, index) => ref === null || names.indexOf(names[index] ?? '') === index)
  return withoutEmptyEnd(once.slice(0, MAX_SERIES))
}

const parseSeries = (text: string | null, thing: string | null): SeriesPlaces =>
  seriesOfSelected(
    (text ?? '').split(',').flatMap((part) => (part === '' ? [null] : (parseRef(part) ?? []))),
    thing,
  )

/** What the address keeps of the chart of a selected Thing; of anything else there is no chart. */
export type ChartAddress = {
  /** the series shown, its own first; none: the one that fits the layer */
  readonly series: SeriesPlaces
  /** the part of the time that was selected; null: all of it */
  readonly within: Within | null
}

export const parseChart = (query: URLSearchParams, thing: string | null): ChartAddress => ({
  series: parseSeries(query.get('series'), thing),
  within: thing === null ? null : parseWithin(query.get('within')),
})

export const chartEntries = ({ series, within }: ChartAddress, thing: string | null): [string, string][] =>
  [
    ['series', formatSeries(seriesOfSelected(series, thing))] as [string, string],
    ['within', within && thing !== null ? formatWithin(within) : ''] as [string, string],
  ].filter(([, value]) => value !== '')

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}

/** A part of the time that a chart shows, ms: whole minutes, which is what the address writes. */
export type Within = { readonly from: number; readonly to: number }

const WITHIN = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z)\/(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z)$/

/** The minutes that a selection touches; times in ms. */
export const withinOf = (from: number, to: number): Within => {
  const start = Math.floor(from / MINUTE_MS) * MINUTE_MS
  return { from: start, to: Math.max(start + MINUTE_MS, Math.ceil(to / MINUTE_MS) * MINUTE_MS) }
}

/** An interval of ISO 8601, in UTC: 2026-05-30T10:00Z/2026-05-30T14:00Z */
const formatWithin = ({ from, to }: Within): string => `${minuteOf(from)}/${minuteOf(to)}`
const minuteOf = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}Z`

function parseWithin(text: string | null): Within | null {
  const [, start = '', end = ''] = WITHIN.exec(text ?? '') ?? []
  const [from, to] = [Date.parse(start), Date.parse(end)]
  return from < to ? { from, to } : null
}
