/**
 * An invented town at an invented sea, as an OpenStreetMap extract: one street grid, a lake with an island, a park, houses,
 * a railway and a coast. Every place in it has to do with the square [0, 0] to [1, 1] of test/unit/domain/packs.ts.
 */
import { deflateSync } from 'node:zlib'
import protobuf from 'protobufjs'
import type { Member, OsmElement, OsmNode, OsmRelation, OsmWay, Tags } from '#domain/base-map/build/elements.ts'

type Place = readonly [lon: number, lat: number]

/** Collects elements; places that are the same are one node. */
export class Extract {
  readonly nodes = new Map<string, OsmNode>()
  readonly ways: OsmWay[] = []
  readonly relations: OsmRelation[] = []
  #next = 1
  readonly #at: Place

  readonly #scale: number

  /** `at`: where the town lies; its places are relative to it, and smaller by `scale` */
  constructor(at: Place = [0, 0], scale = 1) {
    this.#at = at
    this.#scale = scale
  }

  node([east, north]: Place): number {
    const [lon, lat] = [this.#at[0] + east * this.#scale, this.#at[1] + north * this.#scale]
    const key = `${lon} ${lat}`
    const known = this.nodes.get(key)
    if (known) return known.id
    this.nodes.set(key, { type: 'node', id: this.#next, lon, lat })
    return this.#next++
  }

  way(tags: Tags, places: readonly Place[]): number {
    const refs = places.map((place) => this.node(place))
    this.ways.push({ type: 'way', id: this.#next, refs, tags })
    return this.#next++
  }

  relation(tags: Tags, members: readonly Member[]): void {
    this.relations.push({ type: 'relation', id: this.#next, members, tags: { type: 'multipolygon', ...tags } })
    this.#next += 1
  }

  get elements(): OsmElement[] {
    return [...this.nodes.values(), ...this.ways, ...this.relations]
  }
}

export const square = (west: number, south: number, size: number): Place[] => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
]

export function town({ isAtSea = false, at = [0, 0] as Place, scale = 1 } = {}): Extract {
  const extract = new Extract(at, scale)
  for (let row = 0; row <= 10; row++) {
    const rank = row === 5 ? 'primary' : 'residential'
    extract.way({ highway: rank, name: `Row ${row}`, 'name:ar': `شارع ${row}` }, [
      [0.45, 0.45 + row / 100],
      [0.55, 0.45 + row / 100],
    ])
    extract.way({ highway: rank, name: `Column ${row}` }, [
      [0.45 + row / 100, 0.45],
      [0.45 + row / 100, 0.55],
    ])
  }
  for (let house = 0; house < 30; house++)
    extract.way({ building: 'yes' }, square(0.4505 + (house % 10) / 100, 0.4505 + Math.floor(house / 10) / 100, 0.0008))
  extract.way({ leisure: 'park', name: 'Town park' }, square(0.56, 0.45, 0.05))
  extract.way({ railway: 'rail' }, [
    [0.1, 0.44],
    [0.9, 0.44],
  ])
  extract.way({ highway: 'service', area: 'yes' }, square(0.3, 0.3, 0.001))
  // a lake of two half outlines, with an island
  const halves = [
    extract.way({}, [
      [0.6, 0.6],
      [0.7, 0.6],
      [0.7, 0.7],
    ]),
    extract.way({}, [
      [0.6, 0.6],
      [0.6, 0.7],
      [0.7, 0.7],
    ]),
  ]
  const island = extract.way({}, square(0.64, 0.64, 0.02))
  extract.relation({ natural: 'water', name: 'Long lake' }, [
    ...halves.map((ref) => ({ type: 'way', ref, role: 'outer' })),
    { type: 'way', ref: island, role: 'inner' },
  ])
  // far away: not of this town
  extract.way({ highway: 'primary', name: 'Elsewhere' }, [
    [30, 30],
    [30.1, 30],
  ])
  // land lies to the left of the coast, so this coast, which runs north, has the sea in the east
  if (isAtSea)
    extract.way({ natural: 'coastline' }, [
      [0.8, -2],
      [0.85, 0.5],
      [0.8, 3],
    ])
  return extract
}

export function toXml({ elements }: Pick<Extract, 'elements'>): string {
  const escaped = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  const tagsOf = (tags: Tags | undefined): string =>
    Object.entries(tags ?? {})
      .map(([key, value]) => `<tag k="${escaped(key)}" v="${escaped(value)}"/>`)
      .join('')
  const lines = elements.map((element) => {
    const { id } = element
    if (element.type === 'node') return `<node id="${id}" lat="${element.lat}" lon="${element.lon}"/>`
    if (element.type === 'way') {
      const refs = element.refs.map((ref) => `<nd ref="${ref}"/>`).join('')
      return `<way id="${id}">${refs}${tagsOf(element.tags)}</way>`
    }
    const members = element.members.map(({ type, ref, role }) => `<member type="${type}" ref="${ref}" role="${role}"/>`)
    return `<relation id="${id}">${members.join('')}${tagsOf(element.tags)}</relation>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<osm version="0.6">\n${lines.join('\n')}\n</osm>\n`
}

/** https://wiki.openstreetmap.org/wiki/PBF_Format, as far as such a file needs it */
const PROTO = `
syntax = "proto2";
message Blob { optional int32 raw_size = 2; optional bytes zlib_data = 3; }
message BlobHeader { required string type = 1; required int32 datasize = 3; }
message HeaderBlock { repeated string required_features = 4; }
message StringTable { repeated bytes s = 1; }
message PrimitiveBlock { required StringTable stringtable = 1; repeated PrimitiveGroup primitivegroup = 2; }
message PrimitiveGroup { repeated Node nodes = 1; repeated Way ways = 3; repeated Relation relations = 4; }
message Node { required sint64 id = 1; required sint64 lat = 8; required sint64 lon = 9; }
message Way { required int64 id = 1; repeated uint32 keys = 2 [packed = true]; repeated uint32 vals = 3 [packed = true]; repeated sint64 refs = 8 [packed = true]; }
message Relation { required int64 id = 1; repeated uint32 keys = 2 [packed = true]; repeated uint32 vals = 3 [packed = true];
  repeated int32 roles_sid = 8 [packed = true]; repeated sint64 memids = 9 [packed = true]; repeated int32 types = 10 [packed = true]; }
`
const { root } = protobuf.parse(PROTO, { keepCase: true })

export function toPbf({ elements }: Pick<Extract, 'elements'>): Buffer {
  const texts: string[] = ['']
  const index = (text: string): number => {
    const known = texts.indexOf(text)
    return known >= 0 ? known : texts.push(text) - 1
  }
  const tagged = (tags: Tags = {}) => ({ keys: Object.keys(tags).map(index), vals: Object.values(tags).map(index) })
  const deltas = (numbers: readonly number[]): number[] => numbers.map((one, at) => one - (numbers[at - 1] ?? 0))
  const nanodegrees = (degrees: number): number => Math.round(degrees * 1e7)
  const groups = elements.map((element) => {
    const { id } = element
    if (element.type === 'node')
      return { nodes: [{ id, lat: nanodegrees(element.lat), lon: nanodegrees(element.lon) }] }
    if (element.type === 'way') return { ways: [{ id, ...tagged(element.tags), refs: deltas(element.refs) }] }
    const { members } = element
    const relation = {
      ...{ id, ...tagged(element.tags), roles_sid: members.map(({ role }) => index(role)) },
      memids: deltas(members.map(({ ref }) => ref)),
      types: members.map(({ type }) => ['node', 'way', 'relation'].indexOf(type)),
    }
    return { relations: [relation] }
  })
  const block = { stringtable: { s: texts.map((text) => Buffer.from(text)) }, primitivegroup: groups }
  return Buffer.concat([
    ...blob('OSMHeader', encode('HeaderBlock', { required_features: ['OsmSchema-V0.6'] })),
    ...blob('OSMData', encode('PrimitiveBlock', block)),
  ])
}

const encode = (type: string, message: object): Uint8Array => root.lookupType(type).encode(message).finish()

function blob(type: string, data: Uint8Array): Uint8Array[] {
  const body = encode('Blob', { raw_size: data.length, zlib_data: deflateSync(data) })
  const header = encode('BlobHeader', { type, datasize: body.length })
  const length = Buffer.alloc(4)
  length.writeUInt32BE(header.length)
  return [length, header, body]
}

export function toGeoJson({ nodes, ways, relations }: Extract): string {
  const places = new Map([...nodes.values()].map(({ id, lon, lat }) => [id, [lon, lat]]))
  const lines = new Map(ways.map(({ id, refs }) => [id, refs.map((ref) => places.get(ref))]))
  const isArea = ({ refs, tags = {} }: OsmWay): boolean => refs[0] === refs.at(-1) && tags['highway'] === undefined
  const features = ways.map((way) => ({
    type: 'Feature',
    properties: way.tags,
    geometry: isArea(way)
      ? { type: 'Polygon', coordinates: [lines.get(way.id)] }
      : { type: 'LineString', coordinates: lines.get(way.id) },
  }))
  const lakes = relations.map(({ tags, members: [first, second, hole] }) => {
    const ring = [...(lines.get(first?.ref ?? 0) ?? []), ...(lines.get(second?.ref ?? 0) ?? []).toReversed().slice(1)]
    return {
      type: 'Feature',
      properties: tags,
      geometry: { type: 'MultiPolygon', coordinates: [[ring, lines.get(hole?.ref ?? 0)]] },
    }
  })
  return JSON.stringify({ type: 'FeatureCollection', features: [...features, ...lakes] })
}
