import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createSurveys } from '#api/surveys/surveys.ts'
import { createPool, inTransaction, type Pool } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/** What somebody can do who has the database role of the API, or that of the estimator. */
let db: TestDatabase
beforeAll(async () => {
  db = await openTestDatabase()
  await db.pool.query(`insert into survey (id, codebook, respondents) values ('s', '{}', 1)`)
  await db.pool.query(
    `insert into microdata.response (survey_id, respondent, weight, answers) values ('s', 'anna', 2, '{"q": "yes", "p": "1"}')`,
  )
})
afterAll(() => db.close())

const as = (role: 'citywell_api' | 'citywell_estimator', sql: string, values: unknown[] = []) =>
  inTransaction(db.pool, async (client) => {
    await client.query(`set local role ${role}`)
    return (await client.query(sql, values)).rows
  })

const asApi = (sql: string, values: unknown[] = []) => as('citywell_api', sql, values)

describe('the role of the API', () => {
  test.each([
    'select * from microdata.response',
    'select count(*) from microdata.response',
    `delete from microdata.response`,
    `create table microdata.copy as select 1`,
    // the estimator's door, and its keys
    `select * from estimator_responses('s', array['q'])`,
    `select (estimator_responses('s', array['q'])).weight`,
    `create function mine() returns setof text language sql security definer as 'select 1::text'`,
    `alter function estimator_responses(text, text[]) owner to citywell_api`,
    `grant execute on function estimator_responses(text, text[]) to citywell_api`,
    `grant citywell_estimator to citywell_api`,
    `create trigger t after insert on survey for each row execute function suppress_redundant_updates_trigger()`,
  ])('may not: %s', async (sql) => {
    await expect(asApi(sql)).rejects.toMatchObject({ code: '42501' })
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

describe('the role of the estimator', () => {
  test('gets what an estimate needs, and no name', async () => {
    const rows = await as('citywell_estimator', 'select * from estimator_responses($1, $2)', ['s', ['q']])
    const design = { base_weight: null, cluster_size: null, replicates: null, stratum: '', cluster: '', zone: null }
    expect(rows).toEqual([{ weight: 2, ...design, answers: ['yes'] }])
  })
  test.each([
    'select * from microdata.response',
    'select * from survey',
    `insert into survey (id, codebook, respondents) values ('t', '{}', 1)`,
    `select survey_erase_respondent('s', 'anna')`,
  ])('may not: %s', async (sql) => {
    await expect(as('citywell_estimator', sql)).rejects.toMatchObject({ code: '42501' })
  })
})

test('neither role can become the other', async () => {
  const { rows } = await db.pool.query(
    `select pg_has_role('citywell_api', 'citywell_estimator', 'member') as up,
            pg_has_role('citywell_estimator', 'citywell_api', 'member') as down`,
  )
  expect(rows).toEqual([{ up: false, down: false }])
})

test('the API estimates with its own role and the estimator next to it, and not with its own alone', async () => {
  if (db.kind === 'embedded') return // one login: the owner's
  const logins = { citywell_api: `api_${process.pid}`, citywell_estimator: `estimator_${process.pid}` }
  for (const [role, login] of Object.entries(logins))
    await db.pool.query(`create role ${login} login password 'secret' in role ${role} inherit`)
  const poolOf = (login: string): Pool => {
    const url = new URL(db.url ?? '')
    url.username = login
    url.password = 'secret'
    return createPool({ url: url.toString() }, { max: 1, applicationName: 'test', onIdleError: () => {} })
  }
  const [pool, estimator] = [poolOf(logins.citywell_api), poolOf(logins.citywell_estimator)]
  try {
    await db.pool.query('update survey set codebook = $1', [
      {
        ...{ id: 's', title: 'S', universe: 'people', from: '2026-01-01', to: '2026-02-01', threshold: 3 },
        columns: { respondent: 'id' },
        questions: [{ column: 'q', text: 'Q?', categories: { yes: 'Yes', no: 'No' }, counts: ['yes'] }],
      },
    ])
    await db.pool.query(
      `insert into microdata.response (survey_id, respondent, weight, answers)
       select 's', 'r' || i, 1, '{"q": "no"}' from generate_series(1, 4) i`,
    )
    const asked = { question: 'q', by: [] }
    const { estimates } = await createSurveys({ pool, microdata: openMicrodata(estimator) }).estimates('s', asked)
    // anna weighs 2 and says yes, four others weigh 1 and say no
    expect(estimates[0]?.value).toBeCloseTo(2 / 6, 12)
    const alone = createSurveys({ pool, microdata: openMicrodata(pool) }).estimates('s', asked)
    await expect(alone).rejects.toMatchObject({ code: '42501' })
  } finally {
    await pool.end()
    await estimator.end()
    for (const login of Object.values(logins)) await db.pool.query(`drop role ${login}`)
  }
})
