import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { eraseRespondent, releaseErasures } from '#api/surveys/import-survey.ts'
import { storeSurvey } from '#domain/survey/store-survey.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { codebookSchema, type Estimate } from '#model/survey/codebook.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'
import {
  type Attacker,
  addCityToAttack,
  createAttacker,
  LEVELS,
  mayAsk,
  type Person,
  storePeople,
  TABLES,
} from './survey-attacker.ts'

/** Somebody reads all figures of a survey before and after a respondent asks to be erased, and compares. */
let db: TestDatabase
let ask: Attacker
beforeAll(async () => {
  db = await openTestDatabase()
  await addCityToAttack(db.pool)
  ask = createAttacker(db.pool)
})
afterAll(() => db.close())

const N = 400
const PEOPLE: Person[] = Array.from({ length: N }, (_, i) => ({
  ...{ zone: LEVELS.zone[(i * 7) % 4] ?? '', sex: i % 3 ? 'f' : 'm', half: i % 5 > 2 ? '1' : '2', weight: 1 },
  ...{ net: i % 4 ? 'y' : 'n', price: i % 6 ? String(20 + (i % 17)) : '' },
  ...{ cost: `${1 + (i % 5)}`, easy: `${1 + (i % 4)}`, cover: `${2 + (i % 3)}` },
}))

beforeEach(async () => {
  await db.pool.query('delete from microdata.erased')
  await db.pool.query('delete from microdata.kept_back')
  await db.pool.query('delete from microdata.set_aside')
  await storePeople(db.pool, PEOPLE)
})

type Figures = ReadonlyMap<string, Estimate>
async function figures(): Promise<Figures> {
  const found = new Map<string, Estimate>()
  for (const question of ['net', 'price', 'cost'] as const)
    for (const by of TABLES.filter((one) => mayAsk(question, one)))
      for (const { category, estimates } of await ask.estimates(question, by))
        for (const cell of estimates)
          found.set(JSON.stringify([question, category, Object.entries(cell.group).sort()]), cell)
  return found
}

/** By how many respondents each cell differs that has a figure in both. */
function differences(before: Figures, after: Figures): number[] {
  return [...before].flatMap(([key, { n }]) => {
    const then = after.get(key)?.n ?? null
    return n === null || then === null ? [] : [n - then]
  })
}

const erase = async (from: number, to: number): Promise<void> => {
  for (let i = from; i < to; i++) await eraseRespondent(db.pool, 's', `r${i + 1}`)
}

test('one erasure changes no figure, to the last digit; the answers have lost their name', async () => {
  const before = await figures()
  expect(await eraseRespondent(db.pool, 's', 'r17')).toEqual({ id: 's', respondents: N - 1 })
  expect(await figures()).toEqual(before)
  const left = await db.pool.query(`select from microdata.response where respondent = 'r17'`)
  expect(left.rowCount).toBe(0)
  const waiting = await db.pool.query('select * from microdata.withdrawn')
  expect(waiting.rowCount).toBe(1)
  expect(JSON.stringify(waiting.rows)).not.toContain('"r17"')
})

test('the same file imported again brings neither the person nor a difference', async () => {
  const codebook = codebookSchema.parse(
    (await db.pool.query(`select codebook from survey where id = 's'`)).rows[0]?.codebook,
  )
  const responses = PEOPLE.map(({ zone, weight, ...answers }, i) => ({
    ...{ respondent: `r${i + 1}`, weight, zone, stratum: '', cluster: '' },
    ...{ answers, baseWeight: null, clusterSize: null, replicateWeights: null },
  }))
  const file = { codebook, responses, origin: 'person', by: 'x' } as const
  const store = () => inTransaction(db.pool, (client) => storeSurvey(client, file as never))
  await store()
  const before = await figures()
  await erase(16, 17)
  expect(await store()).toMatchObject({ respondents: N - 1, erased: 1 })
  expect(await figures()).toEqual(before)
})

test('a batch is twice the threshold of 10; no figure then differs by 1 to 9 respondents', async () => {
  const before = await figures()
  await erase(0, 19)
  expect(await figures()).toEqual(before)
  await erase(19, 20)
  const after = await figures()
  expect((await db.pool.query('select from microdata.withdrawn')).rowCount).toBe(0)
  const changed = differences(before, after).filter((n) => n !== 0)
  expect(Math.max(...changed)).toBe(20)
  expect(Math.min(...changed)).toBeGreaterThanOrEqual(10)
  // and again: nothing that was touched comes back
  await erase(20, 40)
  const later = [...differences(before, await figures()), ...differences(after, await figures())]
  expect(later.filter((n) => n > 0 && n < 10)).toEqual([])
})

test('after 90 days one erasure leaves with 19 others drawn at random, who stay among the answers', async () => {
  const before = await figures()
  await erase(0, 1)
  const inDays = (days: number) => ({ pool: db.pool, clock: () => new Date(Date.now() + days * 86_400_000) })
  expect(await releaseErasures(inDays(80))).toBe(0)
  expect(await figures()).toEqual(before)
  expect(await releaseErasures(inDays(91))).toBe(1)
  const changed = differences(before, await figures()).filter((n) => n !== 0)
  expect(Math.max(...changed)).toBe(20)
  expect(Math.min(...changed)).toBeGreaterThanOrEqual(10)
  expect((await db.pool.query(`select from microdata.response where survey_id = 's'`)).rowCount).toBe(N - 1)
})

test('the role of the API releases batches and reads none', async () => {
  await inTransaction(db.pool, async (session) => {
    await session.query('set local role citywell_api')
    await session.query('select survey_release_erasures(current_date)')
    for (const table of ['withdrawn', 'kept_back', 'set_aside', 'protection', 'publication']) {
      await session.query('savepoint s')
      await expect(session.query(`select * from microdata.${table}`)).rejects.toMatchObject({ code: '42501' })
      await session.query('rollback to savepoint s')
    }
  })
})
