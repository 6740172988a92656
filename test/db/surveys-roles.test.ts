import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/** What somebody can do who has the database role of the API. */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', '{}', 1)`)
  await db.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, answers) values ('s', 'anna', 2, '{"q": "yes", "p": "1"}')`,
  )
})
afterAll(() => db.close())

const asApi = (sql: string, values: unknown[] = []) =>
  inTransaction(db.pool, async (client) => {
    await client.query('set local role citywell_api')
    return (await client.query(sql, values)).rows
  })

describe('the role of the API', () => {
  test.each([
    'select * from microdata.response',
    'select count(*) from microdata.response',
    `delete from microdata.response`,
    `create table microdata.copy as select 1`,
  ])('may not: %s', async (sql) => {
    await expect(asApi(sql)).rejects.toMatchObject({ code: '42501' })
  })
  test('gets what an estimate needs, and no name', async () => {
    const rows = await asApi('select * from estimator_responses($1, $2)', ['s', ['q']])
    expect(rows).toEqual([{ weight: 2, stratum: '', cluster: '', zone: null, answers: ['yes'] }])
  })
  test('reads and writes the rest', async () => {
    await asApi('select * from observation limit 1')
    await asApi('select * from survey')
    await asApi(
      `insert into reported_value (code, period, value, unit, source, data_quality, recorded_by) values ('X', '2026', 1, '1', 's', 'unknown', 't')`,
    )
  })
  test('nothing of it lasts beyond the transaction', async () => {
    expect((await db.pool.query('select count(*)::int as n from microdata.response')).rows).toEqual([{ n: 1 }])
  })
})
