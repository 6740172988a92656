/** The folder `basemap/` of a city pack: what it may hold, and what is said of what it may not. */
import { mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { tileData } from '#domain/base-map/archives/open-archive.ts'
import { readAttribution } from '#domain/base-map/attribution.ts'
import { type BaseMap, openBaseMap } from '#domain/base-map/base-map.ts'
import { problemText } from '#domain/city-pack/problems/pack-problems.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { check } from '#start/city-command/check/check.ts'
import { city, good, pack, removePacks } from '../packs.ts'
import { markedTiles, toPmtiles, writeMbtiles } from './archives.ts'

const opened: BaseMap[] = []
afterEach(async () => {
  for (const baseMap of opened.splice(0)) await baseMap.close()
  await removePacks()
})

const CITY = { ...city, centre: [0.5, 0.5] as const }

async function open(folder: string, more: object = {}) {
  const { baseMap, problems } = await openBaseMap(folder, { ...CITY, ...more })
  if (baseMap) opened.push(baseMap)
  return { baseMap, problems: problems.list.map(problemText) }
}
const openWith = async (files: Record<string, string | Buffer>, more: object = {}) => {
  const named = Object.entries(files).map(([name, content]) => [`basemap/${name}`, content])
  return open(await pack({ ...good, ...Object.fromEntries(named) }), more)
}

const TILES = markedTiles(5)
const METADATA = { vector_layers: [{ id: 'roads' }, { id: 'water' }], attribution: '© Mapmakers' }
const MBTILES = { attribution: '© Mapmakers', json: { vector_layers: METADATA.vector_layers } }

describe.each(['pmtiles', 'mbtiles'] as const)('%s', (ending) => {
  async function withArchive(): Promise<{ folder: string; file: string }> {
    const folder = await pack(good)
    await mkdir(join(folder, 'basemap'))
    const file = join(folder, `basemap/city.${ending}`)
    if (ending === 'pmtiles') await writeFile(file, toPmtiles({ metadata: METADATA, tiles: TILES }))
    else writeMbtiles(file, { metadata: MBTILES, tiles: TILES })
    return { folder, file }
  }

  test('every tile is the one that was put there, and no other is there', async () => {
    const { folder } = await withArchive()
    const { baseMap } = await open(folder)
    const archive = baseMap?.archives.get(`city.${ending}`)
    for (const { z, x, y, data } of TILES) {
      const tile = await archive?.tile(z, x, y)
      expect(Buffer.from(tile ? await tileData(tile) : []).toString(), `${z}/${x}/${y}`).toBe(data.toString())
    }
    expect(await archive?.tile(5, 0, 0)).toBeUndefined()
    expect(await archive?.tile(9, 0, 0)).toBeUndefined()
    expect(baseMap?.response).toMatchObject({ kind: 'vector', schema: 'protomaps', minZoom: 0, maxZoom: 5 })
    expect(baseMap?.attribution).toEqual([{ text: '© Mapmakers', url: null }])
  })

  test('however much is cut off, the check says so and the city starts without it', async () => {
    const { folder, file } = await withArchive()
    const whole = await readFile(file)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (length) => {
        await writeFile(file, whole)
        await truncate(file, length)
        const { baseMap, problems } = await open(folder)
        expect(baseMap).toBeUndefined()
        expect(problems).toHaveLength(1)
        expect(problems[0]).toMatch(
          new RegExp(`^basemap/city\\.${ending}: (is cut short|is no |has \\d+ bytes only|cannot be)`),
        )
        const { lines, isValid } = await check(folder, { broker: undefined, seconds: 1 }, createScope())
        expect([isValid, lines.at(-1)]).toEqual([false, '1 problem'])
        expect(await readCityPack(folder)).toMatchObject({ city: { name: 'Smallport' } })
      }),
      { seed: 6, numRuns: 40, examples: [[0], [1], [whole.length - 1]] },
    )
  })

  test('whatever bytes are changed, nothing is thrown', async () => {
    const { folder, file } = await withArchive()
    const whole = await readFile(file)
    const change = fc.record({ at: fc.nat({ max: Math.min(whole.length, 400) - 1 }), byte: fc.nat({ max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const broken = Buffer.from(whole)
        for (const { at, byte } of changes) broken[at] = byte
        await writeFile(file, broken)
        const { baseMap, problems } = await open(folder)
        expect(baseMap === undefined).toBe(problems.length > 0)
      }),
      { seed: 7, numRuns: 150 },
    )
  })
})

describe('an archive that is small on the disk and large in memory', () => {
  const LIMIT = 16_777_216
  const bomb = Buffer.alloc(LIMIT + 1)
  const write = async (
    ending: 'pmtiles' | 'mbtiles',
    tiles: Parameters<typeof toPmtiles>[0]['tiles'],
    metadata = {},
  ) => {
    const folder = await pack(good)
    await mkdir(join(folder, 'basemap'))
    const file = join(folder, `basemap/city.${ending}`)
    if (ending === 'pmtiles') await writeFile(file, toPmtiles({ metadata: { ...METADATA, ...metadata }, tiles }))
    else writeMbtiles(file, { metadata: MBTILES, tiles })
    expect((await readFile(file)).length).toBeLessThan(100_000)
    return folder
  }

  test.each(['pmtiles', 'mbtiles'] as const)('%s: a tile that is read at the start', async (ending) => {
    const { baseMap, problems } = await open(await write(ending, [{ z: 0, x: 0, y: 0, data: bomb }]))
    expect(baseMap).toBeUndefined()
    expect(problems).toEqual([expect.stringContaining(`city.${ending}: cannot be read (Cannot create a Buffer larger`)])
  })

  test.each(['pmtiles', 'mbtiles'] as const)(
    '%s: a tile that somebody asks for later; the largest one is fine',
    async (ending) => {
      const tiles = [...TILES, { z: 5, x: 0, y: 0, data: bomb }, { z: 5, x: 1, y: 0, data: bomb.subarray(1) }]
      const { baseMap } = await open(await write(ending, tiles))
      const archive = baseMap?.archives.get(`city.${ending}`)
      const unpacked = async (x: number) => {
        const tile = await archive?.tile(5, x, 0)
        return tile && tileData(tile)
      }
      await expect(unpacked(0)).rejects.toThrow('larger than')
      expect((await unpacked(1))?.length).toBe(LIMIT)
    },
  )

  test('a description', async () => {
    const { baseMap, problems } = await open(await write('pmtiles', TILES, { note: 'x'.repeat(LIMIT) }))
    expect([baseMap, problems.length]).toEqual([undefined, 1])
  })

  test('a tile that is stored without compression', async () => {
    const folder = await pack(good)
    await mkdir(join(folder, 'basemap'))
    const tiles = [{ z: 0, x: 0, y: 0, data: bomb }]
    writeMbtiles(join(folder, 'basemap/a.mbtiles'), { metadata: MBTILES, tiles, type: 2 })
    expect((await open(folder)).problems).toEqual([expect.stringContaining(`has a tile of ${LIMIT + 1} bytes`)])
    await writeFile(join(folder, 'basemap/a.pmtiles'), toPmtiles({ metadata: METADATA, tiles, type: 2 }))
    await rm(join(folder, 'basemap/a.mbtiles'))
    expect((await open(folder)).problems).toEqual([expect.stringContaining(`has a part of ${LIMIT + 1} bytes`)])
  })
})

test('layers of no known schema need a style, and images do not', async () => {
  const unknown = toPmtiles({ metadata: { vector_layers: [{ id: 'rues' }] }, tiles: TILES })
  expect((await openWith({ 'a.pmtiles': unknown })).problems[0]).toMatch(
    /^basemap\/a\.pmtiles: its layers \(rues\) are/,
  )
  const images = toPmtiles({ metadata: {}, tiles: TILES, type: 2 })
  expect((await openWith({ 'a.pmtiles': images })).baseMap?.response).toMatchObject({ kind: 'raster', maxZoom: 5 })
})

test('an empty folder and two archives are said so; without a folder nothing is', async () => {
  const archive = toPmtiles({ metadata: METADATA, tiles: TILES })
  expect((await openWith({ 'readme.txt': '' })).problems[0]).toMatch(/^basemap: holds no base map; valid: /)
  expect((await openWith({ 'a.pmtiles': archive, 'b.pmtiles': archive })).problems[0]).toMatch(
    /^basemap: holds several archives; style\.json must say what is drawn of a\.pmtiles, b\.pmtiles/,
  )
  expect(await open(await pack(good))).toEqual({ baseMap: undefined, problems: [] })
})

describe('GeoJSON', () => {
  const feature = (properties: object) => ({
    type: 'Feature',
    properties,
    geometry: {
      type: 'LineString',
      coordinates: [
        [0.1, 0.1],
        [0.2, 0.2],
      ],
    }, // prettier-ignore
  })
  const collection = (...features: object[]) => JSON.stringify({ type: 'FeatureCollection', features })

  test('the name of a file says what is in it, where features do not', async () => {
    const { baseMap } = await openWith({
      'streets.geojson': collection(feature({ name: 'High street' }), feature({ layer: 'rail' })),
      'green.geojson': collection(feature({})),
    })
    const { features } = JSON.parse(baseMap?.geoJson ?? '') as { features: { properties: object }[] }
    expect(features.map(({ properties }) => properties)).toEqual([
      { layer: 'land' },
      { layer: 'park' },
      { name: 'High street', layer: 'street' },
      { layer: 'rail' },
    ])
  })

  test('what is neither named nor known is a problem with a suggestion', async () => {
    const { problems } = await openWith({ 'map.geojson': collection(feature({ layer: 'stret' }), feature({})) })
    expect(problems.join('\n')).toContain('"stret" is not known; did you mean "street"?')
  })
})

describe('a style', () => {
  const archive = toPmtiles({ metadata: METADATA, tiles: TILES })
  const style = {
    version: 8,
    glyphs: 'fonts/{fontstack}/{range}.pbf',
    sprite: './sprite',
    sources: {
      map: { type: 'vector', url: 'pmtiles://city.pmtiles' },
      extra: { type: 'geojson', data: 'extra.geojson' },
    },
    layers: [],
  }
  const files = {
    'city.pmtiles': archive,
    'fonts/Inter/0-255.pbf': 'x',
    'sprite.json': '{}',
    'sprite.png': 'x',
    'extra.geojson': '{}',
  }

  test('addresses in the folder become addresses of the city', async () => {
    const { baseMap, problems } = await openWith({ ...files, 'style.json': JSON.stringify(style) })
    expect(problems).toEqual([])
    const root = '/api/v1/city/base-map'
    expect(baseMap?.response).toEqual({ kind: 'style', light: `${root}/styles/light`, dark: `${root}/styles/dark` })
    expect(baseMap?.styles.get('light')).toMatchObject({
      glyphs: `${root}/files/fonts/{fontstack}/{range}.pbf`,
      sprite: `${root}/files/sprite`,
      sources: {
        map: { type: 'vector', maxzoom: 5, tiles: [`${root}/tiles/city.pmtiles/{z}/{x}/{y}?v=${baseMap?.version}`] },
        extra: { data: `${root}/files/extra.geojson` },
      },
    })
    expect(baseMap?.attribution).toEqual([{ text: '© Mapmakers', url: null }])
    expect(baseMap?.origins).toEqual([])
  })

  const external = { ...style, sources: { map: { type: 'vector', tiles: ['https://tiles.example/{z}/{x}/{y}.pbf'] } } }
  test('another host must be permitted by the pack', async () => {
    const written = { ...files, 'style.json': JSON.stringify(external) }
    expect((await openWith(written)).problems).toEqual([
      'basemap/style.json, sources.map.tiles[0]: https://tiles.example is not permitted; write "mapOrigins": ["https://tiles.example"] in city.json',
    ])
    const { baseMap } = await openWith(written, { mapOrigins: ['https://tiles.example'] })
    expect(baseMap?.origins).toEqual(['https://tiles.example'])
  })

  test.each([
    [{ sprite: '../city' }, 'sprite: "../city" is not in the folder basemap/'],
    [{ glyphs: 'lettres/{fontstack}/{range}.pbf' }, 'is not in the folder basemap/'],
    [{ sources: { map: { type: 'vector', url: 'pmtiles://town.pmtiles' } } }, '"town.pmtiles" is no archive of tiles'],
    [{ sources: { map: { type: 'vector', url: 'mapbox://streets' } } }, 'is an address that a browser cannot open'],
    [
      { sources: { map: { type: 'vector', tiles: ['//tiles.example/{z}'] } } },
      'is an address that a browser cannot open',
    ],
    [{ version: 7 }, 'is no MapLibre style'],
  ])('%j is refused', async (change, message) => {
    const { problems } = await openWith({ ...files, 'style.json': JSON.stringify({ ...style, ...change }) })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(message)
  })
})

test('only files of the folder can be served, and none that a link leads out to', async () => {
  const folder = await pack({ ...good, 'basemap/streets.geojson': '{"type":"FeatureCollection","features":[]}' })
  await symlink(join(folder, 'city.json'), join(folder, 'basemap/city.json'))
  await symlink('/etc', join(folder, 'basemap/etc'))
  await writeFile(join(folder, 'basemap/.secret'), '')
  const archive = join(folder, 'basemap/a.pmtiles')
  await writeFile(archive, toPmtiles({ metadata: METADATA, tiles: TILES }))
  const { baseMap } = await open(folder)
  expect([...(baseMap?.files.keys() ?? [])].toSorted()).toEqual(['a.pmtiles', 'streets.geojson'])
})

test.each([
  [
    '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap</a> contributors',
    ['© ', null],
    ['OpenStreetMap', 'https://www.openstreetmap.org/copyright'],
    [' contributors', null],
  ], // prettier-ignore
  ['&copy; OpenStreetMap contributors', ['© OpenStreetMap contributors', 'https://www.openstreetmap.org/copyright']],
  ['<script>alert(1)</script>A &amp; B', ['alert(1)A & B', null]],
  ['<a href="javascript:alert(1)">me</a>', ['me', null]],
])('attribution is text and links only: %s', (html, ...parts) => {
  expect(readAttribution(html)).toEqual(parts.map(([text, url]) => ({ text, url })))
})
