import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from 'maplibre-gl'
import type { ColourScheme } from '../../state/view-state.ts'

/** Colours of the base map. Quiet, so that the data stands out; the same roles in light and dark. */
const BASE_MAP = {
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

const is = (layer: string): ExpressionSpecification => ['==', ['get', 'layer'], layer]
const MAJOR: ExpressionSpecification = [
  'in',
  ['coalesce', ['get', 'class'], ''],
  ['literal', ['major', 'motorway', 'primary', 'trunk', 'arterial']],
]
const MIDDLE: ExpressionSpecification = [
  'in',
  ['coalesce', ['get', 'class'], ''],
  ['literal', ['secondary', 'collector', 'tertiary']],
]

/** Width in px of a street of each rank, by zoom; `extra` px for the casing around it. */
const width = (extra: number): ExpressionSpecification => [
  'interpolate',
  ['exponential', 1.6],
  ['zoom'],
  11,
  ['case', MAJOR, 1.1 + extra, MIDDLE, 0.6 + extra / 2, 0.2 + extra / 4],
  14,
  ['case', MAJOR, 3.6 + extra, MIDDLE, 2.4 + extra, 1.2 + extra / 2],
  17,
  ['case', MAJOR, 15 + extra, MIDDLE, 11 + extra, 7 + extra],
]

/**
 * The style of a city that brings its own map: drawn from one GeoJSON file of our own server. No glyph and no sprite
 * address: without `glyphs` MapLibre draws labels with the fonts of the page, which bundles Inter.
 */
export function baseMapStyle(url: string, scheme: ColourScheme): StyleSpecification {
  const colour = BASE_MAP[scheme]
  const layers: LayerSpecification[] = [
    { id: 'sea', type: 'background', paint: { 'background-color': colour.sea } },
    fill('land', colour.land),
    fill('park', colour.park),
    fill('building', colour.building, 13.2),
    fill('water', colour.water),
    {
      id: 'shore',
      type: 'line',
      source: 'city',
      filter: is('water'),
      paint: { 'line-color': colour.shore, 'line-width': 0.8 },
    },
    {
      id: 'rail',
      type: 'line',
      source: 'city',
      filter: is('rail'),
      paint: { 'line-color': colour.rail, 'line-width': 1, 'line-dasharray': [4, 2] },
    },
    street('street-casing', colour.casing, 1.4),
    street('street', colour.street, 0),
    label('street-name', ['all', is('street'), ['has', 'name'], MAJOR], colour, 14, 'line'),
    label('water-name', ['all', is('water'), ['has', 'name']], colour, 11.5, 'point'),
    label('park-name', ['all', is('park'), ['has', 'name']], colour, 13.6, 'point'),
  ]
  return { version: 8, sources: { city: { type: 'geojson', data: url, tolerance: 0.3, maxzoom: 15 } }, layers }
}

const fill = (layer: string, colour: string, minzoom = 0): LayerSpecification => ({
  id: layer,
  type: 'fill',
  source: 'city',
  minzoom,
  filter: is(layer),
  paint: { 'fill-color': colour, 'fill-antialias': true },
})

const street = (id: string, colour: string, extra: number): LayerSpecification => ({
  id,
  type: 'line',
  source: 'city',
  filter: is('street'),
  layout: { 'line-cap': 'round', 'line-join': 'round', 'line-sort-key': ['case', MAJOR, 2, MIDDLE, 1, 0] },
  paint: { 'line-color': colour, 'line-width': width(extra) },
})

const label = (
  id: string,
  filter: ExpressionSpecification,
  colour: { label: string; halo: string },
  minzoom: number,
  placement: 'line' | 'point',
): LayerSpecification => ({
  id,
  type: 'symbol',
  source: 'city',
  minzoom,
  filter,
  layout: {
    'text-field': ['get', 'name'],
    'text-font': ['Inter Variable'],
    'text-size': 11,
    'symbol-placement': placement,
    'text-max-width': 8,
  },
  paint: { 'text-color': colour.label, 'text-halo-color': colour.halo, 'text-halo-width': 1.2 },
})
