import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl'
import type { CityResponse } from '#model/api/city.ts'
import { apiPath } from '../../http/client.ts'
import type { ColourScheme } from '../../state/view-state.ts'
import { FEATURES, type Features, GEOJSON, type Part, type Role } from './features.ts'

/** Colours of the base map. Quiet, so that the data stands out; the same roles in light and dark. */
const COLOURS = {
  light: {
    sea: '#d3dfe3',
    land: '#f5f3ed',
    water: '#d3dfe3',
    shore: '#b9cad0',
    park: '#e3ead9',
    building: '#eae6dc',
    street: '#ffffff',
    casing: '#e2ddd1',
    rail: '#c9c4b8',
    label: '#5d686e',
    halo: '#f5f3ed',
  },
  dark: {
    sea: '#0b1318',
    land: '#171d21',
    water: '#0b1318',
    shore: '#22323a',
    park: '#1a2623',
    building: '#1e262b',
    street: '#2a343a',
    casing: '#171d21',
    rail: '#333d43',
    label: '#98a5ab',
    halo: '#11171a',
  },
} as const
type Colours = Readonly<Record<keyof (typeof COLOURS)['light'], string>>

type City = Pick<CityResponse, 'baseMap' | 'mapStyle'>
type View = { readonly scheme: ColourScheme; readonly language: string }

/** What MapLibre draws under the data: what the city pack brings, the style of another server, or map.geojson. */
export function baseMapStyle({ baseMap, mapStyle }: City, view: View): StyleSpecification | string {
  if (baseMap?.kind === 'style') return absolute(baseMap[view.scheme])
  if (baseMap?.kind === 'raster') return rasterStyle(baseMap, view.scheme)
  if (baseMap?.kind === 'vector') {
    const { tiles, minZoom, maxZoom, bounds } = baseMap
    const source = { minzoom: minZoom, maxzoom: maxZoom, tiles: [absolute(tiles)], ...(bounds && { bounds }) }
    const isLand = !baseMap.sea && baseMap.schema !== 'protomaps'
    return drawnStyle({ type: 'vector', ...source }, { ...view, features: FEATURES[baseMap.schema], isLand })
  }
  if (!baseMap && mapStyle !== null) return mapStyle
  const data = absolute(baseMap?.path ?? apiPath('/city/map'))
  return drawnStyle(
    { type: 'geojson', data, tolerance: 0.3, maxzoom: 15 },
    { ...view, features: GEOJSON, isLand: false },
  )
}

/** The workers of the map do not know the address of the page. Placeholders such as {z} stay as they are. */
export const absolute = (path: string): string => (path.startsWith('/') ? window.location.origin + path : path)

type Tiles = Pick<Extract<NonNullable<City['baseMap']>, { kind: 'raster' }>, 'tiles' | 'minZoom' | 'maxZoom' | 'bounds'>

/** Pictures are drawn for the day: in the dark they are dimmed. */
function rasterStyle({ tiles, minZoom, maxZoom, bounds }: Tiles, scheme: ColourScheme): StyleSpecification {
  const source: SourceSpecification = {
    ...{ type: 'raster', tileSize: 256, tiles: [absolute(tiles)], minzoom: minZoom, maxzoom: maxZoom },
    ...(bounds && { bounds }),
  }
  const paint = scheme === 'dark' ? { 'raster-brightness-max': 0.45, 'raster-saturation': -0.6 } : {}
  return {
    version: 8,
    sources: { city: source },
    layers: [
      { id: 'land', type: 'background', paint: { 'background-color': COLOURS[scheme].land } },
      { id: 'picture', type: 'raster', source: 'city', paint },
    ],
  }
}

type Drawn = View & { readonly features: Features; readonly isLand: boolean }

/**
 * A style of our own. No glyph and no sprite address: without `glyphs` MapLibre draws labels with the fonts of the page, which
 * bundles Inter, and takes those of the device for other scripts.
 */
function drawnStyle(source: SourceSpecification, { scheme, language, features, isLand }: Drawn): StyleSpecification {
  const colour = COLOURS[scheme]
  const fill = (role: Role, minzoom = 0): LayerSpecification[] =>
    layersOf(role, features[role], {
      type: 'fill',
      minzoom,
      paint: { 'fill-color': colour[role === 'path' || role === 'waterway' ? 'street' : role], 'fill-antialias': true },
    })
  const line = (role: Role, id: string, rest: LineStyle): LayerSpecification[] =>
    layersOf(id, features[role], { type: 'line', ...rest })
  const label = { colour, language }
  const { names, isMajor } = features
  const layers: LayerSpecification[] = [
    { id: 'sea', type: 'background', paint: { 'background-color': isLand ? colour.land : colour.sea } },
    ...fill('land'),
    ...fill('park'),
    ...fill('building', 13.2),
    ...fill('water'),
    ...line('water', 'shore', { paint: { 'line-color': colour.shore, 'line-width': 0.8 } }),
    ...line('waterway', 'waterway', { paint: { 'line-color': colour.shore, 'line-width': WATERWAY } }),
    ...line('rail', 'rail', { paint: { 'line-color': colour.rail, 'line-width': 1, 'line-dasharray': [4, 2] } }),
    ...line('path', 'path', {
      minzoom: 15,
      paint: { 'line-color': colour.casing, 'line-width': 1, 'line-dasharray': [3, 1.5] },
    }),
    ...line('street', 'street-casing', streetStyle(features, colour.casing, 1.4)),
    ...line('street', 'street', streetStyle(features, colour.street, 0)),
    labelLayer('street-name', names.street, { ...label, minzoom: 14, placement: 'line', only: isMajor }),
    labelLayer('water-name', names.water, { ...label, minzoom: 11.5, placement: 'point' }),
    labelLayer('park-name', names.park, { ...label, minzoom: 13.6, placement: 'point' }),
  ]
  return { version: 8, sources: { city: source }, layers }
}

type LineStyle = Pick<Extract<LayerSpecification, { type: 'line' }>, 'paint' | 'layout' | 'minzoom'>
type Drawing = {
  readonly type: 'fill' | 'line'
  readonly minzoom?: number
  readonly paint?: object
  readonly layout?: object
}

/** One layer of the style for each part of the source, one after the other. */
const layersOf = (id: string, parts: readonly Part[], drawing: Drawing): LayerSpecification[] =>
  parts.map(
    (part, index) => ({ id: index === 0 ? id : `${id}-${index}`, ...inSource(part), ...drawing }) as LayerSpecification,
  )

const inSource = ({ layer, filter }: Part) => ({
  source: 'city',
  ...(layer !== undefined && { 'source-layer': layer }),
  ...(filter !== undefined && { filter: filter as FilterSpecification }),
})

const WATERWAY: ExpressionSpecification = ['interpolate', ['exponential', 1.6], ['zoom'], 9, 0.5, 14, 1.6, 17, 5]

/** Width in px of a street of each rank, by zoom; `extra` px for the casing around it. */
const width = ({ isMajor, isMiddle }: Features, extra: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.6],
  ['zoom'],
  11,
  ['case', isMajor, 1.1 + extra, isMiddle, 0.6 + extra / 2, 0.2 + extra / 4],
  14,
  ['case', isMajor, 3.6 + extra, isMiddle, 2.4 + extra, 1.2 + extra / 2],
  17,
  ['case', isMajor, 15 + extra, isMiddle, 11 + extra, 7 + extra],
]

const streetStyle = (features: Features, colour: string, extra: number): LineStyle => ({
  layout: {
    'line-cap': 'round',
    'line-join': 'round',
    'line-sort-key': ['case', features.isMajor, 2, features.isMiddle, 1, 0],
  },
  paint: { 'line-color': colour, 'line-width': width(features, extra) },
})

type LabelStyle = {
  readonly colour: Colours
  readonly language: string
  readonly minzoom: number
  readonly placement: 'line' | 'point'
  readonly only?: ExpressionSpecification
}

function labelLayer(id: string, part: Part, style: LabelStyle): LayerSpecification {
  const { colour, language, minzoom, placement, only } = style
  const conditions = [['has', 'name'], part.filter, only].filter((filter) => filter !== undefined)
  return {
    id,
    type: 'symbol',
    ...inSource({ ...part, filter: ['all', ...conditions] as ExpressionSpecification }),
    minzoom,
    layout: {
      'text-field': nameIn(language),
      'text-font': ['Inter Variable', 'sans-serif'],
      'text-size': 11,
      'symbol-placement': placement,
      'text-max-width': 8,
    },
    paint: { 'text-color': colour.label, 'text-halo-color': colour.halo, 'text-halo-width': 1.2 },
  }
}

/** The name in the language of the page, else the one on the spot. Maps know `zh-Hans` or `zh`. */
function nameIn(language: string): ExpressionSpecification {
  const tags = [...new Set([language, language.split('-', 1)[0] ?? language])]
  return ['coalesce', ...tags.map((tag): ExpressionSpecification => ['get', `name:${tag}`]), ['get', 'name']]
}
