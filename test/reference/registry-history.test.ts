import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEquity } from '#api/equity/equity.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { cityAt, zonesAt } from '#api/measurements/registry-at.ts'
import { selectZonesAt } from '#api/queries/zones.ts'
import { changeThing } from '#api/registry/change-thing.ts'
import { reportOf } from '#api/reports/document.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { SYSTEM } from '#model/access/actor.ts'
import { reportedValueBody } from '#model/api/indicators.ts'
import { addThing, hourly, observe, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * A report for a year rests on what the city was at its end. A city of two districts in Lisbon, described since 2024, of which
 * packs of three years are loaded one after the other. 10 km of cycle paths; 4 and 6 per 100,000 are counted by hand.
 */
const NOW = new Date('2026-11-20T12:00:00Z')
const square = (west: number, width = 0.02) => ({
  type: 'Polygon',
  coordinates: [
    [
      [west, 0],
      [west + width, 0],
      [west + width, 0.02],
      [west, 0.02],
      [west, 0],
    ],
  ],
})
type Pack = {
  validFrom?: string
  city?: object
  population: number
  zones: readonly { key: string; population: number; west: number; width?: number; more?: object }[]
  lanes: readonly object[]
  things?: string
}
const lane = (name: string, lengthM: number, more: object = {}) => ({
  type: 'Feature',
  geometry: {
    type: 'LineString',
    coordinates: [
      [0.001, 0.01],
      [0.019, 0.01],
    ],
  },
  properties: { kind: 'bike_lane', name, lengthM, ...more },
})

let db: TestDatabase
let folder: string
beforeAll(async () => {
  db = await openTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'history-'))
})
afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

async function read({ validFrom, city, population, zones, lanes, things }: Pack) {
  const pack = {
    ...{ name: 'Smallport', timeZone: 'Europe/Lisbon', centre: [0.02, 0.01], population },
    ...{ sources: [{ name: 'native', topic: 'city/#' }], ...(validFrom && { validFrom }), ...city },
  }
  const features = zones.map(({ key, population: people, west, width, more }) => ({
    type: 'Feature',
    geometry: square(west, width),
    properties: { key, name: key.toUpperCase(), population: people, ...more },
  }))
  await writeFile(join(folder, 'city.json'), JSON.stringify(pack))
  await writeFile(join(folder, 'zones.geojson'), JSON.stringify({ type: 'FeatureCollection', features }))
  const cityData = JSON.stringify({ type: 'FeatureCollection', features: lanes })
  await rm(join(folder, 'city-data.geojson'), { force: true })
  if (lanes && lanes.length > 0) await writeFile(join(folder, 'city-data.geojson'), cityData)
  await writeFile(join(folder, 'things.csv'), `key,name,domain,kind,lon,lat,${things ?? ''}`)
  return readCityPack(folder)
}
const load = async (pack: Pack) => loadCityPack(db.pool, await read(pack))
const THINGS = (smart: number) => `customers,smartMeters\nfeeder-a,Feeder A,energy,feeder,0.01,0.01,100,${smart}\n`
const ZONES = [
  { key: 'a', population: 40_000, west: 0 },
  { key: 'b', population: 60_000, west: 0.02 },
]

const engine = () => createIndicators({ pool: db.pool, microdata: openMicrodata(db.pool), clock: () => NOW })
const LANES = 'EC:I:T:3C'
const SMART = 'EC:ICT:ES:1C'
async function point(code: string, period: string, zone?: string) {
  const [found] = (await engine().evaluate(code, { period, zone })).values
  if (!found) throw new Error('no data point')
  return found
}
const value = async (code: string, period: string, zone?: string) => (await point(code, period, zone)).value

describe('a registry that begins in 2024', () => {
  beforeAll(async () => {
    const lanes = [lane('Quay', 10_000), lane('Rampart', 5000, { validFrom: '2025-07-01' })]
    await load({ validFrom: '2024-01-01', population: 100_000, zones: ZONES, lanes, things: THINGS(20) })
  })

  test('says nothing of 1990 and of 2023, and when it begins', async () => {
    const board = await engine().scoreboard({ period: '1990' })
    expect(board.indicators.flatMap(({ values }) => values.filter((one) => one.value !== null))).toEqual([])
    for (const period of ['1990', '2023'])
      expect((await point(LANES, period)).missing).toMatch(/^the registry begins on 2024-01-01/)
    expect(
      (await engine().zoneValues(LANES, { period: '2023' })).zones.map(({ zone, value: of }) => [zone, of]),
    ).toEqual([
      ['a', null],
      ['b', null],
    ])
    expect(await value(LANES, '2023', 'a')).toBeNull()
  })

  test('features and attributes hold from their dates: 10 km in 2024, 15 km of 100,000 people at the end of 2025', async () => {
    expect(await value(LANES, '2024')).toBeCloseTo(10, 9)
    expect(await value(LANES, '2025-06')).toBeCloseTo(10, 9)
    expect(await value(LANES, '2025')).toBeCloseTo(15, 9)
    expect(await value(SMART, '2024')).toBeCloseTo(20, 9)
  })

  test('the same pack loaded again changes nothing', async () => {
    const states = 'select entity, id, valid_from, valid_to from registry_history order by 1, 2, 3'
    const before = (await db.pool.query(states)).rows
    await loadCityPack(db.pool, await readCityPack(folder))
    expect((await db.pool.query(states)).rows).toEqual(before)
  })
})

describe('a pack of 2026 with other people, borders, lanes and meters', () => {
  beforeAll(async () => {
    const zones = [
      { key: 'a', population: 90_000, west: 0, width: 0.03 },
      { key: 'b', population: 35_000, west: 0.03, width: 0.01 },
    ]
    await load({
      validFrom: '2026-01-01',
      population: 125_000,
      zones,
      lanes: [lane('Quay', 20_000)],
      things: THINGS(60),
    })
  })

  test('changes 2026 and not the years before', async () => {
    expect(await value(LANES, '2024')).toBeCloseTo(10, 9)
    expect(await value(LANES, '2025')).toBeCloseTo(15, 9)
    expect(await value(LANES, '2026')).toBeCloseTo(16, 9)
    expect([await value(SMART, '2025'), await value(SMART, '2026')]).toEqual([20, 60])
  })

  test('nor the zones of these years, with their borders and people', async () => {
    const areas = async (period: string) => (await point(LANES, period, 'a')).evidence?.inputs?.[1]?.value
    expect([await areas('2025'), await areas('2026')]).toEqual([40_000, 90_000])
    // the lane lies in zone a as a whole
    expect(await value(LANES, '2025', 'a')).toBeCloseTo(15 / 0.4, 9)
    expect(await value(LANES, '2026', 'a')).toBeCloseTo(20 / 0.9, 9)
  })

  test('zones are given as they were at a time', async () => {
    const at = async (time: string) =>
      (await selectZonesAt(db.pool, new Date(time))).map((zone) => [zone.key, zone.population, zone.geometry])
    expect(await at('2023-06-01T00:00:00Z')).toEqual([])
    expect(await at('2025-12-31T23:59:59Z')).toEqual([
      ['a', 40_000, square(0)],
      ['b', 60_000, square(0.02)],
    ])
    expect(await at('2026-01-02T00:00:00Z')).toEqual([
      ['a', 90_000, square(0, 0.03)],
      ['b', 35_000, square(0.03, 0.01)],
    ])
  })

  test('report and equity of 2025 count the people of 2025', async () => {
    const indicators = engine()
    const report = await reportOf({ pool: db.pool, indicators, clock: () => NOW }, '2025')
    expect(report.city.population).toBe(100_000)
    const equity = createEquity({ pool: db.pool, microdata: openMicrodata(db.pool), indicators, clock: () => NOW })
    const { zones } = await equity({ period: '2025', by: 'zone' })
    expect(zones).toBe(2)
  })

  test('series, scoreboard and indicator say the same of each year', async () => {
    const indicators = engine()
    const series = await indicators.series(LANES, { periods: '2023,2024,2025,2026' })
    const single = await Promise.all(['2023', '2024', '2025', '2026'].map((year) => value(LANES, year)))
    expect(series.values.map((one) => one.value)).toEqual(single)
    for (const [i, year] of ['2023', '2024', '2025', '2026'].entries()) {
      const board = await indicators.scoreboard({ period: year })
      expect(board.indicators.find(({ code }) => code === LANES)?.values[0]?.value).toBe(single[i])
    }
  })
})

describe('a change without a date holds from now on', () => {
  test('of a pack whose date is that of the pack before', async () => {
    const zones = [{ key: 'a', population: 250_000, west: 0, width: 0.04 }]
    await load({
      validFrom: '2026-01-01',
      population: 250_000,
      zones,
      lanes: [lane('Quay', 20_000)],
      things: THINGS(60),
    })
    expect(await value(LANES, '2026')).toBeCloseTo(8, 9)
    expect(await value(LANES, '2026-03')).toBeCloseTo(16, 9)
    // zone b is gone now, and was there then
    expect((await engine().zoneValues(LANES, { period: '2026-03' })).zones.map(({ zone }) => zone)).toEqual(['a', 'b'])
    expect((await engine().zoneValues(LANES, { period: '2026' })).zones.map(({ zone }) => zone)).toEqual(['a'])
    expect(await value(LANES, '2026-03', 'b')).toBe(0)
  })

  test('of a Thing that a person moves or renames', async () => {
    const state = `select count(*)::int as n from registry_history h join thing t on t.id = h.id and h.entity = 'thing' where t.key = 'feeder-a'`
    const before = (await db.pool.query<{ n: number }>(state)).rows[0]?.n ?? 0
    await changeThing(db.pool, SYSTEM, 'feeder-a', { kind: 'grid_intake' })
    expect((await db.pool.query<{ n: number }>(state)).rows[0]?.n).toBe(before + 1)
    expect([await value(SMART, '2025'), await value(SMART, '2026-03'), await value(SMART, '2026')]).toEqual([
      20,
      60,
      null,
    ])
  })
})

test('figures by years: a year that is given counts, one that is not is not known', async () => {
  const byYear = { '2024': { population: 50_000 }, '2025': { population: 80_000 } }
  const zones = [{ key: 'a', population: 200_000, west: 0, width: 0.04 }]
  const city = { byYear: { ...byYear, '2021': { population: 10_000 } } }
  await load({ validFrom: '2020-01-01', city, population: 200_000, zones, lanes: [lane('Quay', 20_000)] })
  const found = await Promise.all(
    ['2019', '2020', '2021', '2023', '2024', '2025', '2026'].map((year) => value(LANES, year)),
  )
  // lanes of 2020 to 2024: 10 km, the first that are known; of 2025 15 km, of 2026 20 km
  const expected = [null, null, 100, null, 20, 18.75, 10]
  for (const [i, one] of found.entries()) {
    if (expected[i] === null) expect(one).toBeNull()
    else expect(one).toBeCloseTo(expected[i] ?? 0, 9)
  }
})

test('incomes by years: in the year that they are of; without years the income of the pack stands for all', async () => {
  const income = { currency: 'EUR', per: 'year', year: 2026 }
  const byYear = { '2023': { income: 20_000 }, '2025': { income: 22_000 } }
  const zones = (more: object) => [{ key: 'a', population: 1000, west: 0, more: { income: 24_000, ...more } }]
  const incomes = async () => {
    const found = await Promise.all(
      [2022, 2023, 2024, 2025, 2026].map(async (year) => {
        const at = { end: new Date(Date.UTC(year + 1, 0, 1) - 1), current: false }
        const city = await cityAt(db.pool, at)
        const [zone] = city ? await zonesAt(db.pool, at, city) : []
        return [zone?.income, zone?.incomeYear, zone?.population]
      }),
    )
    return found
  }
  await load({ validFrom: '2019-01-01', city: { income }, population: 1000, zones: zones({ byYear }), lanes: [] })
  // the population of the zone is not given by years
  expect(await incomes()).toEqual([
    [null, null, 1000],
    [20_000, 2023, 1000],
    [null, null, 1000],
    [22_000, 2025, 1000],
    [24_000, null, 1000],
  ])
  await load({ validFrom: '2018-01-01', city: { income }, population: 1000, zones: zones({}), lanes: [] })
  expect(await incomes()).toEqual(Array.from({ length: 5 }, () => [24_000, null, 1000]))
})

describe('a verified value of the year', () => {
  const report = (code: string, period: string, of: number, verified: boolean) =>
    engine().report(
      code,
      period,
      reportedValueBody.parse({
        unit: '%',
        source: 'Census',
        dataQuality: 'accurate_measurement',
        value: of,
        verified,
      }),
      'tester',
    )

  test('of a time before the registry is not hidden by the map of today', async () => {
    await report(LANES, '2015', 7, true)
    expect(await point(LANES, '2015')).toMatchObject({ value: 7, origin: 'reported' })
  })

  test('comes before a survey of another year; one that is not verified, or of another year, does not', async () => {
    const codebook = {
      ...{
        id: 's',
        title: 'S',
        universe: 'households',
        from: '2024-02-01',
        to: '2024-03-31',
        columns: { respondent: 'id' },
      },
      questions: [{ column: 'net', text: 'x', categories: { y: 'Y', n: 'N' }, indicator: 'HH6', counts: ['y'] }],
    }
    await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, 40)`, [codebook])
    await db.pool.query(`
      insert into microdata.response (survey_id, respondent, weight, answers)
      select 's', 'r' || i, 1, jsonb_build_object('net', case when i <= 30 then 'y' else 'n' end) from generate_series(1, 40) i`)
    const HOME = 'EC:ICT:ICT:1C'
    await report(HOME, '2025', 82, false)
    expect(await point(HOME, '2025')).toMatchObject({ value: 75, origin: 'surveyed' })
    await report(HOME, '2025', 83, true)
    await report(HOME, '2024', 84, true)
    expect(await point(HOME, '2025')).toMatchObject({ value: 83, origin: 'reported' })
    // the fieldwork was in 2024
    expect(await point(HOME, '2024')).toMatchObject({ value: 75, origin: 'surveyed' })
  })
})

test('what was measured before a station was registered counts, with the place at which it was registered', async () => {
  const [id] = await addThing(db.pool, { key: 'old', kind: 'air_station' }, [['pm2_5']])
  await db.pool.query(
    `update registry_history set valid_from = now() where entity = 'thing' and state ->> 'key' = 'old'`,
  )
  await observe(
    db.pool,
    id,
    hourly('2018-05-01T00:00:00Z', 24).map((time) => [time, 12]),
  )
  await rollUp(db.pool)
  await db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
  expect(await value('EN:EN:AQ:1C', '2018-05-01')).toBe(12)
  expect(await value('EN:EN:AQ:1C', '2017-05-01')).toBeNull()
})

test('a pack with a date that is none, or that is still to come, is refused', async () => {
  const pack = { population: 1, zones: ZONES, lanes: [] }
  await expect(read({ ...pack, validFrom: '2024' })).rejects.toThrow(
    /city\.json, validFrom: "2024": a date, as 2025-01-01/,
  )
  await expect(read({ ...pack, validFrom: '2999-01-01' })).rejects.toThrow(/validFrom: .*lies in the future/)
  const lanes = [lane('Quay', 1, { validTo: 'soon' })]
  await expect(read({ ...pack, lanes })).rejects.toThrow(/city-data\.geojson.*validTo: "soon": a date/s)
})
