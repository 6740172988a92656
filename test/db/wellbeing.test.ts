import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wellbeingResponse } from '#model/api/wellbeing.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'

/** West: 20 people who answer 5 to cost and 3 to usability. East: 12 who answer 1 and 3. */
let api: TestApi
const codebook = {
  id: 's',
  title: 'S',
  universe: 'people',
  from: '2026-02-01',
  to: '2026-03-31',
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    { column: 'cost', text: 'I can afford it', factor: 'cost' },
    { column: 'easy', text: 'It is easy', factor: 'usability', missing: ['9'] },
    { column: 'cover', text: 'Coverage is good', factor: 'connectivity' },
  ],
}
beforeAll(async () => {
  api = await openTestApi()
  await api.pool.query(`insert into survey (id, codebook, respondents) values ('s', $1, 32)`, [codebook])
  for (let i = 0; i < 32; i++) {
    const west = i < 20
    const answers = { cost: west ? '5' : '1', easy: i === 0 ? '9' : '3', cover: '4' }
    await api.pool.query(
      `insert into microdata.response (survey_id, respondent, weight, zone_key, answers) values ('s', $1, 1, $2, $3)`,
      [`r${i}`, west ? 'west' : 'east', answers],
    )
  }
})
afterAll(() => api.close())

const ask = async (query: string) => {
  const answer = await api.app.inject(`/api/v1/wellbeing?period=2026${query}`)
  return { status: answer.statusCode, body: answer.json() }
}
const of = async (query = '') => wellbeingResponse.parse((await ask(query)).body)

describe('digital wellbeing', () => {
  test('factors, dimensions and index of the city by hand', async () => {
    const found = await of()
    const [influences, environment, individuals] = found.dimensions
    const factor = (id: string) => found.dimensions.flatMap(({ factors }) => factors).find((one) => one.id === id)
    // cost: 20 x 100 + 12 x 0 over 32 = 62.5; usability 50 from 31; connectivity 75
    expect(factor('cost')?.score).toMatchObject({ value: 62.5, n: 32, missing: null })
    expect(factor('usability')?.score).toMatchObject({ value: 50, n: 31 })
    // influences: cost 62.5 and usability 50, each over those who answered
    expect(influences?.score).toMatchObject({ value: expect.closeTo(56.25, 10), n: 31 })
    // r0 answered cost alone. Influence on the half of each mean: west (100 - 62.5) / 64, east -62.5 / 64, usability none:
    // 32 / 31 x (20 x 37.5^2 + 12 x 62.5^2) / 64^2
    const squares = (20 * 37.5 ** 2 + 12 * 62.5 ** 2) / 64 ** 2
    expect(influences?.score.standardError).toBeCloseTo(Math.sqrt((32 / 31) * squares), 10)
    expect(environment?.score.value).toBeCloseTo(75, 10)
    expect(individuals?.score).toMatchObject({ value: null, missing: 'not_asked' })
    expect(found.index.value).toBeCloseTo((56.25 + 75) / 2, 10)
    expect(factor('time_taken')?.score.missing).toBe('not_asked')
    expect(found).toMatchObject({ basis: 'citywell', survey: 's', threshold: 10 })
  })

  test('what is measured stands next to it, with a reason where it is not there', async () => {
    const found = await of()
    const connectivity = found.dimensions[1]?.factors.find(({ id }) => id === 'connectivity')
    expect(connectivity?.beside.length).toBeGreaterThan(0)
    for (const { value, missing } of connectivity?.beside ?? []) expect(value === null).toBe(missing !== null)
    expect(found.environment.map(({ id }) => id)).toEqual([
      'clean_air',
      'quiet',
      'green',
      'energy',
      'mobility',
      'connectivity',
    ])
  })

  test('weights change the index and not the factors; all at 0 leave none', async () => {
    const heavy = await of('&weights=influences:0')
    expect(heavy.index.value).toBeCloseTo(75, 10)
    expect(heavy.dimensions[0]?.factors.find(({ id }) => id === 'cost')?.score.value).toBe(62.5)
    const none = await of('&weights=influences:0,environment:0,individuals:0')
    expect(none.index).toMatchObject({ value: null, missing: 'no_weight' })
  })

  test('a zone is a domain of the sample', async () => {
    const west = await of('&zone=west')
    expect(west.dimensions[0]?.factors.find(({ id }) => id === 'cost')?.score).toMatchObject({ value: 100, n: 20 })
    expect(west.sensitivity?.p5).toBeLessThanOrEqual(west.sensitivity?.p95 ?? 0)
  })

  test('sensitivity: what each choice contributes, and how far zones move', async () => {
    const { sensitivity } = await of()
    // connectivity stands alone in its dimension, so its weight changes nothing
    const inputs = ['method', 'influences', 'usability', 'cost', 'environment']
    expect(sensitivity?.effects.map(({ input }) => input)).toEqual(inputs)
    expect(sensitivity?.effects.every(({ first, total }) => first >= 0 && total >= 0 && total <= 1.05)).toBe(true)
    // 100 and 50 against 0 and 50: west leads whatever is chosen
    const still = { p5: 1, p50: 1, p95: 1, meanShift: 0 }
    expect(sensitivity?.ranks).toMatchObject({
      meanShift: 0,
      zones: [
        { zone: 'west', rank: 1, ...still },
        { zone: 'east', rank: 2 },
      ],
    })
    expect((await of('&zone=west')).sensitivity?.ranks).toBeNull()
    expect((await of()).sensitivity).toEqual(sensitivity)
  })

  test.each([
    ['&weights=gold:1', 400],
    ['&zone=north', 404],
    ['&seed=x', 400],
  ])('%s is refused with %i', async (query, status) => {
    expect((await ask(query)).status).toBe(status)
  })

  test('a year long after the survey has no perception, and says that nothing was asked', async () => {
    const later = wellbeingResponse.parse((await api.app.inject('/api/v1/wellbeing?period=2030')).json())
    expect(later).toMatchObject({ survey: null, index: { value: null, missing: 'not_asked' }, sensitivity: null })
  })
})

test('a zone too small for one item shows no score made of items, and the one next to it neither', async () => {
  await api.pool.query(`delete from microdata.response where zone_key = 'east' and respondent > 'r24'`)
  for (const zone of ['east', 'west']) {
    const found = await of(`&zone=${zone}`)
    expect(found.index).toMatchObject({ value: null, n: null, missing: 'suppressed' })
    expect(found.sensitivity).toBeNull()
  }
})
