import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { MONEY_PERIODS, moneyPer, priceUnitOf } from '#model/basics/money.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Broadband is affordable at 2 % of monthly income at most (UN Broadband Commission for Sustainable Development, 2025 target
 * 2). A household that pays 30 a month out of 2,000 a month, which is 24,000 a year, spends 1.5 % of it.
 */
const square = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [0.02, 0],
      [0.02, 0.02],
      [0, 0],
    ],
  ],
}
const city = {
  name: 'Smallport',
  timeZone: 'UTC',
  centre: [0.01, 0.01],
  population: 1000,
  sources: [{ name: 'native', topic: 'city/#' }],
}
const zones = (income: number | undefined) => ({
  type: 'FeatureCollection',
  features: [{ type: 'Feature', geometry: square, properties: { key: 'a', name: 'A', population: 1000, income } }],
})
const codebook = (unit: string | undefined) => ({
  id: 's',
  title: 'S',
  universe: 'households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id' },
  questions: [
    { column: 'price', text: 'Price?', price: true, ...(unit && { unit }) },
    { column: 'half', text: 'Income', categories: { '1': 'Lower', '2': 'Upper' }, group: true },
  ],
})

let db: TestDatabase
let folder: string
beforeAll(async () => {
  db = await openTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'money-'))
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, 40)`, [codebook('EUR/month')])
  await db.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, answers)
     select 's', 'r' || i, 1, jsonb_build_object('price', '30', 'half', (1 + i % 2)::text) from generate_series(1, 40) i`,
  )
})
afterAll(async () => {
  await db.close()
  await rm(folder, { recursive: true })
})

let packs = 0
/** Each pack declares another day: it says how the city was in the time of the survey. */
async function readPack(income: number | undefined, of: unknown) {
  const validFrom = `2026-01-${String(++packs).padStart(2, '0')}`
  await writeFile(
    join(folder, 'city.json'),
    JSON.stringify({ ...city, validFrom, ...(of !== undefined && { income: of }) }),
  )
  await writeFile(join(folder, 'zones.geojson'), JSON.stringify(zones(income)))
  return readCityPack(folder)
}
async function affordabilityOf(income: number, of: unknown, unit = 'EUR/month') {
  await loadCityPack(db.pool, await readPack(income, of))
  await db.pool.query('update survey set codebook = $1', [codebook(unit)])
  const surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  return surveys.divides('s', { question: 'price', by: ['half'] })
}

describe('affordability is the same however a city states its incomes', () => {
  test.each([
    ['2,000 a month', 2000, 'month', 'EUR/month'],
    ['24,000 a year', 24_000, 'year', 'EUR/month'],
    ['24,000 a year, in the currency of the city', 24_000, 'year', 'currency/month'],
  ])('%s: 30 are 1.5 %%', async (_, income, per, unit) => {
    const found = await affordabilityOf(income, { currency: 'EUR', per, year: 2025 }, unit)
    expect(found.affordability).toMatchObject({ monthlyIncome: 2000, currency: 'EUR', incomeYear: 2025 })
    for (const { share } of found.affordability?.groups ?? []) expect(share).toBeCloseTo(0.015, 12)
    expect(found.affordability?.groups).toHaveLength(2)
  })
  test('a price by the year is brought to a month: 30 a year of 2,000 a month are 0.125 %', async () => {
    const found = await affordabilityOf(2000, { currency: 'EUR', per: 'month', year: 2025 }, 'EUR/year')
    expect(found.affordability?.groups[0]?.share).toBeCloseTo(0.00125, 12)
  })
  test('other currencies are not compared, and the answer says so', async () => {
    const found = await affordabilityOf(24_000, { currency: 'BRL', per: 'year', year: 2025 })
    expect(found).toMatchObject({ affordability: null, affordabilityMissing: 'price is in EUR, incomes are in BRL' })
  })
})

describe('an amount without a unit is refused', () => {
  test.each([
    ['no unit at all', undefined, /city\.json, income: is missing.*a: 2000.*"per": "month" or "year"/],
    ['no period', { currency: 'EUR', year: 2025 }, /city\.json, income\.per: is missing; valid: month, year/],
    [
      'a period that is none',
      { currency: 'EUR', per: 'week', year: 2025 },
      /income\.per: "week" is not known; valid: month, year/,
    ],
    ['no year', { currency: 'EUR', per: 'month' }, /income\.year: is missing; a number is needed/],
    ['a currency that is none', { currency: '€', per: 'month', year: 2025 }, /income\.currency: .*ISO 4217/],
  ])('a city pack with %s', async (_, of, expected) => {
    await expect(readPack(2000, of)).rejects.toThrow(expected)
  })
  test('a city pack without incomes needs none', async () => {
    await expect(readPack(undefined, undefined)).resolves.toBeDefined()
  })
  test.each([undefined, 'EUR', 'month', 'EUR/week', 'eur/month'])('a price in %s', (unit) => {
    const { problems } = checkCodebook(codebook(unit))
    expect(problems).toMatchObject([{ column: 'questions price.unit', reason: expect.stringContaining('EUR/month') }])
  })
})

test('months and years convert into each other and back', () => {
  expect(moneyPer(2000, 'month', 'year')).toBe(24_000)
  expect(priceUnitOf('EUR/month')).toEqual({ currency: 'EUR', per: 'month' })
  const period = fc.constantFrom(...MONEY_PERIODS)
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), period, period, (amount, from, to) => {
      expect(moneyPer(moneyPer(amount, from, to), to, from)).toBeCloseTo(amount, 4)
    }),
    { seed: 12, numRuns: 200 },
  )
})
