import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { coreIndicatorsResponse, dividesResponse } from '#model/api/people.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addZone, asEver } from './indicators-fixture.ts'

/**
 * Eighty households by hand, weight 1, no clusters. Income half 1: 40, of whom 20 online; half 2: 40, 30 online.
 * The first 38 of each half are women or men in turn (19 each); of each half the last two stated "other" (too few).
 * Those online pay 30 in half 1 and 40 in half 2.
 */
let db: TestDatabase
let surveys: ReturnType<typeof createSurveys>
const codebook = {
  id: 's',
  title: 'S',
  universe: 'households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    { column: 'net', text: 'Internet?', categories: { y: 'yes', n: 'no' }, indicator: 'HH6', counts: ['y'] },
    { column: 'why', text: 'Why not?', categories: { cost: 'Cost', skill: 'Skill' }, indicator: 'HH14' },
    { column: 'price', text: 'Price?', unit: 'EUR/month', price: true },
    { column: 'half', text: 'Income', categories: { '1': 'Lower', '2': 'Upper' }, group: true, scale: 'ordinal' },
    { column: 'sex', text: 'Sex', categories: { f: 'Women', m: 'Men', o: 'Other' }, group: true },
  ],
}

function household(i: number): Record<string, string> {
  const half = i < 40 ? '1' : '2'
  const k = i % 40
  const online = k < (half === '1' ? 20 : 30)
  const sex = k >= 38 ? 'o' : k % 2 === 0 ? 'f' : 'm'
  if (!online) return { half, sex, net: 'n', price: '', why: 'cost' }
  return { half, sex, net: 'y', price: half === '1' ? '30' : '40', why: '' }
}

beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool, { income: { currency: 'EUR', per: 'year', year: 2025 } })
  await addZone(db.pool, 'a', 1000, 0)
  await db.pool.query('update zone set income = 24000')
  await asEver(db.pool)
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, 80)`, [codebook])
  for (let i = 0; i < 80; i++) {
    await db.pool.query(
      `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ('s', $1, 1, 'a', $2)`,
      [`r${i}`, household(i)],
    )
  }
  surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
})
afterAll(() => db.close())

describe('divides', () => {
  test('by income: gap 20/40 - 30/40, ratio 2/3, concentration 0.1, all by hand', async () => {
    const found = dividesResponse.parse(await surveys.divides('s', { question: 'net', by: ['half'] }))
    expect(found.reference).toEqual({ half: '2' })
    const [lower, upper] = found.groups
    expect(lower?.label).toBe('Lower')
    expect(lower?.gap?.value).toBeCloseTo(-0.25, 12)
    // z within: 40 x 0.25 / 1600 + 40 x 0.1875 / 1600 = 0.00625 + 0.0046875, times 80/79
    expect(lower?.gap?.standardError).toBeCloseTo(Math.sqrt((0.0109375 * 80) / 79), 10)
    expect(lower?.gap?.n).toBe(80)
    expect(lower?.significant).toBe(true)
    expect(lower?.ratio?.value).toBeCloseTo(2 / 3, 12)
    expect(lower?.parity).toBe(false)
    expect(upper?.gap).toBeNull()
    // ranks 0.25 and 0.75: 2 (20 x 0.25 + 30 x 0.75) / 50 - 1 = 0.1; of two groups of one size 4 / 3 of it; Erreygers'
    // index is 4 times that times the mean, 50 / 80
    expect(found.concentration?.grouped).toBeCloseTo(0.1, 12)
    expect(found.concentration?.correction).toBeCloseTo(4 / 3, 12)
    expect(found.concentration?.value).toBeCloseTo(0.4 / 3, 12)
    expect(found.concentration?.erreygers?.value).toBeCloseTo(1 / 3, 12)
    expect(found.concentration?.curve).toEqual([
      { population: 0, share: 0 },
      { population: 0.5, share: 0.4 },
      { population: 1, share: 1 },
    ])
  })

  test('a gap that excludes 0 by itself is one of four looked at: Holm, 4 p of 0.02 is 0.08', async () => {
    const parts = { a: 20, b: 29, c: 30, d: 31, e: 30 }
    const of5 = {
      ...codebook,
      id: 'five',
      questions: [
        codebook.questions[0],
        {
          column: 'part',
          text: 'Part',
          categories: { a: 'A', b: 'B', c: 'C', d: 'D', e: 'E' },
          group: true,
          scale: 'ordinal',
        },
      ],
    }
    await db.pool.query(`insert into survey (id, codebook, respondents) values ('five', $1, 200)`, [of5])
    for (const [part, online] of Object.entries(parts))
      for (let i = 0; i < 40; i++)
        await db.pool.query(
          `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ('five', $1, 1, 'a', $2)`,
          [`${part}${i}`, { net: i < online ? 'y' : 'n', part }],
        )
    const { groups } = await surveys.divides('five', { question: 'net', by: ['part'] })
    const [a, ...others] = groups
    expect(a?.gap?.upper).toBeLessThan(0)
    expect(a?.significant).toBe(false)
    expect(others.map(({ significant }) => significant)).toEqual([false, false, false, null])
  })

  test('a group that is too small has no gap, and no number anywhere', async () => {
    const found = await surveys.divides('s', { question: 'net', by: ['sex'] })
    const other = found.groups.find(({ label }) => label === 'Other')
    expect(other?.estimate).toMatchObject({ value: null, n: null, suppressed: 'below_threshold' })
    expect([other?.gap, other?.ratio, other?.significant]).toEqual([null, null, null])
    // and one of the others with it
    expect(found.groups.filter(({ estimate }) => estimate.suppressed).length).toBe(2)
    expect(found.concentration).toBeNull()
  })

  test('a chosen reference; a hidden one compares with nothing', async () => {
    const found = await surveys.divides('s', { question: 'net', by: ['half'], reference: ['1'] })
    expect(found.groups[1]?.gap?.value).toBeCloseTo(0.25, 12)
    const hidden = await surveys.divides('s', { question: 'net', by: ['sex'], reference: ['o'] })
    expect(hidden.reference).toBeNull()
    expect(hidden.groups.every(({ gap }) => gap === null)).toBe(true)
  })

  test('affordability: 30 and 40 of 24,000 / 12 = 2,000 a month are 1.5 % and 2 %', async () => {
    const found = await surveys.divides('s', { question: 'price', by: ['half'] })
    expect(found.affordability?.monthlyIncome).toBe(2000)
    expect(found.affordability?.groups.map(({ share, affordable, n }) => [share, affordable, n])).toEqual([
      [0.015, true, 20],
      [0.02, true, 30],
    ])
  })

  test.each([
    [{ question: 'net', by: [] }, 'REQUEST_INVALID'],
    [{ question: 'net', by: ['price'] }, 'REQUEST_INVALID'],
    [{ question: 'sex', category: 'f', by: ['sex'] }, 'REQUEST_INVALID'],
    [{ question: 'net', by: ['half'], reference: ['9'] }, 'REQUEST_INVALID'],
    [{ question: 'pay', by: ['half'] }, 'QUESTION_UNKNOWN'],
  ])('%j is %s', async (query, code) => {
    await expect(surveys.divides('s', query)).rejects.toMatchObject({ code })
  })
})

describe('ITU core indicators', () => {
  test('what is asked is answered, by every characteristic; what is not has no items', async () => {
    const found = coreIndicatorsResponse.parse(await surveys.coreIndicators('s'))
    expect(found.indicators).toHaveLength(19)
    expect(found.by).toEqual(['zone', 'half', 'sex'])
    const hh = (code: string) => found.indicators.find((one) => one.code === code)
    const [internet] = hh('HH6')?.items ?? []
    expect(internet?.estimates[0]).toMatchObject({ group: {}, n: 80, value: expect.closeTo(0.625, 12) })
    expect(internet?.estimates.find(({ group }) => group['half'] === '1')?.value).toBeCloseTo(0.5, 12)
    // HH14 rests on the 30 households without Internet, a share for each answer
    expect(hh('HH14')?.items.map(({ label, estimates: [city] }) => [label, city?.value, city?.n])).toEqual([
      ['Cost', 1, 30],
      ['Skill', 0, 30],
    ])
    expect(hh('HH1')?.items).toEqual([])
    expect([hh('HH15')?.sdg, hh('HH18')?.sdg, hh('HH7')?.sdg]).toEqual(['4.4.1', '5.b.1', '17.8.1'])
  })
  test('only the characteristics asked for', async () => {
    const found = await surveys.coreIndicators('s', ['half'])
    expect(found.indicators[5]?.items[0]?.estimates).toHaveLength(3)
    await expect(surveys.coreIndicators('s', ['net'])).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  })
})
