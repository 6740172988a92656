import { afterAll, beforeAll, expect, test } from 'vitest'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { checkCodebook } from '#model/survey-file/check-codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * HH16: the share of all that households spend on ICT in all that they spend. Twelve households of weight 1 spend 1,000 and
 * 50 of it on ICT; twelve of weight 2 spend 2,000 and 40. One does not say what it spends, one spends nothing.
 */
const codebook = {
  id: 's',
  title: 'S',
  universe: 'households',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', weight: 'w' },
  questions: [
    { column: 'all', text: 'All in all?', missing: ['na'] },
    { column: 'ict', text: 'Of it on ICT?', indicator: 'HH16', of: 'all' },
    { column: 'rich', text: 'Rich?', categories: { no: 'No', yes: 'Yes' }, group: true },
  ],
}
let db: TestDatabase
let surveys: ReturnType<typeof createSurveys>
beforeAll(async () => {
  db = await openTestDatabase()
  surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, 26)`, [codebook])
  const add = (weight: number, n: number, answers: object) =>
    db.pool.query(
      `insert into microdata.response (survey_id, respondent, weight, answers)
       select 's', gen_random_uuid(), $1, $2 from generate_series(1, $3)`,
      [weight, answers, n],
    )
  await add(1, 12, { all: '1000', ict: '50', rich: 'no' })
  await add(2, 12, { all: '2000', ict: '40', rich: 'yes' })
  await add(5, 1, { all: 'na', ict: '70', rich: 'yes' })
  await add(5, 1, { all: '0', ict: '0', rich: 'no' })
})
afterAll(() => db.close())

test('the city: (12 x 50 + 24 x 40) / (12 x 1000 + 24 x 2000) = 1560 / 60000 = 2.6 %, with its linearised error', async () => {
  const { estimates, statistic } = await surveys.estimates('s', { question: 'HH16', by: [] })
  expect(statistic).toBe('proportion')
  expect(estimates[0]).toMatchObject({ value: expect.closeTo(0.026, 12), n: 24 })
  // w (y - R x): 50 - 26 = 24 of each of the one, 2 (40 - 52) = -24 of the other; 26 clusters, two of them 0
  const variance = ((26 / 25) * 24 * 24 ** 2) / 60_000 ** 2
  expect(estimates[0]?.standardError).toBeCloseTo(Math.sqrt(variance), 12)
})

test('by group 5 % and 2 %, as a core indicator and as a divide', async () => {
  const { indicators } = await surveys.coreIndicators('s', ['rich'])
  const [item] = indicators.find(({ code }) => code === 'HH16')?.items ?? []
  const shares = item?.estimates.map(({ group, value, n }) => [group['rich'] ?? 'all', value, n])
  expect(shares).toEqual([
    ['all', expect.closeTo(0.026, 12), 24],
    ['no', expect.closeTo(0.05, 12), 12],
    ['yes', expect.closeTo(0.02, 12), 12],
  ])
  const { groups } = await surveys.divides('s', { question: 'ict', by: ['rich'], reference: ['yes'] })
  expect(groups.find(({ label }) => label === 'No')?.gap?.value).toBeCloseTo(0.03, 12)
})

test.each([
  [{ column: 'ict', text: 'x', of: 'nothing' }],
  [{ column: 'ict', text: 'x', of: 'ict' }],
  [{ column: 'ict', text: 'x', of: 'rich' }],
  [{ column: 'ict', text: 'x', of: 'all', categories: { a: 'A' } }],
])('%j is no part of an amount', (question) => {
  const [all, , rich] = codebook.questions
  const { problems } = checkCodebook({ ...codebook, questions: [all, question, rich] })
  expect(problems.map(({ column }) => column)).toContain('questions ict.of')
})
