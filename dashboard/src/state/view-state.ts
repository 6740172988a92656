/**
 * The view state, kept in the address so that a link shows everyone the same.
 * Pure: text in, state out. Unknown or malformed parts fall back to their default.
 */
import { LANGUAGE_TAG } from '#model/text/languages.ts'
import { type FurtherLayer, type FurtherLayers, formatFurther, limited, parseFurther } from './further-layers.ts'
import { DAY } from './local-day.ts'
import { type Among, formatMeasure, type MeasureRef, parseMeasure } from './measure-ref.ts'
import { type Playback, parsePlayback, playbackEntries } from './playback-address.ts'
import { type ChartAddress, chartEntries, parseChart } from './series-address.ts'

/** Views that the navigation lists. */
export const NAVIGATION = ['map', 'now', 'brief', 'indicators', 'report', 'people', 'operations', 'registry'] as const
const VIEWS = [...NAVIGATION, 'compare', 'access', 'wall', 'design'] as const
export type ViewName = (typeof VIEWS)[number]
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
/** What a theme comes to on this screen. */
export type ColourScheme = Exclude<Theme, 'system'>
export const RANGES = ['24h', '7d', '30d', '365d'] as const
export type Range = (typeof RANGES)[number]

/** What the address knows of a layer of the map. */
export type AddressLayer = {
  readonly id: string
  /** the first is the default */
  readonly measures: readonly [string, ...string[]]
  /** other measures that it accepts */
  readonly acceptsMeasure?: (name: string) => boolean
  /** its colours would mean nothing mixed with those of others: other layers may lie on it, it lies on none */
  readonly mainOnly?: true
}

const SELECTIONS = ['thing', 'zone', 'street', 'area', 'cell', 'indicator', 'incident', 'rule'] as const
export type Selection = { readonly type: (typeof SELECTIONS)[number]; readonly key: string }
export type Camera = { readonly longitude: number; readonly latitude: number; readonly zoom: number }

export type ViewState = FurtherLayers &
  ChartAddress & {
    readonly view: ViewName
    /** the main layer: that of the table, of details and of playback */
    readonly layer: string
    readonly measure: string
    readonly select: Selection | null
    readonly theme: Theme
    /** language of the page; null: chosen earlier, of the browser, or of the city */
    readonly lang: string | null
    readonly period: string
    readonly range: Range
    /** last day of the charts, as 2026-05-31; null: now */
    readonly day: string | null
    /** null: entire city */
    readonly camera: Camera | null
    readonly table: boolean
    /** whether the map shows devices that registered themselves and nobody has confirmed */
    readonly unconfirmed: boolean
    /** null: live */
    readonly playback: Playback | null
    /** of the survey layer: which survey (null: the latest), which answer (null: those that count), among whom */
    readonly survey: string | null
    readonly answer: string | null
    readonly among: Among | null
    /** what the compare layer compares; null: its first preset */
    readonly a: MeasureRef | null
    readonly b: MeasureRef | null
    /** of the wellbeing index: zone (null: entire city), weights as the API reads them, the two survey rounds */
    readonly zone: string | null
    readonly weights: string
    readonly baseline: string | null
    readonly followup: string | null
    /** what the view Compare compares: state/pair.ts is its grammar; null: its first preset */
    readonly pair: string | null
  }

const DEFAULTS: Omit<ViewState, 'layer' | 'measure'> = {
  view: 'map',
  under: [],
  over: [],
  select: null,
  series: [],
  within: null,
  theme: 'system',
  lang: null,
  period: 'last-30d',
  range: '24h',
  day: null,
  camera: null,
  table: false,
  unconfirmed: true,
  playback: null,
  survey: null,
  answer: null,
  among: null,
  a: null,
  b: null,
  zone: null,
  weights: '',
  baseline: null,
  followup: null,
  pair: null,
}

const PERIOD = /^(last-(24h|7d|30d|365d)|\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?)$/

/** cost:2,environment:0.5 */
const WEIGHTS = /^[a-z_]{2,40}:\d(\.\d{1,2})?(,[a-z_]{2,40}:\d(\.\d{1,2})?){0,25}$/

export type AddressLayers = readonly [AddressLayer, ...AddressLayer[]]

/**
 * What the frame of the page knows before the layers of the map are loaded: any layer and measure is kept as it is written,
 * and the views check them.
 */
const UNKNOWN_LAYERS: AddressLayers = [{ id: '', measures: [''] }]

/** The grammar of the address for these layers of the map; the first is the default. */
export function createAddress(layers: AddressLayers = UNKNOWN_LAYERS) {
  return {
    defaults: { ...DEFAULTS, layer: layers[0].id, measure: layers[0].measures[0] } satisfies ViewState as ViewState,
    parseViewState: (search: string): ViewState => parseViewState(search, layers),
    toSearch: (state: ViewState): string => toSearch(state, layers),
    measureOf: (layer: string, measure: string | null): string => measureOf(layerOf(layers, layer), measure),
  }
}

const layerOf = (layers: AddressLayers, id: string | null): AddressLayer =>
  layers.find((layer) => layer.id === id) ?? layers[0]

function parseViewState(search: string, layers: AddressLayers): ViewState {
  const query = new URLSearchParams(search)
  const layer = layerOf(layers, query.get('layer'))
  const unchecked = layers === UNKNOWN_LAYERS
  const period = query.get('period')
  const select = parseSelection(query.get('select'))
  const main = {
    layer: unchecked ? (query.get('layer') ?? '') : layer.id,
    measure: unchecked ? (query.get('by') ?? '') : measureOf(layer, query.get('by')),
  }
  return {
    view: oneOf(VIEWS, query.get('view')) ?? DEFAULTS.view,
    ...main,
    ...parseFurther(query, acceptedNextTo(main, layers)),
    select,
    ...parseChart(query, selectedThing(select)),
    theme: oneOf(THEMES, query.get('theme')) ?? DEFAULTS.theme,
    lang: matching(LANGUAGE_TAG, query.get('lang')),
    period: period && PERIOD.test(period) ? period : DEFAULTS.period,
    range: oneOf(RANGES, query.get('range')) ?? DEFAULTS.range,
    day: matching(DAY, query.get('day')),
    camera: parseCamera(query.get('at')),
    table: query.get('table') === 'open',
    unconfirmed: query.get('unconfirmed') !== 'hide',
    playback: parsePlayback(query),
    survey: matching(/^[\w-]{1,60}$/, query.get('survey')),
    answer: matching(/^.{1,60}$/, query.get('answer')),
    among: parseAmong(query.get('among')),
    a: parseMeasure(query.get('a')),
    b: parseMeasure(query.get('b')),
    zone: matching(/^.{1,100}$/, query.get('zone')),
    weights: matching(WEIGHTS, query.get('weights')) ?? DEFAULTS.weights,
    baseline: matching(/^[\w-]{1,60}$/, query.get('baseline')),
    followup: matching(/^[\w-]{1,60}$/, query.get('followup')),
    pair: matching(/^(periods|zones|groups):.{1,300}$/, query.get('pair')),
  }
}

/** The address of a state: '' or '?…'; defaults are left out. */
function toSearch(state: ViewState, layers: AddressLayers): string {
  const query = new URLSearchParams()
  const put = (name: string, value: string, byDefault: string): void => {
    if (value !== byDefault) query.set(name, value)
  }
  put('view', state.view, DEFAULTS.view)
  put('layer', state.layer, layers[0].id)
  put('by', state.measure, layerOf(layers, state.layer).measures[0])
  const { under, over } = limited(state, acceptedNextTo(state, layers))
  put('under', formatFurther(under), '')
  put('over', formatFurther(over), '')
  put('select', state.select ? `${state.select.type}:${state.select.key}` : '', '')
  put('theme', state.theme, DEFAULTS.theme)
  put('lang', state.lang ?? '', '')
  put('period', state.period, DEFAULTS.period)
  put('range', state.range, DEFAULTS.range)
  put('day', state.day ?? '', '')
  put('at', state.camera ? formatCamera(state.camera) : '', '')
  put('table', state.table ? 'open' : '', '')
  put('unconfirmed', state.unconfirmed ? '' : 'hide', '')
  const chart = chartEntries(state, selectedThing(state.select))
  for (const [name, value] of [...chart, ...playbackEntries(state.playback)]) query.set(name, value)
  put('survey', state.survey ?? '', '')
  put('answer', state.answer ?? '', '')
  put('among', state.among ? `${state.among.name}:${state.among.category}` : '', '')
  put('a', state.a ? formatMeasure(state.a) : '', '')
  put('zone', state.zone ?? '', '')
  put('weights', state.weights, DEFAULTS.weights)
  put('baseline', state.baseline ?? '', '')
  put('followup', state.followup ?? '', '')
  put('pair', state.pair ?? '', '')
  put('b', state.b ? formatMeasure(state.b) : '', '')
  const text = query
    .toString()
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/')
    .replaceAll('%40', '@')
  return text ? `?${text}` : ''
}

/** Whether a layer may be shown together with the main one: known, with a measure of its own, and not the same again. */
function acceptedNextTo(main: Pick<ViewState, 'layer' | 'measure'>, layers: AddressLayers) {
  return ({ layer, measure }: FurtherLayer): boolean => {
    if (layer === main.layer && measure === main.measure) return false
    if (layers === UNKNOWN_LAYERS) return true
    const known = layers.find(({ id }) => id === layer)
    return known !== undefined && !known.mainOnly && measureOf(known, measure) === measure
  }
}

/** The measure if the layer has or accepts it, else the layer's first. */
function measureOf({ measures, acceptsMeasure }: AddressLayer, measure: string | null): string {
  if (measure && acceptsMeasure?.(measure)) return measure
  return oneOf(measures, measure) ?? measures[0]
}

export const selectionId = (selection: Selection | null): string | null =>
  selection ? `${selection.type}:${selection.key}` : null

const selectedThing = (select: Selection | null): string | null => (select?.type === 'thing' ? select.key : null)

export function parseSelection(text: string | null): Selection | null {
  if (!text) return null
  const colon = text.indexOf(':')
  const type = oneOf(SELECTIONS, text.slice(0, colon))
  const key = text.slice(colon + 1)
  return colon > 0 && type && key ? { type, key } : null
}

function parseCamera(text: string | null): Camera | null {
  const [longitude, latitude, zoom, ...more] = (text ?? '').split(',').map(Number)
  if (longitude === undefined || latitude === undefined || zoom === undefined || more.length > 0) return null
  const sane = Math.abs(longitude) <= 180 && Math.abs(latitude) <= 85 && zoom >= 0 && zoom <= 22
  return sane ? { longitude, latitude, zoom } : null
}

const formatCamera = ({ longitude, latitude, zoom }: Camera): string =>
  `${longitude.toFixed(5)},${latitude.toFixed(5)},${zoom.toFixed(2)}`

function parseAmong(text: string | null): Among | null {
  const [, name, category] = /^(\w{1,60}):(.{1,60})$/.exec(text ?? '') ?? []
  return name && category ? { name, category } : null
}

const matching = (shape: RegExp, text: string | null): string | null => (text && shape.test(text) ? text : null)

const oneOf = <T extends string>(list: readonly T[], value: string | null): T | undefined =>
  list.find((item) => item === value)
