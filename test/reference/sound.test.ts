import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEquity, type Equity } from '#api/equity/equity.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { energyOf, levelOf, meanLevel } from '#model/observation/sound.ts'
import { addCity, addThing, addZone, hourly, observe, rollUp } from '#test/db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

/** 10 lg of the mean of 10^(L / 10): ISO 1996-1:2016, 3.1.7; Directive 2002/49/EC, annex I. */
const byHand = (levels: readonly number[]): number =>
  10 * Math.log10(levels.reduce((sum, level) => sum + 10 ** (level / 10), 0) / levels.length)

describe('one implementation of level averaging', () => {
  // 60 dB and 70 dB: 10 lg((10^6 + 10^7) / 2) = 67.4 dB. Two equal levels keep theirs; 10 dB less is a tenth of the energy.
  test.each([
    [[60, 70], 67.4036],
    [[50, 50, 50], 50],
    [[40, 60], 57.0329],
  ])('%s dB are %s dB on average', (levels, expected) => {
    expect(meanLevel(levels)).toBeCloseTo(expected, 4)
    expect(meanLevel(levels)).toBeCloseTo(byHand(levels), 9)
  })
  test('levels and energies are each the inverse of the other', () => {
    for (const level of [-20, 0, 35.5, 94, 130]) expect(levelOf(energyOf(level))).toBeCloseTo(level, 9)
    expect(meanLevel([])).toBeUndefined()
  })
})

describe('through the database', () => {
  const now = new Date('2026-06-15T00:00:00Z')
  let db: TestDatabase
  let equity: Equity
  /** by day 62 dB, at night 48: over 24 hours 57.3 as numbers, and more as energies */
  const street = hourly('2026-06-01T00:30:00Z', 24).map((time): [Date, number] => [
    time,
    time.getUTCHours() >= 7 && time.getUTCHours() < 23 ? 62 : 48,
  ])
  const motorway = hourly('2026-06-01T00:30:00Z', 24).map((time): [Date, number] => [time, 72])

  beforeAll(async () => {
    db = await openTestDatabase()
    const { pool } = db
    await addCity(pool, { population: 3000 })
    for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) {
      const zoneId = await addZone(pool, key, 1000, i)
      const meters = key === 'a' ? [street, motorway] : [street]
      for (const [n, readings] of meters.entries()) {
        const thing = { key: `mic-${key}-${n}`, kind: 'sound_meter', domain: 'noise', zoneId }
        const [id] = await addThing(pool, thing, [['sound_level']])
        // one microphone reported for a third of the day only: it says nothing of the whole
        await observe(pool, id, key === 'd' ? readings.slice(0, 8) : readings)
      }
    }
    await rollUp(pool)
    const deps = { pool, microdata: openMicrodata(pool), clock: () => now }
    equity = createEquity({ ...deps, indicators: createIndicators(deps) })
  })
  afterAll(() => db?.close())

  test('equity averages energies over time and across the meters of a zone', async () => {
    const { exposures } = await equity({ period: '2026-06-01', by: 'zone' })
    const noise = exposures.find(({ id }) => id === 'sound_level')
    const over = byHand(street.map(([, level]) => level))
    const across = byHand([over, 72])
    expect(noise?.groups.map(({ key, value }) => [key, value])).toEqual([
      ['a', expect.closeTo(across, 9)],
      ['b', expect.closeTo(over, 9)],
      ['c', expect.closeTo(over, 9)],
      ['d', null],
    ])
  })
})

// Night is 23 to 7 local time (Directive 2002/49/EC, annex I). Where the offset is not a whole hour, 23:00 lies within a UTC hour.
describe('day, evening and night are those of the clock', () => {
  let db: TestDatabase
  beforeAll(async () => {
    db = await openTestDatabase()
    await addCity(db.pool, { timeZone: 'Asia/Kolkata' })
  })
  afterAll(() => db?.close())

  test.each([
    ['Asia/Kolkata', '+05:30'],
    ['Asia/Kathmandu', '+05:45'],
    ['Australia/Adelaide', '+09:30'],
    ['America/St_Johns', '-02:30'],
  ])('in %s', async (timeZone, offset) => {
    const { pool } = db
    await pool.query(`update city set pack = jsonb_set(pack, '{timeZone}', to_jsonb($1::text))`, [timeZone])
    const zoneId = await addZone(pool, timeZone, 1000)
    const thing = { key: `mic-${timeZone}`, kind: 'sound_meter', domain: 'noise', zoneId }
    const [id] = await addThing(pool, thing, [['sound_level']])
    const midnight = Date.parse(`2026-06-10T00:00:00${offset}`)
    const levelAt = (localHour: number): number => (localHour < 7 || localHour >= 23 ? 50 : localHour < 19 ? 70 : 60)
    const readings = Array.from({ length: 96 }, (_, quarter): [Date, number] => [
      new Date(midnight + (quarter * 15 + 7) * 60_000),
      levelAt(quarter / 4),
    ])
    await observe(pool, id, readings)
    await rollUp(pool)
    const deps = { pool, microdata: openMicrodata(pool), clock: () => new Date('2026-06-15T00:00:00Z') }
    const found = await createIndicators(deps).evaluate('EN:EN:EQ:2A', { period: '2026-06-10', zone: timeZone })
    const leaves = JSON.stringify(found.values[0]?.evidence)
    const level = (part: string) => Number(new RegExp(`"${part}[^"]*","value":([0-9.]+)`).exec(leaves)?.[1])
    expect([level('day'), level('evening'), level('night')]).toEqual([
      expect.closeTo(70, 9),
      expect.closeTo(60, 9),
      expect.closeTo(50, 9),
    ])
  })
})
