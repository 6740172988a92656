import type { Position } from '#model/basics/geo.ts'
import { BASE_MAP_LAYERS } from '#model/city/city-pack.ts'
import { didYouMean } from '#model/text/suggest.ts'
import { ALL_LAND } from '../city-pack/all-land.ts'
import type { Crs } from '../city-pack/geometry/crs.ts'
import { type Feature, liesInCity, readCollection } from '../city-pack/geometry/read-collection.ts'
import { listed } from '../city-pack/problems/describe-issue.ts'
import type { PackProblems } from '../city-pack/problems/pack-problems.ts'
import { readJson } from '../city-pack/problems/read-json.ts'
import { FOLDER } from './paths.ts'

/** Files whose name says what all of their features are. */
const BY_NAME: Readonly<Record<string, string>> = {
  streets: 'street',
  roads: 'street',
  water: 'water',
  waterways: 'waterway',
  green: 'park',
  parks: 'park',
  buildings: 'building',
  land: 'land',
  rail: 'rail',
}

/** The GeoJSON files of the folder as one collection whose features say in `layer` what they are; undefined after a problem. */
export async function readGeoJson(
  pack: string,
  files: readonly string[],
  places: { readonly reference: Position; readonly crs: Crs | undefined },
  problems: PackProblems,
): Promise<string | undefined> {
  const features: Feature[] = []
  const before = problems.list.length
  for (const name of files) {
    const file = `${FOLDER}/${name}`
    const json = await readJson(pack, file, problems, true)
    const collection = json === undefined ? undefined : await readCollection(file, json, places, problems)
    if (!collection || !liesInCity(file, collection, places.reference, problems)) continue
    const layer = BY_NAME[name.replace(/\.(geo)?json$/i, '').toLowerCase()]
    for (const [index, feature] of collection.features.entries()) {
      const own = feature.properties?.['layer'] ?? layer
      if (typeof own === 'string' && (BASE_MAP_LAYERS as readonly string[]).includes(own))
        features.push({ ...feature, properties: { ...feature.properties, layer: own } })
      else problems.add(file, `features[${index}].properties.layer`, layerProblem(own), 'layer')
    }
  }
  if (problems.list.length > before) return undefined
  const hasLand = features.some(({ properties }) => properties?.['layer'] === 'land')
  return JSON.stringify({
    type: 'FeatureCollection',
    features: hasLand ? features : [...ALL_LAND.features, ...features],
  })
}

const layerProblem = (layer: unknown): string =>
  layer === undefined
    ? `is missing; ${listed(BASE_MAP_LAYERS)}, or name the file ${Object.keys(BY_NAME)
        .map((name) => `${name}.geojson`)
        .join(', ')}`
    : `"${layer}" is not known${didYouMean(String(layer), BASE_MAP_LAYERS) || `; ${listed(BASE_MAP_LAYERS)}`}`
