import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * SAIFI and CAIDI (IEEE Std 1366-2012, clauses 3.2.1 and 3.2.3) on 29 November 2026 at the end of the day: 333 days of the
 * year are over. Capture is that of customer hours: 2008/50/EC annex I asks 75 % of a mean, and the same is asked here.
 */
const START = '2026-01-01T00:00:00Z'
const NOW = new Date('2026-11-30T00:00:00Z')
const DAYS = 333

const [FROM, BACK] = ['2026-11-10T10:00:00Z', '2026-11-10T11:30:00Z']
const SAIFI = 'EC:I:ES:1C'
const CAIDI = 'EC:I:ES:2C'

type Feeder = {
  customers: number
  /** days from the start of the year, to exclusive, in which its meter reports every `every` hours */
  heard: readonly (readonly [from: number, to: number])[]
  every?: number
  interval?: number
  off?: readonly [time: string, customers: number][]
}
const off: Feeder['off'] = [
  [START, 0],
  [FROM, 78],
  [BACK, 0],
]
/** Each case is a zone of its own. */
const CASES: Record<string, readonly Feeder[]> = {
  month: [
    {
      customers: 1000,
      heard: [[302, 333]],
      off: [
        ['2026-10-30T00:00:00Z', 0],
        [FROM, 78],
        [BACK, 0],
      ],
    },
  ],
  throughout: [{ customers: 1000, heard: [[0, 333]], off }],
  most: [
    { customers: 600, heard: [[0, 333]], off },
    {
      customers: 400,
      heard: [
        [0, 150],
        [183, 333],
      ],
    },
  ],
  half: [
    { customers: 600, heard: [[0, 333]], off },
    { customers: 400, heard: [[0, 166]] },
  ],
  tenth: [
    { customers: 900, heard: [[0, 333]], off },
    { customers: 100, heard: [[0, 166]] },
  ],
  promised: [{ customers: 1000, heard: [[0, 333]], every: 6, interval: 6 * 3600 }],
  sparse: [{ customers: 1000, heard: [[0, 333]], every: 6, interval: 900 }],
  late: [
    {
      customers: 1000,
      heard: [[0, 333]],
      off: [
        [FROM, 78],
        [BACK, 0],
      ],
    },
  ],
  open: [
    {
      customers: 1000,
      heard: [[0, 333]],
      off: [
        [START, 0],
        [FROM, 10],
        ['2026-11-10T12:00:00Z', 10],
      ],
    },
  ],
}

let db: TestDatabase
let indicators: ReturnType<typeof createIndicators>
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  for (const [i, [key, feeders]] of Object.entries(CASES).entries()) {
    const zoneId = await addZone(db.pool, key, 1000, i)
    for (const [j, feeder] of feeders.entries()) await addFeeder(`${key}-${j}`, zoneId, feeder)
  }
  await rollUp(db.pool)
  await db.pool.query(`call refresh_continuous_aggregate('observation_daily', null, null)`)
  indicators = createIndicators({ pool: db.pool, microdata: openMicrodata(db.pool), clock: () => NOW })
})
afterAll(() => db.close())

async function addFeeder(key: string, zoneId: number, { customers, heard, every = 1, interval, off }: Feeder) {
  const { pool } = db
  const thing = { key, kind: 'feeder', domain: 'energy', zoneId, attributes: { customers } }
  const [meter, interrupted] = await addThing(pool, thing, [['energy'], ['customers_interrupted']])
  if (interval) await pool.query('update thing set expected_interval_s = $2 where key = $1', [key, interval])
  const first = Date.parse(START)
  const hours = heard.flatMap(([from, to]) =>
    hourly(new Date(first + from * 86_400_000).toISOString(), (to - from) * 24).filter((_, i) => i % every === 0),
  )
  // Packed, as the ingest writes it: thousands of rows through the view take seconds.
  await pool.query(
    `insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality)
     select $1, t, i, 1, 1 from unnest($2::timestamptz[]) with ordinality as o (t, i)`,
    [meter, hours],
  )
  await observe(pool, interrupted, off ?? [[START, 0]])
}

async function of(code: string, zone: keyof typeof CASES, period = '2026') {
  const [point] = (await indicators.evaluate(code, { period, zone })).values
  if (!point) throw new Error('no data point')
  return point
}

test('a year of which 31 of 333 days were watched has no SAIFI and no CAIDI, and says what is missing', async () => {
  for (const code of [SAIFI, CAIDI]) {
    const { value, missing } = await of(code, 'month')
    expect(value).toBeNull()
    // 31 / 333 = 9.3 %
    expect(missing).toMatch(
      /stand for 0 % of the customer hours.* 75 % are needed.* month-0: heard in 9\.3 % of the hours/,
    )
  }
  // November is over but for a day, and was watched throughout.
  const month = await of(SAIFI, 'month', '2026-11')
  expect(month.value).toBeCloseTo((78 / 1000 / 29) * 365, 9)
  expect(month.dataCapture).toBe(1)
})

describe('an interruption of 78 customers in a year', () => {
  test('watched throughout: 78 interruptions in 1000 x 333/365 customer years, 90 minutes each', async () => {
    const expected = expect.closeTo(78 / 1000 / (DAYS / 365), 9)
    expect(await of(SAIFI, 'throughout')).toMatchObject({ value: expected, dataCapture: 1 })
    expect(await of(CAIDI, 'throughout')).toMatchObject({ value: 90, dataCapture: 1 })
  })

  test('a feeder watched for 300 of the days counts with 300 days of its customers', async () => {
    const { value, dataCapture } = await of(SAIFI, 'most')
    expect(value).toBeCloseTo(78 / ((600 * 333 + 400 * 300) / 365), 9)
    expect(dataCapture).toBeCloseTo((600 * 333 + 400 * 300) / (1000 * 333), 9)
  })

  test('a feeder watched for half of the year is left out, and its 400 of 1000 customers are too many to miss', async () => {
    const missing = expect.stringMatching(/60 % .*half-1: heard in 50 %/)
    expect(await of(SAIFI, 'half')).toMatchObject({ value: null, missing })
  })

  test('its 100 of 1000 customers are not: the others stand for 90 %', async () => {
    const expected = expect.closeTo(78 / (900 * (DAYS / 365)), 9)
    expect(await of(SAIFI, 'tenth')).toMatchObject({ value: expected, dataCapture: 0.9 })
  })
})

describe('what shows that an interruption would have been reported', () => {
  test('a reading every 6 hours does where the registry promises one every 6 hours', async () => {
    const { value, dataCapture } = await of(SAIFI, 'promised')
    expect(value).toBe(0)
    // the last reading is that of 18:00, and nothing follows it yet
    expect(dataCapture).toBeCloseTo((DAYS * 24 - 5) / (DAYS * 24), 9)
  })
  test('it does not where the registry promises one every 15 minutes', async () => {
    expect(await of(SAIFI, 'sparse')).toMatchObject({ value: null, missing: expect.stringContaining('17 %') })
  })
  test('the meter does not before the feeder reported its first interruption', async () => {
    // 20 days from 10 November on
    expect(await of(SAIFI, 'late')).toMatchObject({ value: null, missing: expect.stringContaining('6.0 %') })
  })
})

test('after the last report nothing is known: minutes of an interruption run from reading to reading', async () => {
  expect((await of(CAIDI, 'open')).value).toBe(120)
  expect((await of(CAIDI, 'open', '2026-11')).value).toBe(120)
})
