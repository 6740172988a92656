import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { deleteVoices, takeTurn } from './batches.ts'

// On the promised day; earlier where the city has since shortened the retention period.
const EXPIRED = `
  select id from voice
  where delete_on <= $1::date
     or received_on + (select (pack -> 'voices' ->> 'keepDays')::int from city limit 1) <= $1::date`

/** Deletes every voice whose retention period is over, text and ratings. @returns how many */
export async function deleteExpiredVoices({ pool, clock }: { pool: Pool; clock: () => Date }): Promise<number> {
  return inTransaction(pool, async (client) => {
    await takeTurn(client)
    const now = clock()
    const { rows } = await client.query<{ id: number }>(EXPIRED, [now.toISOString().slice(0, 10)])
    if (rows.length > 0)
      await deleteVoices(
        client,
        rows.map(({ id }) => id),
        now,
      )
    return rows.length
  })
}
