/** Districts that split and merge: at any time those count that there were then, and never one together with its successors. */
import area from '@turf/area'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { cityAt, thingsAt, zonesAt } from '#api/measurements/registry-at.ts'
import { selectZonesAt } from '#api/queries/zones.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { openTestApi } from '#test/db/api-fixture.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { city, pack, removePacks } from '#test/unit/domain/packs.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())
afterEach(removePacks)

/** A strip of the map, from one column to another, exclusive, and since when it was a district and until when. */
type District = {
  readonly key: string
  readonly from: number
  readonly to: number
  readonly begins: string
  ends?: string
  readonly replaces: readonly string[]
} // prettier-ignore
/** What happens on the first of January of a year: the district at a place is split, or merged with the next one. */
type Event = { readonly kind: 'split' | 'merge'; readonly at: number }

const COLUMNS = 12
const FIRST_YEAR = 2000
const PEOPLE_PER_COLUMN = 100

/** The districts of a history, told from its events alone. */
function districtsOf(events: readonly Event[]): District[] {
  const all: District[] = [0, 3, 6, 9].map((from) => ({
    key: `d${from}`,
    from,
    to: from + 3,
    begins: `${FIRST_YEAR}-01-01`,
    replaces: [],
  })) // prettier-ignore
  for (const [index, { kind, at }] of events.entries()) {
    const date = `${FIRST_YEAR + 1 + index}-01-01`
    const now = all.filter(({ ends }) => ends === undefined).toSorted((a, b) => a.from - b.from)
    const one = now[at % now.length] as District
    const next = now[(at % now.length) + 1]
    const add = (from: number, to: number, replaces: readonly District[]): void => {
      all.push({ key: `y${index}-${from}`, from, to, begins: date, replaces: replaces.map(({ key }) => key) })
    }
    if (kind === 'split' && one.to - one.from > 1) {
      one.ends = date
      const middle = Math.floor((one.from + one.to) / 2)
      add(one.from, middle, [one])
      add(middle, one.to, [one])
    } else if (kind === 'merge' && next) {
      one.ends = date
      next.ends = date
      add(one.from, next.to, [one, next])
    }
  }
  return all
}

const squareOf = ({ from, to }: Pick<District, 'from' | 'to'>) => ({
  type: 'Polygon',
  coordinates: [
    [
      [from / COLUMNS, 0],
      [to / COLUMNS, 0],
      [to / COLUMNS, 1],
      [from / COLUMNS, 1],
      [from / COLUMNS, 0],
    ],
  ],
})
const featureOf = ({ key, from, to, begins, ends, replaces }: District, dates: boolean) => ({
  type: 'Feature',
  geometry: squareOf({ from, to }),
  properties: {
    ...{ key, name: key, population: (to - from) * PEOPLE_PER_COLUMN },
    ...(dates && replaces.length === 0 && { validFrom: begins }),
    ...(dates && ends && { validTo: ends }),
    ...(dates && replaces.length > 0 && { replaces }),
  },
})

async function load(
  districts: readonly District[],
  more: { dates: boolean; validFrom: string; things?: string },
  pool = db.pool,
) {
  const folder = await pack({
    'city.json': JSON.stringify({ ...city, validFrom: more.validFrom }),
    'zones.geojson': JSON.stringify({
      type: 'FeatureCollection',
      features: districts.map((one) => featureOf(one, more.dates)),
    }),
    ...(more.things && { 'things.csv': more.things }),
  })
  await loadCityPack(pool, await readCityPack(folder))
}

const forget = () => db.pool.query('truncate city, zone, thing restart identity cascade')
const noonOf = (year: number): Date => new Date(`${year}-07-01T12:00:00Z`)
const isThen = ({ begins, ends }: District, year: number): boolean =>
  begins <= `${year}-07-01` && (ends === undefined || ends > `${year}-07-01`)

/** Everything that must hold at every time of a history. */
async function expectHistory(districts: readonly District[], lastYear: number): Promise<void> {
  for (let year = FIRST_YEAR; year <= lastYear; year++) {
    const found = await selectZonesAt(db.pool, noonOf(year))
    const then = districts.filter((one) => isThen(one, year))
    expect(found.map(({ key }) => key).toSorted()).toEqual(then.map(({ key }) => key).toSorted())
    expect(found.reduce((sum, { population }) => sum + (population ?? 0), 0)).toBe(COLUMNS * PEOPLE_PER_COLUMN)
    const whole = area({ type: 'Feature', properties: {}, geometry: squareOf({ from: 0, to: COLUMNS }) } as never) / 1e6
    expect(found.reduce((sum, { area_km2 }) => sum + area_km2, 0)).toBeCloseTo(whole, 3)
    const keys = new Set(found.map(({ key }) => key))
    for (const { key, replaces } of districts)
      if (keys.has(key)) for (const one of replaces) expect(keys.has(one), `${one} and ${key}`).toBe(false)
  }
}

const events = fc.array(
  fc.record({ kind: fc.constantFrom('split', 'merge'), at: fc.nat({ max: 11 }) }) as fc.Arbitrary<Event>,
  { minLength: 1, maxLength: 6 },
)

describe('for any sequence of splits and merges', () => {
  test('one pack with all districts and their dates gives the totals of those of each year', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(events, async (history) => {
        await forget()
        const districts = districtsOf(history)
        await load(districts, { dates: true, validFrom: `${FIRST_YEAR}-01-01` })
        await expectHistory(districts, FIRST_YEAR + history.length + 1)
        // loaded again, as at every start
        await load(districts, { dates: true, validFrom: `${FIRST_YEAR}-01-01` })
        await expectHistory(districts, FIRST_YEAR + history.length + 1)
      }),
      { seed: 7, numRuns: 20 },
    )
  })

  test('so does a new pack every year, without the districts of before', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(events, async (history) => {
        await forget()
        const districts = districtsOf(history)
        for (let year = FIRST_YEAR; year <= FIRST_YEAR + history.length; year++)
          await load(
            districts.filter((one) => isThen(one, year)),
            { dates: false, validFrom: `${year}-01-01` },
          ) // prettier-ignore
        await expectHistory(districts, FIRST_YEAR + history.length + 1)
      }),
      { seed: 8, numRuns: 20 },
    )
  })
})

describe('an indicator of an old year', () => {
  // smart meters of feeders: 10 and 30 of 100 in the first district, which is split between them; 50 of 100 in the last
  const THINGS = `key,name,domain,kind,grade,lon,lat,validFrom,smartMeters,customers
a,A,energy,feeder,reference,0.04,0.5,2000-01-01,10,100
b,B,energy,feeder,reference,0.2,0.5,2000-01-01,30,100
c,C,energy,feeder,reference,0.9,0.5,2000-01-01,50,100
`
  const before = districtsOf([])
  const after = districtsOf([{ kind: 'split', at: 0 }])
  const engine = () =>
    createIndicators({
      pool: db.pool,
      microdata: openMicrodata(db.pool),
      clock: () => new Date('2026-03-07T00:00:00Z'),
    })
  const valuesOf = async (period: string) =>
    Object.fromEntries(
      (await engine().zoneValues('EC:ICT:ES:1C', { period })).zones.map(({ zone, value }) => [zone, value]),
    )
  const OLD = { d0: 20, d3: null, d6: null, d9: 50 }

  test('does not change when the new districts are loaded, and the new year has them', async () => {
    await forget()
    await load(before, { dates: true, validFrom: '2000-01-01', things: THINGS })
    expect(await valuesOf('2000')).toEqual(OLD)
    await load(after, { dates: true, validFrom: '2000-01-01', things: THINGS })
    expect(await valuesOf('2000')).toEqual(OLD)
    expect(await valuesOf('2002')).toEqual({ 'y0-0': 10, 'y0-1': 30, d3: null, d6: null, d9: 50 })
  })

  test('is the same for one district, over HTTP, in a series and in a comparison, whether it is there today or not', async () => {
    const api = await openTestApi()
    try {
      await api.pool.query('truncate city, zone, thing restart identity cascade')
      await load(after, { dates: true, validFrom: '2000-01-01', things: THINGS }, api.pool)
      const get = async (path: string) => (await api.app.inject(`/api/v1/${path}`)).json()
      const ofZone = (query: string) => get(`indicators/EC:ICT:ES:1C${query}`)
      for (const [zone, then, now] of [
        ['d0', 20, null],
        ['y0-1', null, 30],
        ['d9', 50, 50],
      ] as const) {
        const own = await ofZone(`?zone=${zone}&period=2000`)
        expect([zone, own.values?.[0].value]).toEqual([zone, then])
        const series = await ofZone(`/series?zone=${zone}&periods=2000,2002`)
        expect([zone, series.values?.map(({ value }: { value: number | null }) => value)]).toEqual([zone, [then, now]])
      }
      expect(await ofZone('?zone=y0-1&period=2000')).toMatchObject({
        values: [{ missing: 'there was no district "y0-1" at the end of 2000' }],
      })
      const { rows } = await get('compare?kind=zones&a=d0&b=d9&period=2000')
      type Row = { code: string; a: { value: number }; b: { value: number } }
      const row = (rows as Row[] | undefined)?.find(({ code }) => code === 'EC:ICT:ES:1C')
      expect([row?.a.value, row?.b.value]).toEqual([20, 50])
      expect(await ofZone('?zone=nowhere&period=2000')).toMatchObject({ code: 'ZONE_UNKNOWN' })
    } finally {
      await api.close()
    }
  })

  test('Things of a time lie in districts of that time, and each is counted once', async () => {
    await forget()
    await load(after, { dates: true, validFrom: '2000-01-01', things: THINGS })
    for (const [year, keys] of [
      [2000, ['d0', 'd0', 'd9']],
      [2005, ['y0-0', 'y0-1', 'd9']],
    ] as const) {
      // prettier-ignore
      const at = { end: noonOf(year), current: false }
      const then = await cityAt(db.pool, at)
      if (!then) throw new Error('no city')
      const names = new Map((await zonesAt(db.pool, at, then)).map(({ id, key }) => [id, key]))
      const { things } = await thingsAt(db.pool, at, noonOf(year), then)
      expect(things.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ zoneId }) => names.get(zoneId ?? -1))).toEqual(
        keys,
      )
    }
  })
})
