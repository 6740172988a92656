/** Files that no editor writes: what is wrong with them is one problem, and the check ends. */
import { execFileSync } from 'node:child_process'
import { rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { overlaps } from '#domain/city-pack/geometry/overlaps.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { city, good, pack, removePacks } from './packs.ts'

afterEach(removePacks)

const DEEP = 200_000
const lists = '['.repeat(DEEP) + ']'.repeat(DEEP)
const feature = (coordinates: string): string =>
  `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"key":"a"},"geometry":{"type":"Polygon","coordinates":${coordinates}}}]}`

describe('nested far deeper than anything that is meant', () => {
  test.each([
    ['city.json', `{"name":${lists}}`],
    ['city.json', '['.repeat(DEEP)],
    ['zones.geojson', feature(lists)],
    ['map.geojson', feature(lists)],
    ['map.geojson', `${'{"features":'.repeat(DEEP)}1${'}'.repeat(DEEP)}`],
  ])('%s', async (file, text) => {
    const folder = await pack({ ...good, [file]: text })
    await expect(readCityPack(folder)).rejects.toThrow(`${file}: lists and objects are nested deeper than 100`)
  })

  test('a geometry in a cell of things.csv', async () => {
    const cell = `"{""type"":""Point"",""coordinates"":${lists}}"`
    const folder = await pack({ ...good, 'things.csv': `key,name,domain,kind,geometry\na,A,air,x,${cell}\n` })
    await expect(readCityPack(folder)).rejects.toThrow(/things\.csv, line 2, column geometry: .{1,200} is not JSON/)
  })
})

describe('no files', () => {
  test('a device without an end, and a pipe that nobody writes to', async () => {
    const folder = await pack(good)
    for (const file of ['zones.geojson', 'city.json']) await rm(join(folder, file))
    await symlink('/dev/zero', join(folder, 'zones.geojson'))
    execFileSync('mkfifo', [join(folder, 'city.json')])
    await expect(readCityPack(folder)).rejects.toThrow(/city\.json: is not a file[\s\S]*zones\.geojson: is not a file/)
  })
})

describe('topics that no broker accepts', () => {
  test.each([
    ['a\u0000b', /sources\[0\]\.topic: .*has a control character/],
    ['a/\u001b', /has a control character/],
    ['a/\ud800', /half a character/],
    ['x'.repeat(70_000), /has 70000 bytes; valid: at most 1024/],
    ['€'.repeat(400), /has 1200 bytes/],
    ['$share/group/tele/#', /is a shared subscription; write "tele\/#"/],
  ])('%j', async (topic, problem) => {
    const sources = [{ name: 'native', topic }]
    const folder = await pack({ ...good, 'city.json': JSON.stringify({ ...city, sources }) })
    await expect(readCityPack(folder)).rejects.toThrow(problem)
  })
})

test('thousands of districts over each other are found within seconds', () => {
  const ring = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
    [0, 0],
  ]
  const districts = Array.from({ length: 3_000 }, () => ({
    ...{ geometry: { type: 'Polygon' as const, coordinates: [ring] }, from: '0000-01-01', to: '9999-01-01' },
  }))
  const began = performance.now()
  expect(overlaps(districts as never)).toHaveLength(1_000)
  // all 4,500,000 pairs took longer than 20 s
  expect(performance.now() - began).toBeLessThan(10_000)
})
