import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { loadGoals } from '#domain/city-pack/load-goals.ts'
import type { LoadedPack } from '#domain/city-pack/read-pack.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity } from './indicators-fixture.ts'

/** What the city wants, next to U4SSC's benchmark: fixed broadband (EC:ICT:ICT:2C), 60 by U4SSC. */
let db: TestDatabase
let indicators: ReturnType<typeof createIndicators>
const code = 'EC:ICT:ICT:2C'
const NO_GOAL = { dataPoint: '', benchmark: null, target: null, targetYear: null, baselineYear: null, source: '' }

beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool)
  indicators = createIndicators({
    pool: db.pool,
    microdata: openMicrodata(db.pool),
    clock: () => new Date('2026-01-15T00:00:00Z'),
  })
  for (const [year, value] of [
    ['2022', 40],
    ['2023', 44],
    ['2024', 46],
    ['2025', 50],
  ] as const)
    await indicators.report(
      code,
      year,
      {
        dataPoint: '',
        value,
        unit: '%',
        source: 'Regulator',
        dataQuality: 'accurate_measurement',
        verified: true,
        note: '',
      },
      'test',
    )
})
afterAll(() => db.close())

test('without a goal there is none, and no progress', async () => {
  expect((await indicators.evaluate(code, { period: '2025' })).values[0]?.own).toBeNull()
  expect((await indicators.series(code, { every: 'year', from: '2022', to: '2025' })).progress).toBeNull()
})

test('a benchmark of the city’s own is scored next to U4SSC’s: 50 of 100 is 50 %, of 60 is 83.3 %', async () => {
  await indicators.setGoal(
    code,
    { ...NO_GOAL, benchmark: 100, target: 80, targetYear: 2029, source: 'Plan 2022' },
    'Ada',
  )
  const [value] = (await indicators.evaluate(code, { period: '2025' })).values
  expect(value?.score).toMatchObject({ benchmark: 60, points: 3, basis: 'u4ssc' })
  expect(value?.own).toMatchObject({ benchmark: 100, target: 80, targetYear: 2029, source: 'Plan 2022' })
  expect(value?.own?.score).toMatchObject({ performance: 50, points: 2, basis: 'citywell' })
  const board = await indicators.scoreboard({ period: '2025' })
  expect(board.groups.find(({ level }) => level === 'city')).toMatchObject({ points: 3, scored: 1 })
})

test('progress from the first value, 40 in the middle of 2022, to 80 at the end of 2029: 10 of 40 points, 3 of 7.5 years', async () => {
  const series = await indicators.series(code, { every: 'year', from: '2022', to: '2025' })
  expect(series.progress).toMatchObject({ status: 'behind', targetYear: 2029, share: 0.25 })
  expect(series.progress?.expected).toBeCloseTo(3 / 7.5, 3)
  expect(series.trend?.projection?.year).toBe(2029)
  // Least squares by hand: slope (-1.5 x 40 - 0.5 x 44 + 0.5 x 46 + 1.5 x 50) / 5 = 3.2 a year
  expect(series.trend?.slope).toBeCloseTo(3.2, 2)
})

test('the newest version holds, one without benchmark and target takes it back, and who set it is told', async () => {
  await indicators.setGoal(code, { ...NO_GOAL, target: 50, targetYear: 2030 }, 'Grace')
  expect(await indicators.goals()).toMatchObject([{ code, target: 50, benchmark: null, recordedBy: 'Grace' }])
  expect((await indicators.series(code, { every: 'year', from: '2022', to: '2025' })).progress?.status).toBe('reached')
  await indicators.setGoal(code, NO_GOAL, 'Grace')
  expect(await indicators.goals()).toEqual([])
  const { rows } = await db.pool.query('select count(*)::int as n from indicator_goal')
  expect(rows[0].n).toBe(3)
})

test('the scoreboard is made once of what is held, and again after a change', async () => {
  const board = await indicators.scoreboard({ period: '2025' })
  expect(await indicators.scoreboard({ period: '2025' })).toBe(board)
  await indicators.setGoal(code, { ...NO_GOAL, benchmark: 50, source: 'Plan 2021' }, 'Ada')
  const own = ({ indicators }: typeof board) => indicators.find((row) => row.code === code)?.values[0]?.own?.benchmark
  expect([own(board), own(await indicators.scoreboard({ period: '2025' }))]).toEqual([undefined, 50])
})

test('goals of the city pack: recorded once, renewed when the pack changes, and never over what a person decided', async () => {
  const row = { ...NO_GOAL, code: 'EC:I:WS:3C', target: 15, targetYear: 2030, source: 'Plan' }
  const load = (goal: typeof row) =>
    inTransaction(db.pool, (client) => loadGoals(client, { goals: [goal] } as unknown as LoadedPack))
  const held = async () => (await indicators.goals()).filter((goal) => goal.code === row.code)
  const versions = async () =>
    (await db.pool.query('select count(*)::int as n from indicator_goal where code = $1', [row.code])).rows[0].n
  await load(row)
  await load(row)
  expect(await held()).toMatchObject([{ target: 15, targetYear: 2030, recordedBy: 'city pack' }])
  await load({ ...row, target: 12 })
  expect([(await held())[0]?.target, await versions()]).toEqual([12, 2])
  await indicators.setGoal(row.code, { ...NO_GOAL, target: 10, targetYear: 2030 }, 'Ada')
  await load({ ...row, target: 11 })
  expect((await held())[0]?.target).toBe(10)
  await indicators.setGoal(row.code, NO_GOAL, 'Ada')
  await load({ ...row, target: 11 })
  expect(await held()).toEqual([])
})

test('what the indicator cannot be is refused', async () => {
  await expect(indicators.setGoal('EN:E:E:1C', { ...NO_GOAL, benchmark: 130 }, 'x')).rejects.toMatchObject({
    code: 'VALUE_INVALID',
  })
  await expect(indicators.setGoal(code, { ...NO_GOAL, dataPoint: 'x', benchmark: 1 }, 'x')).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

test('a value says when what it rests on was read, not when it was asked for; after two minutes it is read again', async () => {
  let now = new Date('2026-01-15T00:00:00Z')
  const moving = createIndicators({ pool: db.pool, microdata: openMicrodata(db.pool), clock: () => now })
  const computedAt = async () => [
    (await moving.evaluate(code, { period: '2025' })).computedAt,
    (await moving.scoreboard({ period: '2025' })).computedAt,
  ]
  const first = '2026-01-15T00:00:00.000Z'
  expect(await computedAt()).toEqual([first, first])
  now = new Date('2026-01-15T00:01:59Z')
  expect(await computedAt()).toEqual([first, first])
  now = new Date('2026-01-15T00:02:00Z')
  expect(await computedAt()).toEqual([now.toISOString(), now.toISOString()])
})
