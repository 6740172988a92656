import type { Tags } from './elements.ts'

/** What is drawn of the map of a city; the layers of its tiles. */
export const LAYERS = ['land', 'water', 'waterway', 'park', 'building', 'street', 'rail', 'label'] as const
export type Layer = (typeof LAYERS)[number]

/** `minZoom`: from which zoom it is in the tiles; areas appear later when they are small. */
export type Kind = {
  readonly layer: Layer
  readonly class?: string
  readonly minZoom: number
  readonly isArea: boolean
}

/** Classes of streets by the values of `highway` (https://wiki.openstreetmap.org/wiki/Key:highway). */
const STREETS: Readonly<Record<string, { class: string; minZoom: number }>> = {
  ...ranked(['motorway', 'trunk'], 'major', 6),
  ...ranked(['primary', 'motorway_link', 'trunk_link'], 'major', 8),
  ...ranked(['secondary', 'primary_link'], 'secondary', 10),
  ...ranked(['tertiary', 'secondary_link', 'tertiary_link'], 'tertiary', 11),
  ...ranked(['unclassified', 'residential', 'living_street', 'pedestrian', 'road', 'busway'], 'minor', 12),
  ...ranked(['service'], 'service', 13),
  ...ranked(['footway', 'path', 'cycleway', 'steps', 'track', 'bridleway'], 'path', 14),
}

function ranked(values: readonly string[], rank: string, minZoom: number) {
  return Object.fromEntries(values.map((value) => [value, { class: rank, minZoom }]))
}

const RAILS = new Set(['rail', 'light_rail', 'subway', 'tram', 'narrow_gauge', 'monorail'])
const GREEN = {
  leisure: new Set(['park', 'garden', 'nature_reserve', 'golf_course', 'recreation_ground', 'common', 'dog_park']),
  landuse: new Set([
    ...['forest', 'grass', 'meadow', 'cemetery', 'recreation_ground', 'village_green', 'allotments', 'orchard'],
    ...['vineyard', 'greenfield', 'flowerbed', 'plant_nursery'],
  ]),
  natural: new Set(['wood', 'scrub', 'heath', 'grassland', 'wetland']),
} as const

/** What a way or an area is on the map; undefined for what is not drawn. `isClosed`: its ends are one node. */
export function classify(tags: Tags, isClosed: boolean): Kind | undefined {
  return isClosed && tags['area'] !== 'no' ? (areaKind(tags) ?? lineKind(tags)) : lineKind(tags)
}

/** A relation of the type multipolygon; never a line. */
export const areaKind = (tags: Tags): Kind | undefined => {
  const { building, natural, waterway, landuse, leisure } = tags
  if (building !== undefined && building !== 'no') return { layer: 'building', minZoom: 13, isArea: true }
  const isWater =
    natural === 'water' ||
    natural === 'bay' ||
    waterway === 'riverbank' ||
    waterway === 'dock' ||
    landuse === 'reservoir' ||
    landuse === 'basin'
  if (isWater) return { layer: 'water', minZoom: 6, isArea: true }
  const isGreen =
    GREEN.leisure.has(leisure ?? '') || GREEN.landuse.has(landuse ?? '') || GREEN.natural.has(natural ?? '')
  return isGreen ? { layer: 'park', minZoom: 6, isArea: true } : undefined
}

function lineKind(tags: Tags): Kind | undefined {
  const street = STREETS[tags['highway'] ?? '']
  if (street && Object.hasOwn(STREETS, tags['highway'] ?? '') && tags['area'] !== 'yes')
    return { layer: 'street', ...street, isArea: false }
  const { railway = '', service, tunnel, waterway = '' } = tags
  if (RAILS.has(railway) && service === undefined && !(railway === 'subway' && tunnel === 'yes'))
    return { layer: 'rail', minZoom: railway === 'rail' ? 9 : 12, isArea: false }
  if (tunnel !== undefined && tunnel !== 'no') return undefined
  if (waterway === 'river' || waterway === 'canal')
    return { layer: 'waterway', class: 'river', minZoom: 8, isArea: false }
  if (waterway === 'stream' || waterway === 'ditch' || waterway === 'drain')
    return { layer: 'waterway', class: 'stream', minZoom: 13, isArea: false }
  return undefined
}

export const isCoast = (tags: Tags | undefined): boolean => tags?.['natural'] === 'coastline'
/** https://wiki.openstreetmap.org/wiki/Relation:multipolygon */
export const isMultipolygon = (tags: Tags | undefined): boolean => tags?.['type'] === 'multipolygon'

/** Names in the languages of the pages, where they are others than on the spot. */
const LANGUAGES = ['en', 'fr', 'es', 'ar', 'zh', 'zh-Hans', 'ru'] as const
export function namesOf(tags: Tags): Record<string, string> {
  const { name } = tags
  if (!name) return {}
  const others = LANGUAGES.map((tag) => [`name:${tag}`, tags[`name:${tag}`]] as const)
  return { name, ...Object.fromEntries(others.filter(([, value]) => value && value !== name)) }
}
