/** `npm run city -- map`: what the tiles of an invented town hold. */
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { afterEach, describe, expect, test } from 'vitest'
import { tileData } from '#domain/base-map/archives/open-archive.ts'
import { type BaseMap, openBaseMap } from '#domain/base-map/base-map.ts'
import { makeMap } from '#start/city-command/map/map.ts'
import { city, good, pack, removePacks } from '../packs.ts'
import { type Extract, toGeoJson, toPbf, town, toXml } from './extract.ts'

const opened: BaseMap[] = []
afterEach(async () => {
  for (const baseMap of opened.splice(0)) await baseMap.close()
  await removePacks()
})

const CITY = { ...city, centre: [0.5, 0.5] as const }

/** The map of Smallport, whose district is the square from [0, 0] to [1, 1]. */
async function build(name: string, content: string | Buffer) {
  const folder = await pack(good)
  await writeFile(join(folder, name), content)
  const { lines } = await makeMap(join(folder, name), folder)
  const { baseMap, problems } = await openBaseMap(folder, CITY)
  expect(problems.list).toEqual([])
  if (!baseMap) throw new Error('there is no base map')
  opened.push(baseMap)
  return { folder, lines, baseMap }
}

/** Web Mercator, as in https://wiki.openstreetmap.org/wiki/Slippy_map_tilenames */
function tileOf(lon: number, lat: number, z: number) {
  const radians = (lat * Math.PI) / 180
  const x = Math.floor(((lon + 180) / 360) * 2 ** z)
  const y = Math.floor(((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2) * 2 ** z)
  return { z, x, y }
}

async function layersAt({ archives }: BaseMap, lon: number, lat: number, zoom: number) {
  const { z, x, y } = tileOf(lon, lat, zoom)
  const tile = await archives.get('openstreetmap.mbtiles')?.tile(z, x, y)
  const decoded = tile ? new VectorTile(new PbfReader(await tileData(tile))) : { layers: {} }
  return Object.fromEntries(
    Object.entries(decoded.layers).map(([name, layer]) => [
      name,
      Array.from({ length: layer.length }, (_, index) => {
        const feature = layer.feature(index)
        return { ...feature.toGeoJSON(x, y, z), class: feature.properties['class'], name: feature.properties['name'] }
      }),
    ]),
  )
}

/** Square degrees of all polygons; rings of holes run the other way. */
const areaOf = (features: readonly { geometry: GeoJSON.Geometry }[] = []): number =>
  features
    .flatMap(({ geometry }) =>
      geometry.type === 'Polygon'
        ? [geometry.coordinates]
        : geometry.type === 'MultiPolygon'
          ? geometry.coordinates
          : [],
    )
    .reduce(
      (sum, [outer = [], ...holes]) => sum + shoelace(outer) - holes.reduce((all, ring) => all + shoelace(ring), 0),
      0,
    )
const shoelace = (ring: GeoJSON.Position[]): number =>
  Math.abs(
    ring.reduce((sum, [x = 0, y = 0], index) => {
      const [nextX = 0, nextY = 0] = ring[(index + 1) % ring.length] ?? []
      return sum + (x * nextY - nextX * y) / 2
    }, 0),
  )

const KINDS = [
  ['town.osm', toXml],
  ['town.osm.pbf', toPbf],
  ['town.geojson', toGeoJson],
] as const satisfies [string, (extract: Extract) => string | Buffer][]

describe.each(KINDS)('%s', (name, write) => {
  test('streets, water with its island, green areas, buildings and a railway, and nothing of elsewhere', async () => {
    const { lines, baseMap } = await build(name, write(town()))
    expect(lines[0]).toBe('streets: 22, water areas: 1, green areas: 1, buildings: 30')
    expect(baseMap.response).toMatchObject({ kind: 'vector', schema: 'citywell', sea: false, minZoom: 6, maxZoom: 14 })

    const centre = await layersAt(baseMap, 0.505, 0.505, 14)
    expect(new Set(centre['street']?.map(({ class: rank }) => rank))).toEqual(new Set(['major', 'minor']))
    expect(centre['street']?.map(({ name: street }) => street)).toContain('Row 5')
    const region = await layersAt(baseMap, 0.5, 0.5, 8)
    expect(region['street']?.map(({ name: street }) => street).toSorted()).toEqual(['Column 5', 'Row 5'])
    expect(region['building']).toBeUndefined()
    expect((await layersAt(baseMap, 30.05, 30, 8))['street']).toBeUndefined()

    // 0.1 by 0.1 degrees without an island of 0.02 by 0.02; whole within one tile of zoom 10, at some 10 m
    expect(areaOf((await layersAt(baseMap, 0.65, 0.65, 10))['water'])).toBeCloseTo(0.01 - 0.0004, 4)
    expect(areaOf((await layersAt(baseMap, 0.58, 0.47, 10))['park'])).toBeCloseTo(0.0025, 4)
    expect((await layersAt(baseMap, 0.3, 0.44, 10))['rail']).toHaveLength(1)
    // the name of the lake once, in the water and not on the island
    const [label, ...more] =
      (await layersAt(baseMap, 0.65, 0.65, 10))['label']?.filter(({ class: of }) => of === 'water') ?? [] // prettier-ignore
    const [lon = 0, lat = 0] = label?.geometry.type === 'Point' ? label.geometry.coordinates : []
    expect([label?.name, more]).toEqual(['Long lake', []])
    expect([lat, Math.abs(lon - 0.65)].map((degrees) => degrees.toFixed(2))).toEqual(['0.65', '0.03'])
  })

  test('at the sea the land ends at the coast', async () => {
    const { baseMap } = await build(name, write(town({ isAtSea: true })))
    expect(baseMap.response).toMatchObject({ sea: true })
    expect((await layersAt(baseMap, 0.5, 0.5, 12))['land']).toHaveLength(1)
    expect((await layersAt(baseMap, 0.95, 0.5, 12))['land']).toBeUndefined()
  })
})

test('whose data it is comes with the map, with the link that the licence asks for', async () => {
  const { baseMap, lines } = await build('town.osm', toXml(town()))
  expect(baseMap.attribution).toEqual([
    { text: '© OpenStreetMap contributors', url: 'https://www.openstreetmap.org/copyright' },
    { text: ' (ODbL 1.0)', url: null },
  ])
  expect(lines.join('\n')).toContain('© OpenStreetMap contributors (ODbL 1.0)')
})

test('a map that is made again replaces the first, and nothing else is left in the folder', async () => {
  const { folder, baseMap } = await build('town.osm', toXml(town()))
  const small = town()
  small.ways.splice(1)
  await writeFile(join(folder, 'small.osm'), toXml(small))
  const { lines } = await makeMap(join(folder, 'small.osm'), folder)
  expect(lines[0]).toBe('streets: 1, water areas: 0, green areas: 0, buildings: 0')
  expect(await readdir(join(folder, 'basemap'))).toEqual(['openstreetmap.mbtiles'])
  // a city that is running keeps the map that it has opened
  expect((await layersAt(baseMap, 0.455, 0.455, 14))['building']).not.toBeUndefined()
})

describe('an extract that cannot be used is refused, and an earlier map stays', () => {
  test.each([
    ['cut.osm.pbf', toPbf(town()).subarray(0, -50), /cut\.osm\.pbf cannot be read: /],
    ['noise.osm.pbf', Buffer.from('not a map'), /noise\.osm\.pbf cannot be read: /],
    ['other.osm', '<gpx></gpx>', /its root is <gpx>, not <osm>/],
    ['cut.osm', toXml(town()).slice(0, 2_000), /cut\.osm cannot be read: /],
    ['list.geojson', '[]', /is no GeoJSON FeatureCollection/],
    ['town.zip', 'PK', /valid: \.osm\.pbf, \.osm \(XML\) or \.geojson/],
    ['far.osm', toXml({ elements: [{ type: 'node', id: 1, lon: 50, lat: 50 }] }), /nothing within the districts/],
  ])('%s', async (name, content, message) => {
    const { folder } = await build('town.osm', toXml(town()))
    const before = await stat(join(folder, 'basemap/openstreetmap.mbtiles'))
    await writeFile(join(folder, name), content)
    await expect(makeMap(join(folder, name), folder)).rejects.toThrow(message)
    expect(await readdir(join(folder, 'basemap'))).toEqual(['openstreetmap.mbtiles'])
    expect((await stat(join(folder, 'basemap/openstreetmap.mbtiles'))).ino).toBe(before.ino)
  })
})

test('a lake of which a part is missing is left out, and said so', async () => {
  const extract = town()
  const half = extract.ways.findIndex(({ id }) => id === extract.relations[0]?.members[1]?.ref)
  extract.ways.splice(half, 1)
  const { lines } = await build('town.osm', toXml(extract))
  expect(lines[0]).toContain('water areas: 0')
  expect(lines[1]).toBe('areas of which a part is not in the extract, left out: 1')
})
