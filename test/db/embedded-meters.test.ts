import { expect, test } from 'vitest'
import { startPolicies } from '#infra/embedded/database/policies.ts'
import { openTestDatabase } from '#test/environment.ts'
import { addCity, addThing } from './indicators-fixture.ts'

/** Hours and days of meters begin just after the full hour, so their last readings lie on the edge of two days. */
test('late readings of a meter, at midnight too, show once the policies have looked', async () => {
  const database = await openTestDatabase()
  const errors: string[] = []
  const { pool } = database
  const policies = startPolicies({
    pool,
    log: { info: () => {}, error: (text) => errors.push(text) },
    firstAfterMs: 1e9,
  })
  try {
    await addCity(pool)
    const [id] = await addThing(pool, { key: 'm', kind: 'feeder', domain: 'energy' }, [['energy']])
    const store = (shift: string) =>
      pool.query(
        `insert into observation (datastream_id, phenomenon_time, result, quality)
         select $1, t + $2::interval, 1, 1
         from generate_series(date_trunc('day', now()) - interval '5 days', date_trunc('day', now()) - interval '2 days', interval '6 hours') t`,
        [id, shift],
      )
    const counts = async () =>
      (await pool.query<{ n: number }>('select n from meter_daily order by bucket')).rows.map(({ n }) => n)
    await store('0')
    await policies.runDue()
    // midnight closes the day before: the first midnight has a day of its own, then 6, 12, 18 and 24 o'clock
    expect(await counts()).toEqual([1, 4, 4, 4])
    await store('1 hour')
    await policies.runDue()
    expect(await counts()).toEqual([1, 8, 8, 8, 1])
    expect(errors).toEqual([])
  } finally {
    await policies.stop()
    await database.close()
  }
})
