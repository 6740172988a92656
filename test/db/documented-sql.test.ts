/** Every SQL block of README.md and docs/*.md runs as it is written, and does what its page says. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction } from '#infra/db/pool.ts'
import { readDocuments } from '#test/documents.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

const blocks = (await readDocuments()).flatMap(({ blocks: all }) => all.filter(({ language }) => language === 'sql'))
const statementsOf = (file: string): string[] =>
  blocks
    .filter((block) => block.file === file)
    .flatMap(({ text }) => text.split(';\n').map((one) => one.replace(/;\s*$/, '')))

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database?.close())

test('every page with SQL has a test here', () => {
  expect([...new Set(blocks.map(({ file }) => file))].toSorted()).toEqual(['docs/operations.md', 'docs/surveys.md'])
})

test('docs/operations.md: how long raw observations and rejected messages are kept', async () => {
  for (const statement of statementsOf('docs/operations.md'))
    expect((await database.pool.query(statement)).rowCount, statement).toBe(1)
  const { rows } = await database.pool.query<{ name: string; keep: string }>(
    `select proc_name as name, config ->> 'keep' as keep from timescaledb_information.jobs
     where proc_name in ('retain_observations', 'forget_rejected') order by 1`,
  )
  expect(rows).toEqual([
    { name: 'forget_rejected', keep: '90 days' },
    { name: 'retain_observations', keep: '800 days' },
  ])
})

test('docs/surveys.md: the two logins', async () => {
  // Roles belong to the whole server: nothing of this is committed.
  const undone = new Error('undone')
  const run = inTransaction(database.pool, async (client) => {
    for (const statement of statementsOf('docs/surveys.md')) await client.query(statement)
    const { rows } = await client.query<{ api: boolean; estimator: boolean; crossed: boolean }>(
      `select pg_has_role('city_api', 'citywell_api', 'usage') as api,
              pg_has_role('city_estimator', 'citywell_estimator', 'usage') as estimator,
              pg_has_role('city_api', 'citywell_estimator', 'member') as crossed`,
    )
    expect(rows).toEqual([{ api: true, estimator: true, crossed: false }])
    throw undone
  })
  await expect(run).rejects.toBe(undone)
})
