/**
 * "This year" is that of the city. At noon UTC of 31 December 2026 it is 2 o'clock of 1 January 2027 in Kiritimati (UTC+14), and
 * when UTC has had New Year for five hours it is still 31 December in Pago Pago (UTC-11).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { briefOf } from '#api/brief/brief.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { labelsFor } from '#api/indicators/inputs/reported.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { parsePeriod } from '#model/basics/period.ts'
import { addCity } from '#test/db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

describe.each([
  ['Pacific/Kiritimati', '2026-12-31T12:00:00Z', 2027],
  ['Pacific/Pago_Pago', '2027-01-01T05:00:00Z', 2026],
] as const)('%s at %s', (timeZone, instant, year) => {
  const clock = () => new Date(instant)
  let db: TestDatabase
  beforeAll(async () => {
    db = await openTestDatabase()
    await addCity(db.pool, { timeZone })
  })
  afterAll(() => db.close())

  test('legal limits and the brief are those of the year', async () => {
    const { pool } = db
    const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock })
    expect(await indicators.airLimits({ year: undefined, standard: undefined })).toMatchObject({ year, partial: true })
    const brief = await briefOf({ pool, indicators, clock, burdens: async () => null }, undefined)
    expect(brief).toMatchObject({ period: { label: String(year) } })
  })

  test('a value that was reported for the year stands for the days of it', () => {
    const yearsOf = (label: string) => labelsFor(parsePeriod(label, timeZone, clock()), timeZone).slice(1)
    const [own, before] = [String(year), String(year - 1)]
    expect(yearsOf('last-24h')[0]).toBe(own)
    for (const day of [`${year}-01-01`, `${year}-12-31`, `${year}-12`, `${year}-Q4`]) expect(yearsOf(day)[0]).toBe(own)
    for (const day of [`${year - 1}-12-31`, `${year - 1}-12`]) expect(yearsOf(day)[0]).toBe(before)
  })
})
