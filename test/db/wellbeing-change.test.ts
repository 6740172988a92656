import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { disagreementOf } from '#api/wellbeing/wellbeing.ts'
import { wellbeingChange } from '#model/api/wellbeing.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

/**
 * Two rounds by hand, weight 1, no clusters. 2024: 20 people, cost 3 from half of them and 4 from the other half.
 * 2026: 20 others, cost 4 and 5. Usability: 3 and 4 in both. The 2026 round rewords "cover" and adds "skills".
 */
let api: TestApi
const item = (column: string, factor: string, text = column) => ({ column, text, factor })
const codebook = (id: string, year: number, questions: object[]) => ({
  id,
  title: id,
  universe: 'people',
  from: `${year}-02-01`,
  to: `${year}-03-31`,
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions,
})
async function addRound(id: string, year: number, questions: object[], answer: (i: number) => object): Promise<void> {
  await api.pool.query('insert into survey (id, codebook, respondents) values ($1, $2, 20)', [
    id,
    codebook(id, year, questions),
  ])
  for (let i = 0; i < 20; i++) {
    await api.pool.query(
      `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ($1, $2, 1, $3, $4)`,
      [id, `r${i}`, i < 15 ? 'west' : 'east', answer(i)],
    )
  }
}
beforeAll(async () => {
  api = await openTestApi()
  const shared = [item('cost', 'cost'), item('easy', 'usability')]
  await addRound('r2024', 2024, [...shared, item('cover', 'connectivity', 'Is it good?')], (i) => ({
    cost: `${3 + (i % 2)}`,
    easy: `${3 + (i % 2)}`,
    cover: '5',
  }))
  const later = [...shared, item('cover', 'connectivity', 'Is it very good?'), item('skills', 'literacy_and_skills')]
  await addRound('r2026', 2026, later, (i) => ({
    cost: `${4 + (i % 2)}`,
    easy: `${3 + (i % 2)}`,
    cover: '1',
    skills: '5',
  }))
})
afterAll(() => api.close())

const ask = async (query: string) => {
  const answer = await api.app.inject(`/api/v1/wellbeing/change?${query}`)
  return { status: answer.statusCode, body: answer.json() }
}
const change = async (more = '') => wellbeingChange.parse((await ask(`baseline=r2024&followup=r2026${more}`)).body)

describe('from baseline to follow-up', () => {
  test('a factor by hand: 62.5 to 87.5 with its interval, significant and still so among all', async () => {
    const found = await change()
    const factors = found.dimensions.flatMap((dimension) => dimension.factors)
    const cost = factors.find(({ id }) => id === 'cost')
    expect([cost?.from.value, cost?.to.value, cost?.change?.value]).toEqual([62.5, 87.5, 25])
    // scores 12.5 off their mean: variance of the mean 156.25 / 19 each; standard error of the change sqrt(2 x 8.2237)
    expect(cost?.change?.standardError).toBeCloseTo(Math.sqrt((2 * 156.25) / 19), 10)
    expect(cost?.change?.degreesOfFreedom).toBeCloseTo(38, 6)
    // t(0.975, 38) = 2.0244
    expect(cost?.change?.lower).toBeCloseTo(25 - 2.0244 * 4.0555, 2)
    expect([cost?.significant, cost?.holds, cost?.items]).toEqual([true, true, 1])
    const easy = factors.find(({ id }) => id === 'usability')
    expect([easy?.change?.value, easy?.significant, easy?.holds]).toEqual([0, false, false])
  })

  test('only what both asked, in the same words', async () => {
    const found = await change()
    const factors = found.dimensions.flatMap((dimension) => dimension.factors)
    for (const id of ['connectivity', 'literacy_and_skills', 'time_taken']) {
      const factor = factors.find((one) => one.id === id)
      expect([factor?.items, factor?.change, factor?.significant, factor?.holds], id).toEqual([0, null, null, null])
      expect(factor?.from.missing).toBe('not_asked')
    }
    // index from cost and usability alone: 62.5 to 75
    expect(found.index.change?.value).toBeCloseTo(12.5, 10)
    expect(found.baseline).toMatchObject({ id: 'r2024', from: '2024-02-01' })
  })

  test('weights hold for both rounds', async () => {
    expect((await change('&weights=usability:0')).index.change?.value).toBeCloseTo(25, 10)
  })

  test('what is suppressed in a round has no change: 5 of 20 live in the east', async () => {
    for (const zone of ['east', 'west']) {
      const found = await change(`&zone=${zone}`)
      expect(found.index).toMatchObject({ change: null, significant: null, from: { missing: 'suppressed', n: null } })
    }
  })

  test.each([
    ['baseline=r2024&followup=r2024', 400],
    ['baseline=r2024&followup=gone', 404],
    ['baseline=r2024', 400],
    ['baseline=r2024&followup=r2026&weights=gold:1', 400],
    ['baseline=r2024&followup=r2026&zone=moon', 404],
  ])('%s is refused with %i', async (query, status) => {
    expect((await ask(query)).status).toBe(status)
  })
})

describe('what people say against what is measured', () => {
  const scored = (points: number) => ({ score: { points } })
  test.each([
    [{ lower: 60, upper: 70 }, [scored(1)], 'perceived_better'],
    [{ lower: 30, upper: 45 }, [scored(4), scored(3)], 'measured_better'],
    [{ lower: 45, upper: 55 }, [scored(1)], null],
    [{ lower: 60, upper: 70 }, [scored(1), scored(4)], null],
    [{ lower: 60, upper: 70 }, [{ score: null }], null],
    [{ lower: null, upper: null }, [scored(1)], null],
  ])('%j beside %j: %s', (perceived, beside, expected) => {
    expect(disagreementOf(perceived, beside)).toBe(expected)
  })
})
