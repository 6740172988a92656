import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { MEASURES } from '#api/indicators/measures/index.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { INDICATORS } from '#model/indicators/catalogue/index.ts'
import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { recompute } from '#model/indicators/recompute.ts'
import { uncertaintyOf } from '#model/indicators/uncertainty.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { buildWholeCity, DAY } from './whole-city.ts'

let db: TestDatabase
let indicators: ReturnType<typeof createIndicators>
beforeAll(async () => {
  db = await openTestDatabase()
  await buildWholeCity(db.pool)
  indicators = createIndicators({
    pool: db.pool,
    microdata: openMicrodata(db.pool),
    clock: () => new Date('2026-03-05T06:00:00Z'),
  })
})
afterAll(() => db.close())

const evaluate = (code: string, zone?: string) => indicators.evaluate(code, { period: DAY, zone })
const point = async (code: string, zone?: string, dataPoint = '') => {
  const { values } = await evaluate(code, zone)
  const found = values.find((value) => value.dataPoint === dataPoint)
  if (!found) throw new Error(`${code} has no data point "${dataPoint}"`)
  return found
}

/** The tree as a sceptic has it: only the leaves keep their numbers, and nothing but the tree is known. */
function leavesOnly(evidence: Evidence): Evidence {
  if (!evidence.inputs?.length) return evidence
  const { uncertainty: _, ...rest } = evidence
  return { ...rest, value: null, inputs: evidence.inputs.map(leavesOnly) }
}
const leavesOf = (evidence: Evidence): Evidence[] => evidence.inputs?.flatMap(leavesOf) ?? [evidence]

describe('every indicator that Citywell computes itself', () => {
  test.each([...MEASURES.keys()])(
    '%s: has a value here, and anyone can compute it from its evidence alone',
    async (code) => {
      const measure = MEASURES.get(code)
      let values = 0
      for (const zone of [undefined, 'north', 'south']) {
        for (const { value, evidence, origin, n, standardError } of (await evaluate(code, zone)).values) {
          if (value === null || !evidence) continue
          values++
          expect(origin).toBe(measure?.origin)
          // as it comes over the wire: nothing but JSON
          const leaves = leavesOnly(JSON.parse(JSON.stringify(evidence)))
          expect(recompute(leaves)).toBe(value)
          expect(uncertaintyOf(leaves)).toEqual(evidence.uncertainty)
          if (measure?.origin === 'measured') expect(standardError).toBe(evidence.uncertainty?.standardError ?? null)
          expect(leavesOf(evidence).filter(({ ref }) => ref).length, 'leaves say where they come from').toBeGreaterThan(
            0,
          )
          expect(n).not.toBeNull()
        }
      }
      expect(values).toBeGreaterThan(0)
    },
  )

  test('the catalogue says of each that it can be measured or surveyed, and of no other', () => {
    for (const { code, ways } of INDICATORS) {
      const origin = MEASURES.get(code)?.origin
      expect(
        ways.filter((way) => way !== 'reported'),
        code,
      ).toEqual(origin ? [origin] : [])
    }
  })
})

describe.each([
  ['EC:I:T:8A', 'low-emission cars 40 + 60 of 400 + 1000', 100 / 14, 10, 6],
  ['EC:ICT:ES:3A', '40 + 60 of 400 + 600 customers', 10, 10, 10],
  ['EC:ICT:WS:1C', '90 + 150 of 300 + 500 meters', 30, 30, 30],
  ['EC:ICT:WS:2A', '10 + 30 of 50 km: one district is not watched', 80, 100, 100],
  ['EC:ICT:D:1A', '20 of 25 km', 80, null, null],
  ['EN:EN:WS:2C', '(30 + 50) m3 an hour, 24 h, 1000 l, 3000 people', 640, 720, 600],
  ['EC:I:WS:3C', '100 m3 an hour put in, 80 used', 20, null, null],
  ['EC:I:ES:1C', 'SAIFI: (140 + 30) interruptions / 1000 customers, 365 days', 62.05, 127.75, 18.25],
  ['EC:I:ES:2C', 'CAIDI: (9600 + 900) min / 170', 10_500 / 170, 9600 / 140, 30],
  ['EN:E:E:3C', '2400 kWh a day, 365 days, 0.0036 GJ, 50 residents', 63.072, 63.072, null],
  [
    'EN:EN:EQ:1C',
    'm1 declared, m3 measured at 10 V/m; m2 is declared but was measured at 40; m4 unknown',
    200 / 3,
    200 / 3,
    null,
  ],
  ['EN:EN:EQ:2A', 'one of two microphones in the north, the one in the south: (500 + 2000) / 3000', 250 / 3, 50, 100],
  ['EC:I:T:7A', '6 + 3 cars stood there from 3 to 4', 300, 600, 150],
] as const)('%s: %s', (code, _, city, north, south) => {
  test.each([
    [undefined, city],
    ['north', north],
    ['south', south],
  ] as const)('in %s: %d', async (zone, expected) => {
    const found = await point(code, zone)
    if (expected === null) expect(found).toMatchObject({ value: null, missing: expect.any(String) })
    else expect(found.value).toBeCloseTo(expected, 9)
  })
})

test('mode share (EC:I:T:4A) of those who go to work: 18 of 36 drive, 9 ride, 5 walk, 4 cycle, nobody by paratransit', async () => {
  const { values } = await evaluate('EC:I:T:4A')
  expect(values.map(({ dataPoint, value }) => [dataPoint, value])).toEqual([
    ['private', 50],
    ['public', 25],
    ['walking', expect.closeTo(500 / 36, 9)],
    ['cycling', expect.closeTo(400 / 36, 9)],
    ['para', 0],
  ])
  expect(values[0]?.interval?.[0]).toBeLessThan(50)
})

test('coverage (EC:ICT:ICT:4C): the north by cells, and a third of the people; U4SSC asks for land alone', async () => {
  const byLand = (await point('EC:ICT:ICT:4C', undefined, '4g')).value
  // Both squares are as large; how many cells have their centre in each differs by one or two of some 45.
  expect(Math.abs((byLand ?? 0) - 50)).toBeLessThan(3)
  const byPeople = await point('EC:ICT:ICT:4C', undefined, '4g_people')
  expect(byPeople.value).toBeCloseTo(100 / 3, 9)
  expect(byPeople.score).toBeNull()
})

test('an interruption of two minutes and one of the day before are not counted, and the short one is told', async () => {
  const { evidence } = await point('EC:I:ES:2C', 'south')
  expect(evidence && leavesOf(evidence)[0]?.label).toBe('feeder-s: 1 interruptions over 3 minutes, 1 shorter left out')
})

test('noise: levels are averaged as energies: 40 and 52 dB give 49.3, and an Lden of 49.3 + 6.4 = 55.7', async () => {
  const { evidence } = await point('EN:EN:EQ:2A', 'south')
  const levels = leavesOf(evidence as Evidence).filter(({ method }) => method === 'energy_mean_of_hours')
  // 10 lg((10^4 + 10^5.2) / 2) = 49.2556
  for (const level of levels) expect(level.value).toBeCloseTo(49.2556, 3)
})
