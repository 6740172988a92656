import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { recompute } from '#model/indicators/recompute.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addZone } from './indicators-fixture.ts'

/**
 * A survey made by hand: zone a 20 households, b 40, c 5 (too few), d 12. Weight 1 in a and c, 2 in b and d; no strata, no
 * clusters. With Internet: a 15 of 20, b 30 of 40, c 5 of 5, d 6 of 12; one household of b refused (code 9).
 */
let db: TestDatabase
let surveys: ReturnType<typeof createSurveys>
let indicators: ReturnType<typeof createIndicators>
const NOW = new Date('2026-06-15T00:00:00Z')

const codebook = {
  id: 'households-2026',
  title: 'Households',
  universe: 'private households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    {
      column: 'internet',
      text: 'Internet at home?',
      categories: { y: 'yes', n: 'no', '9': 'refused' },
      missing: ['9'],
      indicator: 'HH6',
      counts: ['y'],
    },
    { column: 'barrier', text: 'Why not?', categories: { cost: 'cost', skill: 'skill' } },
    { column: 'size', text: 'How many people?' },
    {
      column: 'work',
      text: 'Work?',
      categories: { in: 'has', out: 'seeks', na: 'neither' },
      missing: ['na'],
      counts: ['out'],
      u4ssc: 'EC:P:EM:1C',
    },
    { column: 'tenure', text: 'Tenure', categories: { own: 'own', rent: 'rent' }, group: true },
  ],
}

type Household = { zone: string; weight: number; answers: Record<string, string> }
const zoneOf = (zone: string, n: number, online: number, weight: number): Household[] =>
  Array.from({ length: n }, (_, i) => ({
    zone,
    weight,
    answers: {
      internet: i < online ? 'y' : 'n',
      size: String(1 + (i % 3)),
      tenure: i % 2 === 0 ? 'own' : 'rent',
      work: ['out', 'na', 'in', 'in'][i % 4] ?? '',
    },
  }))

beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  await addCity(pool)
  for (const [i, key] of ['a', 'b', 'c', 'd'].entries()) await addZone(pool, key, 1000, i)
  const households = [
    ...zoneOf('a', 20, 15, 1),
    ...zoneOf('b', 40, 30, 2),
    ...zoneOf('c', 5, 5, 1),
    ...zoneOf('d', 12, 6, 2),
  ]
  households.push({ zone: 'b', weight: 50, answers: { internet: '9', size: '', tenure: 'own' } })
  await pool.query('insert into survey (id, codebook, respondents) values ($1, $2, $3)', [
    codebook.id,
    codebook,
    households.length,
  ])
  for (const [i, { zone, weight, answers }] of households.entries()) {
    await pool.query(
      'insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ($1, $2, $3, $4, $5)',
      [codebook.id, `r${i}`, weight, zone, answers],
    )
  }
  surveys = createSurveys({ pool, microdata: openMicrodata(pool) })
  indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock: () => NOW })
})
afterAll(() => db.close())

const estimates = (of: { question: string; category?: string; by?: string[] }) =>
  surveys.estimates('households-2026', { by: [], ...of })

describe('household Internet access', () => {
  test('the city: (15 + 2 * 30 + 5 + 2 * 6) / (20 + 80 + 5 + 24) = 92 / 129; the refusal is in neither', async () => {
    const { estimates: cells, statistic, unit, simulated } = await estimates({ question: 'internet' })
    expect({ statistic, unit, simulated }).toEqual({ statistic: 'proportion', unit: '1', simulated: false })
    expect(cells).toHaveLength(1)
    expect(cells[0]).toMatchObject({
      group: {},
      n: 77,
      value: expect.closeTo(92 / 129, 12),
      reliable: true,
      suppressed: null,
    })
  })

  test('by zone: c is too small, and d goes with it or c could be had by subtraction', async () => {
    const { estimates: cells } = await estimates({ question: 'internet', by: ['zone'] })
    expect(cells.map(({ group, value, n, suppressed }) => [group['zone'], value, n, suppressed])).toEqual([
      ['a', 0.75, 20, null],
      ['b', 0.75, 40, null],
      ['c', null, null, 'below_threshold'],
      ['d', null, null, 'complementary'],
    ])
    expect(cells[2]).toEqual({
      group: { zone: 'c' },
      value: null,
      standardError: null,
      lower: null,
      upper: null,
      n: null,
      designEffect: null,
      reliable: null,
      reliability: null,
      reliabilityReasons: [],
      nonresponse: null,
      nonresponseWeighted: null,
      againstCity: null,
      suppressed: 'below_threshold',
    })
  })

  test('zones are compared with the city that they are part of; hidden ones are not', async () => {
    const { estimates: cells } = await estimates({ question: 'internet', by: ['zone'] })
    // a has 0.75, the city 92 / 129; two zones are compared, so the smaller p counts twice (Holm)
    expect(cells[0]?.againstCity?.difference).toBeCloseTo(0.75 - 92 / 129, 12)
    expect(cells.map(({ againstCity }) => againstCity?.verdict ?? null)).toEqual([
      'not_distinguishable',
      'not_distinguishable',
      null,
      null,
    ])
    const [p, q] = cells.slice(0, 2).map(({ againstCity }) => againstCity?.p ?? Number.NaN)
    expect(cells[0]?.againstCity?.adjustedP).toBeCloseTo(Math.min(1, 2 * Math.min(p ?? 1, q ?? 1), 1), 12)
    const { estimates: city } = await estimates({ question: 'internet' })
    expect(city[0]?.againstCity).toBeNull()
  })

  test('the question may be named by its ITU indicator', async () => {
    expect((await estimates({ question: 'HH6' })).question).toBe('internet')
  })

  test('a domain keeps the rest of the sample: standard error of zone a by hand', async () => {
    // 78 households are one cluster each, in one stratum. In a: z = (y - 0.75) / 20, sum of squares (15 * 0.0625 + 5 * 0.5625) / 400
    // = 0.009375; times 78 / 77, root: 0.0974513
    const { estimates: cells } = await estimates({ question: 'internet', by: ['zone'] })
    expect(cells[0]?.standardError).toBeCloseTo(0.0974513, 6)
  })
})

test('a number gives a mean', async () => {
  const answer = await estimates({ question: 'size' })
  expect(answer.statistic).toBe('mean')
  // a: 7 x 1, 7 x 2, 6 x 3 = 39; b: 14, 13, 13 -> 79 (x 2); c: 2, 2, 1 -> 9; d: 4, 4, 4 -> 24 (x 2): 254 / 129
  expect(answer.estimates[0]?.value).toBeCloseTo(254 / 129, 12)
})

test('two characteristics: small cells and their complements are kept back', async () => {
  const { estimates: cells } = await estimates({ question: 'internet', by: ['zone', 'tenure'] })
  for (const { n, suppressed } of cells) expect(suppressed === null ? (n ?? 0) >= 10 : n === null).toBe(true)
  for (const tenure of ['own', 'rent']) {
    expect(cells.filter(({ group, suppressed }) => group['tenure'] === tenure && suppressed).length).not.toBe(1)
  }
})

describe('bad input', () => {
  test.each([
    [{ question: 'salary' }, 'QUESTION_UNKNOWN'],
    [{ question: 'barrier' }, 'REQUEST_INVALID'],
    [{ question: 'barrier', category: 'weather' }, 'REQUEST_INVALID'],
    [{ question: 'size', category: 'y' }, 'REQUEST_INVALID'],
    [{ question: 'internet', by: ['size'] }, 'REQUEST_INVALID'],
    [{ question: 'internet', by: ['respondent'] }, 'REQUEST_INVALID'],
    [{ question: 'internet', by: ['zone', 'zone'] }, 'REQUEST_INVALID'],
  ])('%j is %s', async (of, code) => {
    await expect(estimates(of)).rejects.toMatchObject({ code })
  })
  test('unknown survey', async () => {
    await expect(surveys.estimates('x', { question: 'internet', by: [] })).rejects.toMatchObject({
      code: 'SURVEY_UNKNOWN',
    })
  })
})

test('the list gives codebooks and counts, nothing of the answers', async () => {
  const { surveys: list } = await surveys.list()
  expect(list).toHaveLength(1)
  expect(list[0]).toMatchObject({ id: 'households-2026', respondents: 78, threshold: 10 })
})

describe('as an indicator (EC:ICT:ICT:1C)', () => {
  const code = 'EC:ICT:ICT:1C'
  test('71.3 % with its interval, computed again from the evidence', async () => {
    const [point] = (await indicators.evaluate(code, { period: '2026' })).values
    expect(point).toMatchObject({ origin: 'surveyed', n: 77, value: expect.closeTo(9200 / 129, 9) })
    expect(point?.interval?.[0]).toBeLessThan(9200 / 129)
    expect(point?.interval?.[1]).toBeGreaterThan(9200 / 129)
    expect(point?.evidence && recompute({ ...point.evidence, value: null })).toBe(point?.value)
  })
  test('by zone: suppressed zones say so and show nothing', async () => {
    const { zones } = await indicators.zoneValues(code, { period: '2026' })
    expect(zones.map(({ zone, value }) => [zone, value])).toEqual([
      ['a', 75],
      ['b', 75],
      ['c', null],
      ['d', null],
    ])
    expect(zones[2]).toMatchObject({ n: null, missing: expect.stringContaining('suppressed') })
    expect(JSON.stringify(await indicators.evaluate(code, { period: '2026', zone: 'c' }))).not.toContain('weighted')
  })
  test('a survey does not stand for a year long after it, or before it', async () => {
    for (const period of ['2025', '2029']) {
      expect((await indicators.evaluate(code, { period })).status).toBe('not_reported')
    }
  })
})

test('another surveyed indicator: EC:P:EM:1C, those who seek work of those who have or seek it', async () => {
  // a 5 of 15, b 10 of 30 (x 2), c 2 of 4, d 3 of 9 (x 2): 5 + 20 + 2 + 6 = 33 of 15 + 60 + 4 + 18 = 97
  const [point] = (await indicators.evaluate('EC:P:EM:1C', { period: '2026' })).values
  expect(point).toMatchObject({ origin: 'surveyed', n: 58, value: expect.closeTo(3300 / 97, 9) })
  expect(point?.evidence && recompute({ ...point.evidence, value: null })).toBe(point?.value)
})
