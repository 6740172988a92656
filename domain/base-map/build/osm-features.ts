import { AppError } from '#model/basics/errors.ts'
import type { Bounds, Position } from '#model/basics/geo.ts'
import { areaKind, classify, isCoast, isMultipolygon, type Kind, namesOf } from './classify.ts'
import { landWithin } from './coast.ts'
import type { OsmRelation, OsmWay, Tags } from './elements.ts'
import { type AddFeature, addNamedArea, zoomOfArea } from './feature.ts'
import { Ids, Places } from './places.ts'
import { readExtract } from './read-extract.ts'
import { join, type Line, polygonsOf } from './rings.ts'

/** Nodes of the city kept in memory at 16 bytes each: half a gigabyte, a city of some 30 million people. */
const MAX_NODES = 32_000_000

export type Found = {
  /** what no tile covers is sea */
  readonly hasSea: boolean
  /** what a person should know of the extract */
  readonly notes: string[]
}

/**
 * What the map of a city shows of an extract, which may be that of a whole country: of it only the nodes within `bounds` are
 * kept, and what areas that reach out need. The file is read once for each kind of thing that refers to another.
 */
export async function readOsmFeatures(path: string, bounds: Bounds, add: AddFeature): Promise<Found> {
  const places = await readPlaces(path, bounds)
  const { relations, missing, members } = await readReferences(path, places)
  const ways = members.length > 0 ? await readMembers(path, members, places, missing) : new Map<number, Refs>()
  if (missing.length > 0) await readMissing(path, missing, places)
  const coast = await addWays(path, places, add)
  const lines = (relation: OsmRelation, isInner: boolean): Line[] =>
    relation.members.flatMap(({ type, ref, role }) =>
      type === 'way' && (role === 'inner') === isInner ? resolved(ways.get(ref), places) : [],
    )
  const incomplete = relations.filter((relation) => !addRelation(relation, lines, add)).length
  const notes = incomplete === 0 ? [] : [`areas of which a part is not in the extract, left out: ${incomplete}`]
  return addLand(bounds, coast, add, notes)
}

async function readPlaces(path: string, [west, south, east, north]: Bounds): Promise<Places> {
  const places = new Places()
  await readExtract(path, {
    node: ({ id, lon, lat }) => {
      if (lon < west || lon > east || lat < south || lat > north) return
      if (places.length >= MAX_NODES)
        throw new AppError(
          'EXTRACT_INVALID',
          `${path} has more than ${MAX_NODES} nodes within the districts of the city`,
        )
      places.add(id, lon, lat)
    },
  })
  if (places.length === 0)
    throw new AppError(
      'EXTRACT_INVALID',
      `${path} holds nothing within the districts of the city, which lie in ${[west, south, east, north].map((degrees) => degrees.toFixed(2)).join(', ')} (west, south, east, north)`,
    )
  return places
}

const kindOf = ({ refs, tags = {} }: OsmWay): Kind | undefined => classify(tags, isRing(refs))
const isRing = (refs: readonly number[]): boolean => refs.length > 3 && refs[0] === refs.at(-1)

/** Relations of the city, their ways, and nodes beyond its bounds that areas and coasts need to be whole. */
async function readReferences(path: string, places: Places) {
  const missing = new Ids()
  const near = new Ids()
  const members = new Ids()
  const relations: OsmRelation[] = []
  await readExtract(path, {
    way: (way) => {
      if (!way.refs.some((ref) => places.has(ref))) return
      near.add(way.id)
      if (isCoast(way.tags) || kindOf(way)?.isArea) addMissing(way, places, missing)
    },
    relation: (relation) => {
      if (!isMultipolygon(relation.tags) || !areaKind(relation.tags ?? {})) return
      const ways = relation.members.filter(({ type }) => type === 'way')
      if (!ways.some(({ ref }) => near.has(ref))) return
      relations.push(relation)
      for (const { ref } of ways) members.add(ref)
    },
  })
  return { relations, missing, members }
}

type Refs = readonly number[]

function addMissing({ refs }: OsmWay, places: Places, missing: Ids): void {
  for (const ref of refs) if (!places.has(ref)) missing.add(ref)
}

async function readMembers(path: string, members: Ids, places: Places, missing: Ids): Promise<Map<number, Refs>> {
  const ways = new Map<number, Refs>()
  await readExtract(path, {
    way: (way) => {
      if (!members.has(way.id)) return
      ways.set(way.id, way.refs)
      addMissing(way, places, missing)
    },
  })
  return ways
}

async function readMissing(path: string, missing: Ids, places: Places): Promise<void> {
  const found: [id: number, lon: number, lat: number][] = []
  await readExtract(path, {
    node: ({ id, lon, lat }) => {
      if (missing.has(id)) found.push([id, lon, lat])
    },
  })
  for (const [id, lon, lat] of found) places.add(id, lon, lat)
}

/** The line of a way; of one that is not whole, its pieces. */
function resolved(refs: Refs | undefined, places: Places): Line[] {
  const pieces: Position[][] = [[]]
  for (const ref of refs ?? []) {
    const position = places.get(ref)
    if (position) pieces.at(-1)?.push(position)
    else pieces.push([])
  }
  return pieces.filter(({ length }) => length > 1)
}

/** Adds what ways alone show, and returns the coast. */
async function addWays(path: string, places: Places, add: AddFeature): Promise<Line[]> {
  const coast: Line[] = []
  await readExtract(path, {
    way: (way) => {
      if (!way.refs.some((ref) => places.has(ref))) return
      const kind = kindOf(way)
      if (kind) addWay(kind, way, places, add)
      if (isCoast(way.tags)) coast.push(...resolved(way.refs, places))
    },
  })
  return coast
}

function addWay(kind: Kind, { refs, tags = {} }: OsmWay, places: Places, add: AddFeature): void {
  const lines = resolved(refs, places)
  // an area of which a part is missing is none
  if (kind.isArea) addArea(kind, tags, lines.length === 1 ? [lines] : [], add)
  else
    for (const coordinates of lines)
      add({ ...drawn(kind), names: namesOf(tags), geometry: { type: 'LineString', coordinates } })
}

const drawn = ({ layer, minZoom, class: rank }: Kind) => ({
  layer,
  minZoom,
  ...(rank !== undefined && { class: rank }),
})

function addArea(kind: Kind, tags: Tags, polygons: readonly (readonly Line[])[], add: AddFeature): void {
  for (const coordinates of polygons) {
    const outer = coordinates[0]
    if (!outer || outer.length < 4) continue
    const minZoom = zoomOfArea(outer, kind.minZoom)
    const feature = {
      ...drawn(kind),
      minZoom,
      names: namesOf(tags),
      geometry: { type: 'Polygon', coordinates },
    } as const
    addNamedArea(feature, coordinates, add)
  }
}

/** False when its outline is not whole. */
function addRelation(
  relation: OsmRelation,
  lines: (relation: OsmRelation, isInner: boolean) => Line[],
  add: AddFeature,
): boolean {
  const tags = relation.tags ?? {}
  const kind = areaKind(tags)
  if (!kind) return true
  const outer = join(lines(relation, false), 'free')
  addArea(kind, tags, polygonsOf(outer.closed, join(lines(relation, true), 'free').closed), add)
  return outer.open.length === 0 && outer.closed.length > 0
}

function addLand(bounds: Bounds, coast: readonly Line[], add: AddFeature, notes: string[]): Found {
  const land = landWithin(bounds, coast)
  if (land === 'incomplete') notes.push('the coast is not whole in the extract: the sea is not shown')
  if (land === 'none' || land === 'incomplete') return { hasSea: false, notes }
  for (const coordinates of land.polygons)
    add({ layer: 'land', minZoom: 0, names: {}, geometry: { type: 'Polygon', coordinates } })
  return { hasSea: land.isSeaOutside, notes }
}
