/** An area that is drawn, or several districts: what is told of it, and what is not. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createArea, type DescribeArea, MIN_RESIDENTS } from '#api/area/area.ts'
import { createVulnerableGroups } from '#api/area/vulnerable-groups.ts'
import { createEquity } from '#api/equity/equity.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys, type Surveys } from '#api/surveys/surveys.ts'
import type { AreaResponse } from '#model/api/area.ts'
import type { Position } from '#model/basics/geo.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'
import { addCityToAttack, LEVELS, NOW, storePeople } from './survey-attacker.ts'

const seed = 20261130
const clock = () => NOW

describe('figures of a survey', () => {
  let db: TestDatabase
  let area: DescribeArea
  let surveys: Surveys
  beforeAll(async () => {
    db = await openTestDatabase()
    const { pool } = db
    await addCityToAttack(pool)
    // 72 respondents in each of a, b and c, four in d: fewer than the threshold of ten
    const people = LEVELS.zone.flatMap((zone, z) =>
      Array.from({ length: zone === 'd' ? 4 : 72 }, (_, k) => ({
        ...{ zone, sex: k % 2 ? 'f' : 'm', half: (k >> 1) % 2 ? '1' : '2', weight: 1 },
        ...{ net: (k >> 2) % (z + 2) === 0 ? 'n' : 'y', price: '', cost: '', easy: '', cover: '' },
      })),
    )
    await storePeople(pool, people)
    const microdata = openMicrodata(pool)
    const indicators = createIndicators({ pool, microdata, clock })
    surveys = createSurveys({ pool, microdata })
    area = createArea({ pool, clock, surveys, equity: createEquity({ pool, microdata, indicators, clock }) })
  })
  afterAll(() => db.close())

  const published = async () => {
    const { surveys: all } = await surveys.list()
    const { estimates } = await surveys.estimates(all[0]?.id ?? '', { question: 'net', by: ['zone'] })
    return new Map(estimates.map((estimate) => [estimate.group['zone'] ?? '', estimate]))
  }
  const net = ({ estimates }: AreaResponse) => estimates.find(({ question }) => question === 'net')

  test('of one district are the published ones; of several the mean by population, as independent samples', async () => {
    const zones = await published()
    const open = [...zones].filter(([key, { value }]) => key !== '' && value !== null).map(([key]) => key)
    expect(open.length).toBeGreaterThan(1)
    const [first = '', second = ''] = open
    const alone = net(await area({ zones: [first] }))
    const { value, standardError, lower, upper, n } = zones.get(first) ?? {}
    expect(alone).toMatchObject({ value, standardError, lower, upper, n, zones: 1, suppressed: 0 })
    const both = net(await area({ zones: [first, second] }))
    // all districts have the same population
    const [a, b] = [zones.get(first), zones.get(second)]
    expect(both?.value).toBeCloseTo(((a?.value ?? 0) + (b?.value ?? 0)) / 2, 12)
    expect(both?.standardError).toBeCloseTo(Math.hypot(a?.standardError ?? 0, b?.standardError ?? 0) / 2, 12)
    expect(both?.n).toBe((a?.n ?? 0) + (b?.n ?? 0))
  })

  test('two areas that differ by a suppressed district have the same figures: their difference says nothing', async () => {
    const zones = await published()
    const kept = LEVELS.zone.filter((key) => zones.get(key)?.value === null)
    expect(kept).toContain('d')
    await fc.assert(
      fc.asyncProperty(
        fc.subarray([...LEVELS.zone], { minLength: 1 }),
        fc.constantFrom(...kept),
        async (some, hidden) => {
          const without = some.filter((key) => key !== hidden)
          const more = net(await area({ zones: [...without, hidden] }))
          if (without.length === 0) expect(more).toMatchObject({ value: null, n: null, zones: 0 })
          else {
            const { suppressed: _, ...fewer } = net(await area({ zones: without })) ?? { suppressed: 0 }
            expect(more).toMatchObject(fewer)
          }
        },
      ),
      { seed, numRuns: 20 },
    )
  })

  describe('vulnerable groups of an incident', () => {
    const groupsIn = (zones: readonly string[]) => createVulnerableGroups({ pool: db.pool, clock, surveys })(zones)
    const publishedHalf = async () => {
      const { estimates } = await surveys.estimates('s', { question: 'half', category: '1', by: ['zone'] })
      return new Map(estimates.map((estimate) => [estimate.group['zone'] ?? '', estimate]))
    }

    test('have the published share of their district, with interval, n and source', async () => {
      const half = await publishedHalf()
      const shown = ['a', 'b', 'c'].filter((zone) => half.get(zone)?.value !== null)
      expect(shown).not.toEqual([])
      for (const zone of shown) {
        const { value, lower, upper, n } = half.get(zone) ?? {}
        // half of the 72 respondents
        expect([value, n]).toEqual([0.5, 72])
        const found = await groupsIn([zone])
        expect(found?.groups).toMatchObject([
          { question: 'half', category: '1', label: '1', value, lower, upper, n, zones: 1, suppressed: 0 },
        ])
        expect(found?.survey).toMatchObject({ id: 's', from: '2026-02-01', to: '2026-03-31', threshold: 10 })
      }
    })

    test('of a suppressed district have no figure, and it changes none of others', async () => {
      const half = await publishedHalf()
      const hidden = LEVELS.zone.filter((zone) => half.get(zone)?.value === null)
      expect(hidden).toContain('d')
      expect((await groupsIn(hidden))?.groups).toMatchObject([
        { value: null, lower: null, upper: null, n: null, zones: 0, suppressed: hidden.length },
      ])
      const shown = LEVELS.zone.filter((zone) => !hidden.includes(zone))
      const [without] = (await groupsIn(shown))?.groups ?? []
      const [all] = (await groupsIn(LEVELS.zone))?.groups ?? []
      expect(all).toEqual({ ...without, suppressed: hidden.length })
    })

    test('are not known without districts, or without a survey that says who they are', async () => {
      expect(await groupsIn([])).toBeNull()
      const { rows } = await db.pool.query(`select codebook from survey where id = 's'`)
      await db.pool.query(
        `update survey set codebook = replace(codebook::text, '"vulnerable"', '"other"')::json where id = 's'`,
      )
      expect(await groupsIn(['a'])).toBeNull()
      await db.pool.query(`update survey set codebook = $1 where id = 's'`, [JSON.stringify(rows[0].codebook)])
    })
  })
})

describe('an area of Testville', () => {
  let api: TestApi
  beforeAll(async () => {
    api = await openTestApi()
    await api.pool.query(
      `insert into thing (key, name, domain, kind, geometry, lon, lat, zone_id, verified)
       select key, key, 'air', 'station', jsonb_build_object('type', 'Point', 'coordinates', jsonb_build_array(lon, 38.65)), lon, 38.65,
              (select id from zone where zone.key = t.zone), verified
       from (values ('near', -9.11, 'west', true), ('far', -9.19, 'west', true), ('stranger', -9.12, 'west', false)) t (key, lon, zone, verified)`,
    )
  })
  afterAll(() => api.close())
  const ask = async (query: string) => (await api.app.inject(`/api/v1/area?${query}`)).json<AreaResponse>()
  const ring = (west: number, south: number, east: number, north: number): string =>
    (
      [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
      ] satisfies Position[]
    )
      .flat()
      .join(',')

  // West has 600 residents from -9.2 to -9.1, East 400 from -9.1 to -9.0; both from 38.6 to 38.7
  test('residents are counted by area and labelled as an estimate; a district counts from half of its area on', async () => {
    const found = await ask(`polygon=${ring(-9.15, 38.5, -9.075, 38.8)}`)
    // half of West and a quarter of East: 300 + 100
    expect(found.population).toEqual({ value: 400, estimated: true })
    expect(found.zones.map(({ key, counted }) => [key, counted])).toEqual([
      ['east', false],
      ['west', true],
    ])
    expect(found.devices).toMatchObject({ total: 2, unconfirmed: 1 })
  })

  test('entire districts have their own numbers', async () => {
    expect(await ask('zones=west,east')).toMatchObject({
      ...{ population: { value: 1000, estimated: false }, areaKm2: 194, drawn: false, refused: null },
      devices: { total: 3 },
    })
  })

  test('fewer residents than the limit have no figures, and outside there are none', async () => {
    const few = await ask(`polygon=${ring(-9.2, 38.6, -9.19, 38.7)}`)
    expect(few).toMatchObject({ population: null, refused: 'too_few_residents', minResidents: MIN_RESIDENTS })
    expect(few).toMatchObject({ burdens: [], estimates: [], survey: null })
    expect(await ask(`polygon=${ring(0, 0, 1, 1)}`)).toMatchObject({ population: null, refused: 'outside', zones: [] })
  })

  test.each([
    ['', 400],
    ['polygon=1,2,3,4', 400],
    ['polygon=1,2,3,4,5', 400],
    ['polygon=1,2,3,4,5,91', 400],
    ['polygon=a,b,c,d,e,f', 400],
    [`polygon=${Array(202).fill('1').join(',')}`, 400],
    [`polygon=1,1,2,2,3,1&zones=west`, 400],
    ['zones=', 400],
    ['zones=mars', 404],
  ])('%s is refused with %i', async (query, status) => {
    expect((await api.app.inject(`/api/v1/area?${query}`)).statusCode).toBe(status)
  })
})
