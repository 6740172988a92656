/**
 * Legal limits of air quality on twenty station-years with gaps and clock changes, through the database, against a plain
 * loop over hours that is written here and knows nothing of the code under test. Levels and permitted exceedances are
 * written out again: Directive 2008/50/EC, annexes VII, XI and XII; Directive (EU) 2024/2881, annex I, section 1, table 1,
 * and section 4; EPA's NAAQS table; India's notification of 18 November 2009.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limits } from '#api/air-quality/limits.ts'
import { loadRegistrySnapshot, type RegistrySnapshot } from '#api/measurements/registry-snapshot.ts'
import { assess } from '#model/air-quality/standards/assess.ts'
import { AIR_STANDARDS } from '#model/air-quality/standards/built-in.ts'
import type { Regulated } from '#model/air-quality/standards/schema.ts'
import type { AirAssessment } from '#model/api/air-limits.ts'
import { addCity, addThing, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

const HOUR = 3_600_000
const NOW = new Date('2026-11-01T12:00:00Z')

type Span = readonly [start: string, hours: number]
type StationYear = {
  readonly key: string
  readonly pollutant: Regulated
  readonly year: number
  /** and its standard time, hours east of Greenwich: what an atlas says, not what our code computes */
  readonly zone: string
  readonly offset: number
  readonly base: number
  /** from a local standard time on, for so many hours, this value */
  readonly episodes?: readonly (readonly [...Span, value: number])[]
  readonly gaps?: readonly Span[]
  /** hours of each day that are never measured */
  readonly silent?: readonly number[]
}
const lisbon = { zone: 'Europe/Lisbon', offset: 0 } as const
const berlin = { zone: 'Europe/Berlin', offset: 1 } as const
const newYork = { zone: 'America/New_York', offset: -5 } as const
const sydney = { zone: 'Australia/Sydney', offset: 10 } as const

/** On so many days, from the first of a month, an hour of the day has a value. */
const daily = (month: string, days: number, hour: string, hours: number, value: number) =>
  Array.from({ length: days }, (_, i) => [`${month}-${String(i + 1).padStart(2, '0')}T${hour}`, hours, value] as const)

const STATIONS: readonly StationYear[] = [
  { key: 'clean', pollutant: 'pm2_5', year: 2025, ...lisbon, base: 4 },
  { key: 'pm-18', pollutant: 'pm2_5', year: 2025, ...berlin, base: 8, episodes: daily('01', 18, '00', 24, 60) },
  { key: 'pm-19', pollutant: 'pm2_5', year: 2025, ...berlin, base: 8, episodes: daily('01', 19, '00', 24, 60) },
  {
    key: 'edge',
    pollutant: 'pm2_5',
    year: 2024,
    ...lisbon,
    base: 3,
    episodes: [
      ['03-31T00', 24, 25.4],
      ['10-27T00', 24, 25.5],
    ],
  },
  {
    key: 'days-35',
    pollutant: 'pm10',
    year: 2025,
    ...berlin,
    base: 20,
    episodes: [...daily('02', 28, '00', 24, 80), ...daily('11', 7, '00', 24, 80)],
  },
  {
    key: 'days-36',
    pollutant: 'pm10',
    year: 2025,
    ...berlin,
    base: 20,
    episodes: [...daily('02', 28, '00', 24, 80), ...daily('11', 8, '00', 24, 80)],
  },
  { key: 'gap-10', pollutant: 'pm10', year: 2025, ...lisbon, base: 30, gaps: [['06-01T00', 36 * 24]] },
  { key: 'gap-14', pollutant: 'pm10', year: 2025, ...lisbon, base: 30, gaps: [['06-01T00', 54 * 24]] },
  { key: 'gap-20', pollutant: 'pm10', year: 2025, ...lisbon, base: 30, gaps: [['05-01T00', 73 * 24]] },
  // six hours of every day are missing: 18 are left, and a day counts; 75 % of the hours are there
  { key: 'eighteen', pollutant: 'pm10', year: 2025, ...sydney, base: 46, silent: [1, 2, 3, 4, 5, 6] },
  // seven are missing: no day counts
  { key: 'seventeen', pollutant: 'pm10', year: 2025, ...sydney, base: 46, silent: [1, 2, 3, 4, 5, 6, 7] },
  { key: 'rush', pollutant: 'no2', year: 2025, ...berlin, base: 25, episodes: daily('03', 18, '08', 1, 210) },
  { key: 'rush-19', pollutant: 'no2', year: 2025, ...berlin, base: 25, episodes: daily('03', 19, '08', 1, 210) },
  {
    key: 'round',
    pollutant: 'no2',
    year: 2025,
    ...lisbon,
    base: 15,
    episodes: [
      ['07-01T10', 1, 200.4],
      ['07-02T10', 3, 200.5],
    ],
  },
  // three hours above 400 across the hour that summer time skips, and two hours with a gap in between
  {
    key: 'alert',
    pollutant: 'no2',
    year: 2025,
    ...berlin,
    base: 20,
    episodes: [
      ['03-30T01', 3, 420],
      ['05-05T12', 3, 420],
    ],
    gaps: [['05-05T13', 1]],
  },
  {
    key: 'so2',
    pollutant: 'so2',
    year: 2025,
    ...newYork,
    base: 10,
    episodes: [...daily('01', 4, '00', 24, 130), ['04-04T04', 25, 360]],
  },
  {
    key: 'carbon',
    pollutant: 'co',
    year: 2025,
    ...newYork,
    base: 1,
    episodes: [
      ['12-31T20', 4, 30],
      ['06-01T10', 8, 10.6],
    ],
  },
  {
    key: 'ozone',
    pollutant: 'o3',
    year: 2025,
    ...lisbon,
    base: 60,
    episodes: [...daily('07', 26, '11', 9, 150), ...daily('08', 6, '12', 2, 245)],
  },
  // six of eight hours make a running mean, also where the newest hour itself is missing
  {
    key: 'ozone-gaps',
    pollutant: 'o3',
    year: 2025,
    ...lisbon,
    base: 60,
    episodes: daily('07', 19, '10', 10, 140),
    silent: [14, 18],
  },
  {
    key: 'ozone-night',
    pollutant: 'o3',
    year: 2024,
    ...newYork,
    base: 50,
    episodes: daily('06', 30, '22', 4, 160),
    gaps: [['11-03T00', 30]],
  },
]

/** Deterministic and uneven, so that no mean is the base by chance. */
const wave = (index: number): number => ((index * 37) % 11) / 5 - 1
/** Value of every hour that is measured, by local standard hour of the year. */
function valuesOf({ year, base, episodes = [], gaps = [], silent = [] }: StationYear): (number | undefined)[] {
  const start = Date.UTC(year, 0, 1)
  const at = (span: string): number => (Date.parse(`${year}-${span}:00:00Z`) - start) / HOUR
  const count = (Date.UTC(year + 1, 0, 1) - start) / HOUR
  const values: (number | undefined)[] = Array.from({ length: count }, (_, i) => Math.round((base + wave(i)) * 10) / 10)
  for (const [from, hours, value] of episodes) for (let i = 0; i < hours; i += 1) values[at(from) + i] = value
  for (const [from, hours] of gaps) for (let i = 0; i < hours; i += 1) values[at(from) + i] = undefined
  return values.slice(0, count).map((value, i) => (silent.includes(i % 24) ? undefined : value))
}

const known = (values: readonly (number | undefined)[]): number[] => values.filter((value) => value !== undefined)
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const highest = (values: readonly number[]): number | undefined => (values.length > 0 ? Math.max(...values) : undefined)

/** One day of a year, by the place of its first hour. */
function dayOf(values: readonly (number | undefined)[], first: number) {
  const hours = known(values.slice(first, first + 24))
  const eights: number[] = []
  const threes: number[] = []
  for (let hour = first; hour < first + 24; hour += 1) {
    const eight = known(values.slice(Math.max(0, hour - 7), hour + 1))
    if (eight.length >= 6) eights.push(meanOf(eight))
    const three = known(values.slice(Math.max(0, hour - 2), hour + 1))
    if (three.length === 3) threes.push(Math.min(...three))
  }
  return {
    hours: hours.length,
    mean: meanOf(hours),
    windows: eights.length,
    max8: highest(eights),
    low3: highest(threes),
  }
}

/** What a person with a spreadsheet would compute: every number of a station-year. */
function byHand(station: StationYear) {
  const values = valuesOf(station)
  const hourly = known(values)
  const days = Array.from({ length: values.length / 24 }, (_, day) => dayOf(values, 24 * day))
  return {
    ...{ days, hourly, yearMean: meanOf(hourly), hourShare: hourly.length / values.length },
    dayShare: days.filter(({ hours }) => hours >= 18).length / days.length,
    windowShare: days.filter(({ windows }) => windows >= 18).length / days.length,
  }
}
type Hand = ReturnType<typeof byHand>

const whole = (value: number): number => Math.floor(value + 0.5 + 1e-9)
const daysAbove = ({ days }: Hand, level: number): number =>
  days.filter(({ hours, mean }) => hours >= 18 && whole(mean) > level).length
const hoursAbove = ({ hourly }: Hand, level: number): number => hourly.filter((value) => whole(value) > level).length
const eightsAbove = ({ days }: Hand, level: number): number =>
  days.filter(({ windows, max8 }) => windows >= 18 && max8 !== undefined && whole(max8) > level).length
const threesAbove = ({ days }: Hand, level: number): number =>
  days.filter(({ low3 }) => low3 !== undefined && whole(low3) > level).length

type Expected = {
  per: string
  kind: string
  level: number
  exceedances: number | null
  exceeded: boolean | null
  remaining?: number | null
}
/** A number of exceedances: more than permitted is exceeded whatever is missing, fewer is kept only with coverage. */
const counted = (
  per: string,
  kind: string,
  level: number,
  n: number,
  permitted: number | null,
  share: number,
  needed: number,
): Expected => ({
  ...{ per, kind, level, exceedances: n },
  exceeded: n > (permitted ?? 0) ? true : share >= needed ? false : null,
  remaining: permitted === null ? null : Math.max(0, permitted - n),
})
const mean = (level: number, { yearMean, hourShare }: Hand, needed: number): Expected => ({
  ...{ per: 'year', kind: 'limit', level, exceedances: null, remaining: null },
  exceeded: hourShare >= needed ? whole(yearMean) > level : null,
})

function expected2008(pollutant: Regulated, hand: Hand): Expected[] {
  const { dayShare: d, hourShare: h, windowShare: w } = hand
  switch (pollutant) {
    case 'pm2_5':
      return [mean(25, hand, 0.9)]
    case 'pm10':
      return [counted('day', 'limit', 50, daysAbove(hand, 50), 35, d, 0.9), mean(40, hand, 0.9)]
    case 'no2':
      return [
        counted('hour', 'limit', 200, hoursAbove(hand, 200), 18, h, 0.9),
        mean(40, hand, 0.9),
        counted('three_hours', 'alert', 400, threesAbove(hand, 400), null, h, 0.9),
      ]
    case 'so2':
      return [
        counted('hour', 'limit', 350, hoursAbove(hand, 350), 24, h, 0.9),
        counted('day', 'limit', 125, daysAbove(hand, 125), 3, d, 0.9),
        counted('three_hours', 'alert', 500, threesAbove(hand, 500), null, h, 0.9),
      ]
    case 'co':
      return [counted('day_max_8h', 'limit', 10, eightsAbove(hand, 10), 0, w, 0.9)]
    default:
      return []
  }
}

function expected2030(pollutant: Regulated, hand: Hand): Expected[] {
  const { dayShare: d, hourShare: h, windowShare: w } = hand
  switch (pollutant) {
    case 'pm2_5':
      return [
        counted('day', 'limit', 25, daysAbove(hand, 25), 18, d, 0.85),
        mean(10, hand, 0.85),
        counted('day', 'information', 50, daysAbove(hand, 50), null, d, 0.85),
        counted('day', 'alert', 50, daysAbove(hand, 50), null, d, 0.85),
      ]
    case 'pm10':
      return [
        counted('day', 'limit', 45, daysAbove(hand, 45), 18, d, 0.85),
        mean(20, hand, 0.85),
        counted('day', 'alert', 90, daysAbove(hand, 90), null, d, 0.85),
      ]
    case 'no2':
      return [
        counted('hour', 'limit', 200, hoursAbove(hand, 200), 3, h, 0.85),
        counted('day', 'limit', 50, daysAbove(hand, 50), 18, d, 0.85),
        mean(20, hand, 0.85),
        counted('hour', 'information', 150, hoursAbove(hand, 150), null, h, 0.85),
        counted('three_hours', 'alert', 200, threesAbove(hand, 200), null, h, 0.85),
      ]
    case 'so2':
      return [
        counted('hour', 'limit', 350, hoursAbove(hand, 350), 3, h, 0.85),
        counted('day', 'limit', 50, daysAbove(hand, 50), 18, d, 0.85),
        mean(20, hand, 0.85),
        counted('hour', 'information', 275, hoursAbove(hand, 275), null, h, 0.85),
        counted('three_hours', 'alert', 350, threesAbove(hand, 350), null, h, 0.85),
      ]
    case 'co':
      return [
        counted('day_max_8h', 'limit', 10, eightsAbove(hand, 10), 0, w, 0.85),
        counted('day', 'limit', 4, daysAbove(hand, 4), 18, d, 0.85),
      ]
    case 'o3':
      return [
        counted('hour', 'information', 180, hoursAbove(hand, 180), null, h, 0.85),
        counted('hour', 'alert', 240, hoursAbove(hand, 240), null, h, 0.85),
      ]
    default:
      return []
  }
}

/** A year of hours takes the embedded database seconds: there these go through it, and all others through the rules alone. */
const ALWAYS_STORED = ['alert', 'ozone-gaps']
let db: TestDatabase
let registry: RegistrySnapshot
let isStored: (key: string) => boolean
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  isStored = (key) => db.kind !== 'embedded' || ALWAYS_STORED.includes(key)
  for (const station of STATIONS) {
    const [id] = await addThing(db.pool, { key: station.key, kind: 'air_station' }, [[station.pollutant]])
    if (!isStored(station.key)) continue
    const first = Date.UTC(station.year, 0, 1) - station.offset * HOUR
    await db.pool.query(
      `insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality)
       select $1, $2::timestamptz + (n - 1) * interval '1 hour', round(v * 10), 10, 1
       from unnest($3::float8[]) with ordinality as o (v, n) where v is not null`,
      [id, new Date(first), valuesOf(station).map((value) => value ?? null)],
    )
  }
  await rollUp(db.pool)
  const loaded = await loadRegistrySnapshot(db.pool, { end: new Date(), current: true }, new Date(0))
  if (!loaded) throw new Error('no city')
  registry = loaded
}, 300_000)
afterAll(() => db.close())

const held = new Map<string, Promise<Awaited<ReturnType<typeof limits>>>>()
/** Stations of one year and time zone together, once for each standard. */
function placesOf({ year, zone }: StationYear, standardKey: string) {
  const standard = AIR_STANDARDS.find((one) => one.key === standardKey)
  if (!standard) throw new Error(standardKey)
  const keys = STATIONS.filter((one) => one.year === year && one.zone === zone).map(({ key }) => key)
  const group: RegistrySnapshot = {
    ...registry,
    city: { ...registry.city, timeZone: zone },
    datastreams: registry.datastreams.filter(({ thing }) => keys.includes(thing.key)),
  }
  const name = `${year} ${zone} ${standardKey}`
  const places = held.get(name) ?? limits(db.pool, group, { standard, year, now: NOW })
  held.set(name, places)
  return places
}
async function assessed(station: StationYear, standardKey: string): Promise<readonly AirAssessment[]> {
  if (!isStored(station.key)) return assessedAlone(station, standardKey)
  const places = await placesOf(station, standardKey)
  return places.find((place) => place.level === 'thing' && place.key === station.key)?.assessments ?? []
}

/** By the rules alone, from the days as they come out by hand. */
function assessedAlone(station: StationYear, standardKey: string): AirAssessment[] {
  const standard = AIR_STANDARDS.find((each) => each.key === standardKey)
  const values = valuesOf(station)
  const days = byHand(station).days.map(({ low3, max8, mean, ...day }, i) => {
    const hours = known(values.slice(24 * i, 24 * i + 24))
    return {
      day: new Date(Date.UTC(station.year, 0, 1 + i)).toISOString().slice(0, 10),
      ...{ hours: day.hours, windows: day.windows, above: hours, max1: highest(hours) ?? null },
      ...{ max8: max8 ?? null, max3: low3 ?? null, mean: hours.length > 0 ? mean : null },
    }
  })
  const rules = (standard?.rules ?? []).filter(({ pollutant }) => pollutant === station.pollutant)
  return rules.map(({ pollutant, kind, per, level, unit, ...rule }) => {
    const head = { pollutant, kind, per, level, unit }
    const year = { year: station.year, hoursSoFar: values.length, days }
    if (!standard) throw new Error(standardKey)
    return { ...head, station: station.key, ...assess(standard, { ...head, ...rule }, [year]) }
  })
}

describe.each([
  ['eu-2008-50', expected2008],
  ['eu-2024-2881-2030', expected2030],
] as const)('%s', (standard, expectedOf) => {
  test.each(STATIONS.map((station) => [station.key, station] as const))('%s: as by hand', async (_, station) => {
    const hand = byHand(station)
    const found = await assessed(station, standard)
    for (const { per, kind, level, ...rest } of expectedOf(station.pollutant, hand)) {
      const one = found.find((each) => each.per === per && each.kind === kind && each.level === level)
      expect({ per, kind, level, ...one }).toMatchObject({ per, kind, level, ...rest })
    }
    const annual = found.find(({ per }) => per === 'year')
    if (annual) expect(annual.value).toBe(whole(hand.yearMean))
    const share = { year: hand.hourShare, hour: hand.hourShare, three_hours: hand.hourShare, day: hand.dayShare }
    for (const { per, dataCapture } of found)
      expect(dataCapture).toBeCloseTo({ ...share, day_max_8h: hand.windowShare, day_max_1h: hand.dayShare }[per], 9)
  })
})

const station = (key: string): StationYear => {
  const found = STATIONS.find((one) => one.key === key)
  if (!found) throw new Error(key)
  return found
}
const one = async (key: string, standard: string, per: string, kind = 'limit') =>
  (await assessed(station(key), standard)).find((each) => each.per === per && each.kind === kind)

describe('single cases', () => {
  const EU_2030 = 'eu-2024-2881-2030'
  test('18 days above are permitted and leave none, 19 are not', async () => {
    expect(await one('pm-18', EU_2030, 'day')).toMatchObject({
      exceedances: 18,
      permitted: 18,
      remaining: 0,
      exceeded: false,
    })
    expect(await one('pm-19', EU_2030, 'day')).toMatchObject({ exceedances: 19, remaining: 0, exceeded: true })
  })
  test('25.4 is rounded to 25 and 25.5 to 26: one day above 25, on the days the clock changes', async () => {
    expect(await one('edge', EU_2030, 'day')).toMatchObject({ exceedances: 1, value: 26, remaining: 17 })
  })
  test('coverage: of 90 %, 85 % and less', async () => {
    // 329, 311 and 292 of 365 days
    expect(await one('gap-10', 'eu-2008-50', 'year')).toMatchObject({ covered: true, exceeded: false })
    expect(await one('gap-14', 'eu-2008-50', 'year')).toMatchObject({ covered: false, exceeded: null })
    expect(await one('gap-14', EU_2030, 'year')).toMatchObject({ covered: true, exceeded: true })
    expect(await one('gap-20', EU_2030, 'year')).toMatchObject({ covered: false, exceeded: null })
  })
  test('a day needs 18 hours', async () => {
    expect(await one('eighteen', EU_2030, 'day')).toMatchObject({ dataCapture: 1, exceeded: true })
    expect(await one('seventeen', EU_2030, 'day')).toMatchObject({ dataCapture: 0, exceedances: 0, exceeded: null })
  })
  test('an alert needs three hours in a row: a gap breaks them, the skipped hour of summer time does not', async () => {
    expect(await one('alert', 'eu-2008-50', 'three_hours', 'alert')).toMatchObject({ exceedances: 1, permitted: null })
  })
  test('ozone: 25 days were permitted, 18 will be; data of one year are enough where the other two are missing', async () => {
    const hand = byHand(station('ozone'))
    const days = eightsAbove(hand, 120)
    expect(days).toBe(26)
    expect(await one('ozone', 'eu-2008-50', 'day_max_8h', 'target')).toMatchObject({
      exceedances: 26,
      exceeded: true,
      years: 1,
    })
    const gaps = eightsAbove(byHand(station('ozone-gaps')), 120)
    expect(await one('ozone-gaps', EU_2030, 'day_max_8h', 'target')).toMatchObject({
      exceedances: gaps,
      exceeded: gaps > 18,
    })
  })
  test('ozone that is high around midnight belongs to the days on which its eight hours end', async () => {
    const days = eightsAbove(byHand(station('ozone-night')), 100)
    expect(await one('ozone-night', EU_2030, 'day_max_8h', 'objective')).toMatchObject({ exceedances: days })
  })
  test('US: no three years, no verdict; the level is in ppb, at the temperature at which gases are stored', async () => {
    const so2 = await one('so2', 'us-naaqs', 'day_max_1h')
    // 99th percentile of 365 days is the fourth highest: 130 ug/m3 x 24.06 / 64.066 = 48.8 ppb
    expect(so2).toMatchObject({ unit: '[ppb]', value: 49, exceeded: null })
    expect(await one('carbon', 'us-naaqs', 'day_max_8h')).toMatchObject({
      unit: '[ppm]',
      permitted: 1,
      exceedances: 1,
      remaining: 0,
    })
  })
  test('India: 2 % of the days, and never two in a row', async () => {
    // 18 days in a row above 60? The daily mean is exactly 60: not above. Of PM10 35 days of 80 are below 100.
    expect(await one('pm-18', 'in-naaqs-2009', 'day')).toMatchObject({ exceedances: 0, exceeded: false })
    expect(await one('so2', 'in-naaqs-2009', 'day')).toMatchObject({ exceedances: 6, permitted: 7, exceeded: true })
  })
  test('China states gases at 25 Cel: 293.15 / 298.15 of what is stored', async () => {
    const { yearMean } = byHand(station('rush'))
    expect(await one('rush', 'cn-gb3095-2012', 'year')).toMatchObject({ value: whole((yearMean * 293.15) / 298.15) })
  })
  test('a year that runs has counts and no verdict that it keeps a level', async ({ skip }) => {
    skip(!isStored('rush'), 'a year of hours takes the embedded database long')
    const running = { ...station('rush'), key: 'rush' }
    const standard = AIR_STANDARDS.find(({ key }) => key === EU_2030)
    if (!standard) throw new Error(EU_2030)
    const alone = {
      ...registry,
      city: { ...registry.city, timeZone: running.zone },
      datastreams: registry.datastreams.filter(({ thing }) => thing.key === 'rush'),
    }
    // on 4 March 2025 at noon UTC, four rush hours of 210 are over: three are permitted
    const at = async (now: string) =>
      (await limits(db.pool, alone, { standard, year: 2025, now: new Date(now) }))
        .find(({ level }) => level === 'city')
        ?.assessments.find(({ per, kind }) => per === 'hour' && kind === 'limit')
    expect(await at('2025-03-03T12:00:00Z')).toMatchObject({
      exceedances: 3,
      remaining: 0,
      exceeded: null,
      covered: false,
      dataCapture: 1,
    })
    expect(await at('2025-03-04T12:00:00Z')).toMatchObject({ exceedances: 4, remaining: 0, exceeded: true })
  })
})
