import type { ExpressionSpecification } from 'maplibre-gl'
import type { TileSchema } from '#model/city/base-map.ts'

/** What is drawn of a base map. */
export type Role = 'land' | 'park' | 'building' | 'water' | 'waterway' | 'path' | 'street' | 'rail'
/** Some features of a source: of one layer of vector tiles, or of GeoJSON, which has none. */
export type Part = { readonly layer?: string; readonly filter?: ExpressionSpecification }

/** Where the features of each role are, and which streets are wide. */
export type Features = Readonly<Record<Role, readonly Part[]>> & {
  readonly names: { readonly street: Part; readonly water: Part; readonly park: Part }
  readonly isMajor: ExpressionSpecification
  readonly isMiddle: ExpressionSpecification
}

const among = (property: string, ...values: string[]): ExpressionSpecification => [
  'in',
  ['coalesce', ['get', property], ''],
  ['literal', values],
]
const not = (filter: ExpressionSpecification): ExpressionSpecification => ['!', filter]
const layerIs = (layer: string): ExpressionSpecification => ['==', ['get', 'layer'], layer]

const RANKS = {
  isMajor: among('class', 'major', 'motorway', 'primary', 'trunk', 'arterial'),
  isMiddle: among('class', 'secondary', 'collector', 'tertiary'),
}

/** map.geojson: every feature has `layer`. */
export const GEOJSON: Features = {
  land: [{ filter: layerIs('land') }],
  park: [{ filter: layerIs('park') }],
  building: [{ filter: layerIs('building') }],
  water: [{ filter: layerIs('water') }],
  waterway: [{ filter: layerIs('waterway') }],
  path: [],
  street: [{ filter: layerIs('street') }],
  rail: [{ filter: layerIs('rail') }],
  names: {
    street: { filter: layerIs('street') },
    water: { filter: layerIs('water') },
    park: { filter: layerIs('park') },
  },
  ...RANKS,
}

const isPath = among('class', 'path')

/** https://openmaptiles.org/schema/ */
const OPENMAPTILES: Features = {
  land: [],
  park: [
    { layer: 'landcover', filter: among('class', 'wood', 'grass', 'wetland', 'farmland') },
    { layer: 'park' },
    { layer: 'landuse', filter: among('class', 'cemetery', 'pitch', 'playground') },
  ],
  building: [{ layer: 'building' }],
  water: [{ layer: 'water' }],
  waterway: [{ layer: 'waterway' }],
  path: [{ layer: 'transportation', filter: among('class', 'path', 'track') }],
  street: [
    {
      layer: 'transportation',
      filter: not(among('class', 'path', 'track', 'rail', 'transit', 'ferry', 'pier', 'aerialway', 'raceway')),
    },
  ],
  rail: [{ layer: 'transportation', filter: among('class', 'rail', 'transit') }],
  names: { street: { layer: 'transportation_name' }, water: { layer: 'water_name' }, park: { layer: 'park' } },
  ...RANKS,
}

/** https://docs.protomaps.com/basemaps/layers */
const PROTOMAPS: Features = {
  land: [{ layer: 'earth' }],
  park: [
    { layer: 'landcover', filter: among('kind', 'forest', 'grassland', 'scrub') },
    {
      layer: 'landuse',
      filter: among('kind', 'park', 'forest', 'wood', 'nature_reserve', 'cemetery', 'grass', 'golf_course', 'meadow'),
    },
  ],
  building: [{ layer: 'buildings' }],
  water: [{ layer: 'water', filter: ['==', ['geometry-type'], 'Polygon'] }],
  waterway: [{ layer: 'water', filter: ['==', ['geometry-type'], 'LineString'] }],
  path: [{ layer: 'roads', filter: among('kind', 'path') }],
  street: [{ layer: 'roads', filter: among('kind', 'highway', 'major_road', 'minor_road', 'medium_road') }],
  rail: [{ layer: 'roads', filter: among('kind', 'rail') }],
  names: {
    street: { layer: 'roads', filter: not(among('kind', 'path', 'rail')) },
    water: { layer: 'water' },
    park: { layer: 'pois', filter: among('kind', 'park') },
  },
  isMajor: ['any', among('kind', 'highway'), among('kind_detail', 'motorway', 'trunk', 'primary')],
  isMiddle: among('kind', 'major_road', 'medium_road'),
}

/** https://shortbread-tiles.org/schema/1.0/ */
const SHORTBREAD: Features = {
  land: [],
  park: [
    {
      layer: 'land',
      filter: among('kind', 'forest', 'grass', 'park', 'garden', 'meadow', 'cemetery', 'allotments', 'scrub', 'heath'),
    },
  ],
  building: [{ layer: 'buildings' }],
  water: [{ layer: 'ocean' }, { layer: 'water_polygons' }],
  waterway: [{ layer: 'water_lines' }],
  path: [{ layer: 'streets', filter: among('kind', 'footway', 'path', 'cycleway', 'steps', 'track') }],
  street: [
    {
      layer: 'streets',
      filter: [
        'all',
        not(among('kind', 'footway', 'path', 'cycleway', 'steps', 'track')),
        not(['to-boolean', ['get', 'rail']]),
      ],
    },
  ],
  rail: [{ layer: 'streets', filter: ['to-boolean', ['get', 'rail']] }],
  names: {
    street: { layer: 'street_labels' },
    water: { layer: 'water_polygons_labels' },
    park: { layer: 'land', filter: among('kind', 'park') },
  },
  isMajor: among('kind', 'motorway', 'trunk', 'primary'),
  isMiddle: among('kind', 'secondary', 'tertiary'),
}

/** domain/base-map/build/classify.ts */
const CITYWELL: Features = {
  land: [{ layer: 'land' }],
  park: [{ layer: 'park' }],
  building: [{ layer: 'building' }],
  water: [{ layer: 'water' }],
  waterway: [{ layer: 'waterway' }],
  path: [{ layer: 'street', filter: isPath }],
  street: [{ layer: 'street', filter: not(isPath) }],
  rail: [{ layer: 'rail' }],
  names: {
    street: { layer: 'street', filter: not(isPath) },
    water: { layer: 'label', filter: among('class', 'water') },
    park: { layer: 'label', filter: among('class', 'park') },
  },
  ...RANKS,
}

export const FEATURES: Readonly<Record<TileSchema, Features>> = {
  citywell: CITYWELL,
  openmaptiles: OPENMAPTILES,
  protomaps: PROTOMAPS,
  shortbread: SHORTBREAD,
}
