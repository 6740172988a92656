import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction, together } from '#infra/db/pool.ts'
import { openTestDatabase, type TestDatabase } from '#test/environment.ts'

describe('one transaction, several statements under way', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await openTestDatabase({ migrated: false })
    await database.pool.query('create table kept (n int primary key)')
  })
  beforeEach(() => database.pool.query('truncate kept'))
  afterAll(() => database?.close())

  const insert = (n: number) => ({ text: 'insert into kept values ($1)', values: [n] })
  const kept = async (): Promise<number[]> =>
    (await database.pool.query<{ n: number }>('select n from kept order by n')).rows.map(({ n }) => n)

  test('they run in the order in which they were asked, and each has its own answer', async () => {
    const answers = await inTransaction(database.pool, (client) =>
      together([
        client.query(insert(1)),
        client.query<{ n: number }>('select count(*)::int as n from kept'),
        client.query(insert(2)),
        client.query<{ n: number }>('select count(*)::int as n from kept'),
      ]),
    )
    expect([answers[1].rows[0]?.n, answers[3].rows[0]?.n]).toEqual([1, 2])
    expect(await kept()).toEqual([1, 2])
  })

  test('one that fails is the one that is named, and nothing stays, nor comes after the rollback', async () => {
    let later = 'not reached'
    const failing = inTransaction(database.pool, (client) =>
      together([
        client.query(insert(1)),
        (async () => {
          await client.query(insert(2))
          // asked for when the failure below is known already, or while it is not
          await client.query(insert(3)).catch((error: { code: string }) => {
            later = error.code
            throw error
          })
        })(),
        client.query(insert(1)),
        client.query(insert(4)),
      ]),
    )
    await expect(failing).rejects.toMatchObject({ code: '23505' })
    expect(later).toBe('25P02')
    expect(await kept()).toEqual([])
  })

  test('what is at fault outside of the database waits for the statements under way before it rolls back', async () => {
    const failing = inTransaction(database.pool, (client) =>
      together([
        Promise.reject(new Error('ours')),
        (async () => {
          await client.query(insert(1))
          await client.query('select pg_sleep(0.05)')
          await client.query(insert(2))
        })(),
      ]),
    )
    await expect(failing).rejects.toThrow('ours')
    expect(await kept()).toEqual([])
  })

  test('a transaction that cannot begin says why', async () => {
    const failing = inTransaction(
      database.pool,
      (client) => client.query(insert(1)),
      'begin; set local statement_timeout = nonsense',
    )
    await expect(failing).rejects.toMatchObject({ code: '22023' })
    expect(await kept()).toEqual([])
  })
})
