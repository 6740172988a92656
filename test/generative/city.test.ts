import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { cityPackSchema, zonesSchema } from '#model/city/city-pack.ts'
import { codebookSchema } from '#model/survey/codebook.ts'
import { CORE_INDICATORS } from '#model/survey/itu-core-indicators.ts'
import { contains, type Line } from '#simulators/city/geometry/geometry.ts'
import { packFiles } from '#simulators/city/pack.ts'
import type { CityPlan } from '#simulators/city/plan/city-plan.ts'
import { planCity } from '#simulators/city/plan/create-plan.ts'
import { createRandom } from '#simulators/random/random.ts'

const DEMO = join(import.meta.dirname, '../../simulators/cities/demo')
const digest = (files: ReadonlyMap<string, string>) => {
  const sum = createHash('sha256')
  for (const [path, text] of files) sum.update(path).update('\0').update(text)
  return sum.digest('hex')
}

let plan: CityPlan
let files: Map<string, string>
beforeAll(() => {
  plan = planCity(7)
  files = packFiles(plan)
}, 120_000)

vi.setConfig({ testTimeout: 60_000 })

describe('the generated city', () => {
  test('seed 7 gives the committed demo pack, byte for byte, and nothing else is in its folder', async () => {
    for (const [path, text] of files) expect(await readFile(join(DEMO, path), 'utf8'), path).toBe(text)
    const entries = await readdir(DEMO, { recursive: true, withFileTypes: true })
    const found = entries.filter((e) => e.isFile()).map((e) => relative(DEMO, join(e.parentPath, e.name)))
    expect(found.sort()).toEqual([...files.keys()].sort())
  })

  test('another seed gives another city', () => {
    expect(digest(packFiles(planCity(8)))).not.toBe(digest(files))
  })

  test('city.json, zones and codebook are what the model asks for', () => {
    const city = cityPackSchema.parse(JSON.parse(files.get('city.json') ?? ''))
    expect(city.simulated).toBe(true)
    const zones = zonesSchema.parse(JSON.parse(files.get('zones.geojson') ?? ''))
    expect(zones.features.length).toBeGreaterThanOrEqual(12)
    expect(zones.features.length).toBeLessThanOrEqual(20)
    expect(zones.features.reduce((sum, f) => sum + (f.properties.population ?? 0), 0)).toBe(city.population)
    expect(zones.features.reduce((sum, f) => sum + (f.properties.households ?? 0), 0)).toBe(city.households)
    for (const round of ['households-2024', 'households-2026'])
      codebookSchema.parse(JSON.parse(files.get(`surveys/${round}/codebook.json`) ?? ''))
  })

  test('the base map is small enough to ship', () => {
    expect(Buffer.byteLength(files.get('map.geojson') ?? '')).toBeLessThan(1_500_000)
  })

  test('districts cover the land and never overlap: 20,000 places drawn at random', () => {
    const collection = JSON.parse(files.get('zones.geojson') ?? '') as Shapes
    const map = JSON.parse(files.get('map.geojson') ?? '') as Shapes
    const zones = collection.features.map(ringsOf)
    const land = map.features.filter((f) => f.properties['layer'] === 'land').flatMap(ringsOf)
    const random = createRandom(99)
    let onLand = 0
    for (let i = 0; i < 20_000; i++) {
      const p = [-10.85 + random.between(-0.055, 0.055), 39.24 + random.between(-0.036, 0.036)] as const
      const inside = zones.filter((shapes) => shapes.some((rings) => contains(rings, p))).length
      const dry = land.some((rings) => contains(rings, p))
      if (dry) onLand++
      expect(inside, `${p}`).toBe(dry ? 1 : 0)
    }
    expect(onLand).toBeGreaterThan(5000)
  })

  test('streets stay on land but for bridges, and the river is crossed', () => {
    const wet = plan.streets.filter((s) => s.line.some((p) => plan.terrain.land(p) < -4))
    expect(wet.filter((s) => s.class !== 'arterial')).toEqual([])
    expect(wet.length).toBeGreaterThanOrEqual(2)
  })

  test('about 460 Things in six formats, each key and each device once', () => {
    const rows = (files.get('things.csv') ?? '').trim().split('\n').slice(1)
    expect(rows.length).toBeGreaterThan(430)
    expect(rows.length).toBeLessThan(490)
    const keys = rows.map((row) => row.slice(0, row.indexOf(',')))
    expect(new Set(keys).size).toBe(keys.length)
    const devices = [
      ...(files.get('things.csv') ?? '').matchAll(
        /,((?:senml|things-stack|tasmota|zigbee2mqtt|sensor-community)\/[^,]+),/g,
      ),
    ].map((m) => m[1] ?? '')
    expect(new Set(devices).size).toBe(devices.length)
    expect(new Set(devices.map((d) => d.slice(0, d.indexOf('/')))).size).toBe(5)
  })
})

describe('the synthetic survey', () => {
  const read = (year = 2026) => {
    const [header = '', ...rows] = (files.get(`surveys/households-${year}/responses.csv`) ?? '').trim().split('\n')
    const columns = header.split(',')
    return rows.map((row) => Object.fromEntries(row.split(',').map((cell, i) => [columns[i] ?? '', cell])))
  }
  const online = (rows: Record<string, string>[]) => {
    const weight = (list: Record<string, string>[]) => list.reduce((sum, r) => sum + Number(r['weight']), 0)
    return weight(rows.filter((r) => r['internet'] === 'yes')) / weight(rows)
  }

  test('weights sum to the households of each district', () => {
    const rows = read()
    expect(rows).toHaveLength(1200)
    for (const d of plan.districts) {
      const sum = rows.filter((r) => r['zone'] === d.key).reduce((s, r) => s + Number(r['weight']), 0)
      expect(Math.abs(sum - d.households)).toBeLessThan(0.1)
    }
  })

  test('household Internet is about 88 %, rises with income, falls with age, and differs by district', () => {
    const rows = read()
    expect(online(rows)).toBeGreaterThan(0.85)
    expect(online(rows)).toBeLessThan(0.91)
    expect(online(rows.filter((r) => r['income_quintile'] === '5'))).toBeGreaterThan(
      online(rows.filter((r) => r['income_quintile'] === '1')) + 0.12,
    )
    expect(online(rows.filter((r) => r['age_group'] === '75+'))).toBeLessThan(
      online(rows.filter((r) => r['age_group'] === '35-49')) - 0.15,
    )
    const shares = plan.districts.map((d) => online(rows.filter((r) => r['zone'] === d.key)))
    expect(Math.max(...shares) - Math.min(...shares)).toBeGreaterThan(0.15)
  })

  test('the baseline two years earlier: another sample, less access, the same questions', () => {
    const rows = read(2024)
    expect(rows).toHaveLength(1200)
    expect(Object.keys(rows[0] ?? {})).toEqual(Object.keys(read()[0] ?? {}))
    // 82 % and 88 %, each within three points of chance
    expect(online(rows)).toBeGreaterThan(0.79)
    expect(online(rows)).toBeLessThan(online(read()) - 0.02)
    const newest = read()
    const same = rows.filter((r, i) => r['cluster'] === newest[i]?.['cluster']).length
    expect(same).toBeLessThan(600)
  })

  test('every core indicator is asked, and questions for users or others alone are empty for the rest', () => {
    const { questions } = codebookSchema.parse(JSON.parse(files.get('surveys/households-2026/codebook.json') ?? ''))
    const asked = new Set(questions.flatMap(({ indicator }) => indicator ?? []))
    expect(CORE_INDICATORS.filter(({ code }) => !asked.has(code)).map(({ code }) => code)).toEqual([])
    for (const { column, indicator } of questions) {
      const base = CORE_INDICATORS.find(({ code }) => code === indicator)?.base
      if (base !== 'internet_user' && base !== 'non_user') continue
      for (const r of read())
        expect(r[column] !== '').toBe((r['internet_use'] === 'yes') === (base === 'internet_user'))
    }
  })

  test('settlement is the same for all of a district, and both kinds are there', () => {
    const kinds = plan.districts.map(
      (d) => new Set(read().flatMap((r) => (r['zone'] === d.key ? (r['settlement'] ?? '') : []))),
    )
    expect(kinds.every(({ size }) => size === 1)).toBe(true)
    expect(new Set(kinds.flatMap((kind) => [...kind]))).toEqual(new Set(['urban', 'outskirts']))
  })

  test('two clusters at least in each stratum, so that variance can be estimated', () => {
    const rows = read()
    for (const d of plan.districts)
      expect(new Set(rows.filter((r) => r['stratum'] === d.key).map((r) => r['cluster'])).size).toBeGreaterThan(1)
  })

  test('who has no Internet names a barrier or more and no connection, and the other way round', () => {
    for (const r of read()) {
      const barriers = Object.keys(r).filter((column) => column.startsWith('barrier_'))
      expect(barriers.some((column) => r[column] === 'yes')).toBe(r['internet'] === 'no')
      expect(barriers.every((column) => (r[column] === '') === (r['internet'] === 'yes'))).toBe(true)
      expect(r['connection'] !== '').toBe(r['internet'] === 'yes')
    }
  })
})

type Shapes = { features: { geometry: { type: string; coordinates: unknown }; properties: Record<string, unknown> }[] }
function ringsOf({ geometry }: Shapes['features'][number]): Line[][] {
  return (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as Line[][]
}
