/** The base map of a city pack over HTTP: tiles, styles and files, in parts, and nothing beyond the folder. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BaseMap, openBaseMap } from '#domain/base-map/base-map.ts'
import { cityResponse } from '#model/api/city.ts'
import { markedTiles, toPmtiles } from '#test/unit/domain/base-map/archives.ts'
import { city, good, pack, removePacks } from '#test/unit/domain/packs.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

const TILES = markedTiles(5)
const ARCHIVE = toPmtiles({
  metadata: { vector_layers: [{ id: 'roads' }], attribution: '&copy; OpenStreetMap contributors' },
  tiles: TILES,
})
const STYLE = {
  version: 8,
  glyphs: 'fonts/{fontstack}/{range}.pbf',
  sources: {
    map: { type: 'vector', url: 'pmtiles://city map.pmtiles' },
    other: { type: 'raster', tiles: ['https://tiles.example/{z}/{x}/{y}.png'] },
  }, // prettier-ignore
  layers: [],
}
const ROOT = '/api/v1/city/base-map'
const MAP = `${ROOT}/tiles/${encodeURIComponent('city map.pmtiles')}`
const FILE = `${ROOT}/files/${encodeURIComponent('city map.pmtiles')}`

let api: TestApi
let baseMap: BaseMap
beforeAll(async () => {
  const folder = await pack({
    ...good,
    'basemap/city map.pmtiles': ARCHIVE,
    'basemap/style.json': JSON.stringify(STYLE),
    'basemap/fonts/Inter/0-255.pbf': 'glyphs',
  })
  const found = await openBaseMap(folder, { ...city, centre: [0.5, 0.5], mapOrigins: ['https://tiles.example'] })
  if (!found.baseMap) throw new Error(JSON.stringify(found.problems.list))
  baseMap = found.baseMap
  api = await openTestApi({ baseMap, mapOrigins: () => baseMap.origins })
})
afterAll(async () => {
  await api.close()
  await baseMap.close()
  await removePacks()
})

test('the city says what is drawn and whose data it is', async () => {
  const { baseMap: described, mapAttribution } = cityResponse.parse((await api.app.inject('/api/v1/city')).json())
  expect(described).toEqual({ kind: 'style', light: `${ROOT}/styles/light`, dark: `${ROOT}/styles/dark` })
  expect(mapAttribution).toEqual([
    { text: '© OpenStreetMap contributors', url: 'https://www.openstreetmap.org/copyright' },
  ])
})

describe('tiles', () => {
  test('every one is sent as it is, compressed to those who can read that, and confirmed by its tag', async () => {
    for (const { z, x, y, data } of TILES) {
      const url = `${MAP}/${z}/${x}/${y}?v=${baseMap.version}`
      const plain = await api.app.inject(url)
      expect([plain.statusCode, plain.body]).toEqual([200, data.toString()])
      expect(plain.headers['content-type']).toBe('application/vnd.mapbox-vector-tile')
      const zipped = await api.app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })
      expect(zipped.headers['content-encoding']).toBe('gzip')
      const headers = { 'if-none-match': String(plain.headers.etag) }
      expect((await api.app.inject({ url, headers })).statusCode).toBe(304)
    }
  })

  test('204 where there is none; 404 for another archive, 400 for what is no tile', async () => {
    expect((await api.app.inject(`${MAP}/5/0/0`)).statusCode).toBe(204)
    expect((await api.app.inject(`${ROOT}/tiles/town.pmtiles/0/0/0`)).statusCode).toBe(404)
    expect((await api.app.inject(`${MAP}/31/0/0`)).statusCode).toBe(400)
    expect((await api.app.inject(`${MAP}/1/-1/0`)).statusCode).toBe(400)
  })
})

describe('files', () => {
  const ranged = (range: string, more: Record<string, string> = {}) =>
    api.app.inject({ url: FILE, headers: { range, ...more } })

  test('a whole archive, or the part that is asked for', async () => {
    const whole = await api.app.inject(FILE)
    expect(whole.rawPayload.equals(ARCHIVE)).toBe(true)
    expect(whole.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-type': 'application/vnd.pmtiles' })
    const { length } = ARCHIVE
    for (const [range, start, end] of [
      ['bytes=0-126', 0, 127],
      ['bytes=100-', 100, length],
      ['bytes=-10', length - 10, length],
      [`bytes=5-${length + 50}`, 5, length],
    ] as const) {
      const part = await ranged(range)
      expect(part.statusCode).toBe(206)
      expect(part.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${length}`)
      expect(part.rawPayload.equals(ARCHIVE.subarray(start, end))).toBe(true)
    }
  })

  test('a part beyond the end is refused; several parts, and parts of another version, are the whole', async () => {
    const beyond = await ranged(`bytes=${ARCHIVE.length}-`)
    expect([beyond.statusCode, beyond.headers['content-range']]).toEqual([416, `bytes */${ARCHIVE.length}`])
    expect((await ranged('bytes=0-1,5-6')).statusCode).toBe(200)
    expect((await ranged('bytes=0-1', { 'if-range': '"other"' })).statusCode).toBe(200)
    const { etag } = (await ranged('bytes=0-1')).headers
    expect((await ranged('bytes=0-1', { 'if-range': String(etag) })).statusCode).toBe(206)
    expect((await api.app.inject({ url: FILE, headers: { 'if-none-match': String(etag) } })).statusCode).toBe(304)
  })

  test('no address leads out of the folder', async () => {
    const paths = ['../city.json', '..%2fcity.json', '%2e%2e/city.json', 'fonts/..%2f..%2fcity.json', '/etc/passwd']
    const more = ['%2fetc%2fpasswd', '..%5ccity.json', 'style.json%00.png', '....//city.json', '.']
    for (const path of [...paths, ...more]) {
      const { statusCode, body } = await api.app.inject(`${ROOT}/files/${path}`)
      expect([400, 404], `${path}: ${statusCode}`).toContain(statusCode)
      expect(body).not.toContain('Smallport')
    }
  })
})

test('the style names addresses of the city only, and the page may load what the pack permits', async () => {
  const { headers, ...answer } = await api.app.inject(`${ROOT}/styles/dark`)
  const style = answer.json<{ glyphs: string; sources: { map: { tiles: string[] } } }>()
  expect(style.sources.map.tiles).toEqual([`${MAP}/{z}/{x}/{y}?v=${baseMap.version}`])
  const glyphs = style.glyphs.replace('{fontstack}', 'Inter').replace('{range}', '0-255')
  expect((await api.app.inject(glyphs)).body).toBe('glyphs')
  expect(headers['content-security-policy']).toContain("connect-src 'self' https://tiles.example;")
})
