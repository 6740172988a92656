import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEquity, type Equity } from '#api/equity/equity.ts'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { equityResponse } from '#model/api/equity.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import { addCity, addThing, addZone, asEver, hourly, observe, rollUp } from './indicators-fixture.ts'

/**
 * Three zones: a with 1,000 people, income 10,000 and 20 ug/m3 of PM2.5 all day; b with 2,000, 20,000 and 10; c with 1,000,
 * 30,000 and 6. Noise is measured in a and b only.
 */
let db: TestDatabase
let equity: Equity
const NOW = new Date('2026-06-15T00:00:00Z')
const PERIOD = '2026-06-01'
const AIR = { a: 20, b: 10, c: 6 } as const
type Zone = keyof typeof AIR

const codebook = (id: string, to: string) => ({
  id,
  title: id,
  universe: 'households',
  from: '2026-01-01',
  to,
  columns: { respondent: 'id', weight: 'w', zone: 'zone' },
  questions: [
    { column: 'here', text: 'Here?', categories: { y: 'Yes', n: 'No' }, counts: ['y'] },
    { column: 'half', text: 'Income', categories: { '1': 'Lower', '2': 'Upper' }, group: true, scale: 'ordinal' },
  ],
})

/** So many respondents of each zone and half, weight 1. */
async function addSurvey(
  id: string,
  to: string,
  cells: [zone: Zone | null, half: '1' | '2', n: number][],
): Promise<void> {
  const rows = cells.flatMap(([zone, half, n]) => Array.from({ length: n }, () => ({ zone, half })))
  await db.pool.query('insert into survey (id, codebook, respondents) values ($1, $2, $3)', [
    id,
    codebook(id, to),
    rows.length,
  ])
  await db.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, zone_key, answers)
     select $1, 'r' || i, 1, z, jsonb_build_object('here', 'y', 'half', h)
     from unnest($2::text[], $3::text[]) with ordinality as r (z, h, i)`,
    [id, rows.map(({ zone }) => zone), rows.map(({ half }) => half)],
  )
}

beforeAll(async () => {
  db = await openTestDatabase()
  const { pool } = db
  await addCity(pool, { population: 4000 })
  for (const [i, key] of (['a', 'b', 'c'] as const).entries()) {
    const zoneId = await addZone(pool, key, key === 'b' ? 2000 : 1000, i)
    await pool.query('update zone set income = $2 where key = $1', [key, 10_000 * (i + 1)])
    await asEver(pool)
    const [pm] = await addThing(pool, { key: `air-${key}`, kind: 'air_station', zoneId }, [['pm2_5']])
    await observe(
      pool,
      pm,
      hourly('2026-06-01T00:30:00Z', 24).map((time) => [time, AIR[key]]),
    )
    if (key === 'c') continue
    const [noise] = await addThing(pool, { key: `noise-${key}`, kind: 'sound_meter', domain: 'noise', zoneId }, [
      ['sound_level'],
    ])
    await observe(
      pool,
      noise,
      hourly('2026-06-01T00:30:00Z', 24).map((time) => [time, 60]),
    )
  }
  await rollUp(pool)
  await addSurvey('whole', '2026-03-01', [
    ['a', '1', 20],
    ['a', '2', 10],
    ['b', '1', 10],
    ['b', '2', 10],
    ['c', '1', 10],
    ['c', '2', 14],
  ])
  const clock = () => NOW
  equity = createEquity({
    pool,
    microdata: openMicrodata(pool),
    clock,
    indicators: createIndicators({ pool, microdata: openMicrodata(pool), clock }),
  })
})
afterAll(() => db.close())

const of = async (by: string) => {
  const found = equityResponse.parse(await equity({ period: PERIOD, by }))
  return { found, pm: found.exposures.find(({ id }) => id === 'EN:EN:AQ:1C:pm2_5') }
}

describe('by the income of the zone', () => {
  test('weighted by people: (20 x 1000 + 10 x 2000 + 6 x 1000) / 4000 = 11.5', async () => {
    const { pm, found } = await of('zone_income')
    expect(found.survey).toBeNull()
    expect(pm).toMatchObject({ kind: 'burden', everybody: 11.5, zonesWithValue: 3, covered: 1 })
    // the middles of their people lie at 0.125, 0.5 and 0.875 of all: first, third and fifth fifth
    expect(pm?.groups.map(({ key, value, share, gap }) => [key, value, share, gap?.value])).toEqual([
      ['1', 20, 0.25, 8.5],
      ['3', 10, 0.5, -1.5],
      ['5', 6, 0.25, -5.5],
    ])
  })
  test('the poor have more of it: 2 (0.25 x 20 x 0.125 + 0.5 x 10 x 0.5 + 0.25 x 6 x 0.875) / 11.5 - 1', async () => {
    const { pm } = await of('zone_income')
    expect(pm?.concentration?.value).toBeCloseTo(8.875 / 11.5 - 1, 12)
    expect(pm?.concentration?.lower).toBeNull()
  })
  test('what is measured in two zones is named as missing, not shown', async () => {
    const { found } = await of('zone_income')
    expect(found.exposures.some(({ id }) => id === 'sound_level')).toBe(false)
    expect(found.missing).toContainEqual(
      expect.objectContaining({ id: 'sound_level', why: 'measured in 2 of 3 zones; 3 are needed' }),
    )
  })
})

test('by zone: each its own', async () => {
  const { pm } = await of('zone')
  expect(pm?.groups.map(({ label, value }) => [label, value])).toEqual([
    ['Zone a', 20],
    ['Zone b', 10],
    ['Zone c', 6],
  ])
})

describe('by a characteristic of the survey', () => {
  test('lower half (20 x 20 + 10 x 10 + 10 x 6) / 40 = 14, upper 384 / 34, all 944 / 74', async () => {
    const { pm, found } = await of('half')
    expect(found).toMatchObject({ survey: 'whole', threshold: 10 })
    expect(pm?.everybody).toBeCloseTo(944 / 74, 12)
    const [lower, upper] = pm?.groups ?? []
    expect(lower).toMatchObject({ label: 'Lower', value: 14, n: 40, share: 40 / 74 })
    expect(upper?.value).toBeCloseTo(384 / 34, 12)
    // squares of (y - 14) / 40: (20 x 36 + 10 x 16 + 10 x 64) / 1600 = 0.95, times 74 / 73
    expect(lower?.standardError).toBeCloseTo(Math.sqrt((0.95 * 74) / 73), 10)
    expect(pm?.concentration?.value).toBeLessThan(0)
  })

  test('with small cells it rests on the published cells of the table alone', async () => {
    await addSurvey('small', '2026-05-01', [
      ['a', '1', 40],
      ['a', '2', 25],
      ['b', '1', 30],
      ['b', '2', 18],
      ['c', '1', 4],
      ['c', '2', 60],
    ])
    await expectOpenCellsAlone('small')
  })

  test('who lives in no known zone is not given away: 63 of the lower half less 60 in zones would be three people', async () => {
    await addSurvey('somewhere', '2026-06-01', [
      ['a', '1', 20],
      ['a', '2', 22],
      ['b', '1', 20],
      ['b', '2', 22],
      ['c', '1', 20],
      ['c', '2', 22],
      [null, '1', 3],
      [null, '2', 15],
    ])
    const pm = await expectOpenCellsAlone('somewhere')
    expect(pm?.groups.find(({ key }) => key === '1')?.n).toBeLessThan(60)
  })
})

/** The newest survey is this one, and every group is the mean over the cells that its own tables publish. */
async function expectOpenCellsAlone(survey: string) {
  const { pm, found } = await of('half')
  expect(found.survey).toBe(survey)
  const surveys = createSurveys({ pool: db.pool, microdata: openMicrodata(db.pool) })
  const { estimates } = await surveys.estimates(survey, { question: 'here', by: ['zone', 'half'] })
  expect(estimates.some(({ suppressed }) => suppressed !== null)).toBe(true)
  for (const half of ['1', '2']) {
    const open = estimates.filter(({ group, n }) => group['half'] === half && n !== null)
    const n = open.reduce((sum, cell) => sum + (cell.n ?? 0), 0)
    const total = open.reduce((sum, cell) => sum + (cell.n ?? 0) * AIR[cell.group['zone'] as Zone], 0)
    const group = pm?.groups.find(({ key }) => key === half)
    expect(group?.n ?? 0).toBe(n)
    if (n > 0) expect(group?.value).toBeCloseTo(total / n, 12)
    else expect(group?.value).toBeNull()
  }
  return pm
}

test('what nobody can be grouped by is refused, with what there is', async () => {
  await expect(equity({ period: PERIOD, by: 'shoe_size' })).rejects.toMatchObject({
    code: 'REQUEST_INVALID',
    message: expect.stringContaining('zone_income, zone, half'),
  })
})
