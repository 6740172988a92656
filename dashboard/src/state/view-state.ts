/**
 * What the person is looking at, kept in the address so that a link shows the same thing to somebody else.
 * Pure: text in, state out. Whatever is unknown or malformed falls back to its default.
 */
import { type Among, formatMeasure, type MeasureRef, parseMeasure } from './measure-ref.ts'
import { type Playback, parsePlayback, playbackEntries } from './playback-address.ts'

export const VIEWS = ['map', 'indicators', 'report', 'people', 'operations', 'registry'] as const
export type ViewName = (typeof VIEWS)[number]
export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]
export const RANGES = ['24h', '7d', '30d'] as const
export type Range = (typeof RANGES)[number]

export const LAYERS = [
  'air',
  'environment',
  'energy',
  'mobility',
  'connectivity',
  'survey',
  'compare',
  'voices',
  'districts',
] as const
export type LayerName = (typeof LAYERS)[number]

/** What each layer can be coloured by; the first is the default. */
export const MEASURES = {
  air: ['us', 'european', 'pm2_5', 'pm10', 'no2', 'o3', 'so2', 'co'],
  environment: [
    'sound_level',
    'temperature',
    'relative_humidity',
    'wind_speed',
    'pressure',
    'precipitation',
    'water_flow',
    'water_level',
  ],
  energy: ['per_capita', 'power'],
  mobility: ['congestion', 'bikes', 'traffic'],
  connectivity: ['4g', '5g', '3g', 'download', 'upload', 'latency', 'wifi'],
  survey: ['internet'],
  compare: ['bivariate', 'side'],
  voices: ['connection', 'air', 'noise', 'service'],
  districts: ['us', 'european', 'density', 'income'],
} as const satisfies Record<LayerName, readonly [string, ...string[]]>

const SELECTIONS = ['thing', 'zone', 'cell', 'indicator'] as const
export type Selection = { readonly type: (typeof SELECTIONS)[number]; readonly key: string }
export type Camera = { readonly longitude: number; readonly latitude: number; readonly zoom: number }

export type ViewState = {
  readonly view: ViewName
  readonly layer: LayerName
  readonly measure: string
  readonly select: Selection | null
  readonly theme: Theme
  readonly period: string
  readonly range: Range
  /** null: the whole city */
  readonly camera: Camera | null
  readonly table: boolean
  /** null: live */
  readonly playback: Playback | null
  /** of the survey layer: which survey (null: the newest), which answer (null: those that count), among whom */
  readonly survey: string | null
  readonly answer: string | null
  readonly among: Among | null
  /** what the compare layer sets against each other; null: its first preset */
  readonly a: MeasureRef | null
  readonly b: MeasureRef | null
  /** of the wellbeing index: where (null: the whole city), weights as the API reads them, which two rounds */
  readonly zone: string | null
  readonly weights: string
  readonly baseline: string | null
  readonly followup: string | null
}

export const DEFAULTS: ViewState = {
  view: 'map',
  layer: 'air',
  measure: MEASURES.air[0],
  select: null,
  theme: 'system',
  period: 'last-30d',
  range: '24h',
  camera: null,
  table: false,
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
}

const PERIOD = /^(last-(24h|7d|30d|365d)|\d{4}(-(Q[1-4]|\d{2}(-\d{2})?))?)$/

/** cost:2,environment:0.5 */
const WEIGHTS = /^[a-z_]{2,40}:\d(\.\d{1,2})?(,[a-z_]{2,40}:\d(\.\d{1,2})?){0,25}$/

export function parseViewState(search: string): ViewState {
  const query = new URLSearchParams(search)
  const layer = oneOf(LAYERS, query.get('layer')) ?? DEFAULTS.layer
  const period = query.get('period')
  return {
    view: oneOf(VIEWS, query.get('view')) ?? DEFAULTS.view,
    layer,
    measure: measureOf(layer, query.get('by')),
    select: parseSelection(query.get('select')),
    theme: oneOf(THEMES, query.get('theme')) ?? DEFAULTS.theme,
    period: period && PERIOD.test(period) ? period : DEFAULTS.period,
    range: oneOf(RANGES, query.get('range')) ?? DEFAULTS.range,
    camera: parseCamera(query.get('at')),
    table: query.get('table') === 'open',
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
  }
}

/** The address of a state: '' or '?…'; what is at its default is left out. */
export function toSearch(state: ViewState): string {
  const query = new URLSearchParams()
  const put = (name: string, value: string, usual: string): void => {
    if (value !== usual) query.set(name, value)
  }
  put('view', state.view, DEFAULTS.view)
  put('layer', state.layer, DEFAULTS.layer)
  put('by', state.measure, MEASURES[state.layer][0])
  put('select', state.select ? `${state.select.type}:${state.select.key}` : '', '')
  put('theme', state.theme, DEFAULTS.theme)
  put('period', state.period, DEFAULTS.period)
  put('range', state.range, DEFAULTS.range)
  put('at', state.camera ? formatCamera(state.camera) : '', '')
  put('table', state.table ? 'open' : '', '')
  for (const [name, value] of playbackEntries(state.playback)) query.set(name, value)
  put('survey', state.survey ?? '', '')
  put('answer', state.answer ?? '', '')
  put('among', state.among ? `${state.among.name}:${state.among.category}` : '', '')
  put('a', state.a ? formatMeasure(state.a) : '', '')
  put('zone', state.zone ?? '', '')
  put('weights', state.weights, DEFAULTS.weights)
  put('baseline', state.baseline ?? '', '')
  put('followup', state.followup ?? '', '')
  put('b', state.b ? formatMeasure(state.b) : '', '')
  const text = query
    .toString()
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%2F', '/')
    .replaceAll('%40', '@')
  return text ? `?${text}` : ''
}

/** The measure if the layer has it, else the layer's first. Survey questions are the city's own, so any name will do. */
export function measureOf(layer: LayerName, measure: string | null): string {
  if (layer === 'survey' && measure && /^\w{1,60}$/.test(measure)) return measure
  return oneOf(MEASURES[layer], measure) ?? MEASURES[layer][0]
}

export const selectionId = (selection: Selection | null): string | null =>
  selection ? `${selection.type}:${selection.key}` : null

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
