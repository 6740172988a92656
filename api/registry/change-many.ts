import type { z } from 'zod'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import type { BulkResponse, bulkRequest } from '#model/api/devices.ts'
import { AppError } from '#model/basics/errors.ts'
import { deleteThings, subjectOf } from './delete-things.ts'
import { addIgnored } from './ignored.ts'
import { type Selected, selectEffect, selectSelection } from './select-things.ts'
import { requireAllWithin } from './within-restriction.ts'

const MAX_SHOWN = 20

/**
 * Confirms, deletes or ignores the selected Things; without `expected` only states what would be affected.
 * @throws AppError OUTSIDE_RESTRICTION, SELECTION_CHANGED when another number of Things is selected than was expected
 */
export async function changeMany(pool: Pool, by: Actor, request: z.infer<typeof bulkRequest>): Promise<BulkResponse> {
  const { action, selection, ignoreDevices, expected } = request
  const things = await selectSelection(pool, selection)
  const effect = await selectEffect(pool, things)
  const keys = things.slice(0, MAX_SHOWN).map(({ key }) => key)
  const answer = { things: things.length, ...effect, keys }
  if (expected === undefined) return { dryRun: true, ...answer }
  if (expected !== things.length)
    throw new AppError(
      'SELECTION_CHANGED',
      `${things.length} Things are selected, and ${expected} were expected; look at the dry run again (without "expected")`,
    )
  if (action === 'confirm') await confirm(pool, by, things)
  else if (action === 'ignore') await ignore(pool, by, things)
  else return { dryRun: false, ...answer, ...(await deleteThings(pool, by, things, { ignoreDevices })) }
  return { dryRun: false, ...answer }
}

async function confirm(pool: Pool, by: Actor, things: readonly Selected[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await requireAllWithin(client, by, things)
    await client.query(
      `with confirmed as (
         update thing set verified = true where id = any($1::int[]) and not verified returning key
       )
       insert into registry_change (who, action, subject, before, after)
       select $2, 'thing.confirm', key, '{"verified": false}', '{"verified": true}' from confirmed order by key`,
      [things.map(({ id }) => id), publicNameOf(by)],
    )
    await client.query('update registry_version set version = version + 1, changed_at = now()')
    const keys = things.map(({ key }) => key)
    await audit(client, { by, action: 'thing.confirm', subject: subjectOf(keys), after: { keys } })
  })
}

async function ignore(pool: Pool, by: Actor, things: readonly Selected[]): Promise<void> {
  await inTransaction(pool, async (client) => {
    await requireAllWithin(client, by, things)
    const { rows } = await client.query<{ device: string }>(
      'select device from thing_name where thing_id = any($1::int[])',
      [things.map(({ id }) => id)],
    )
    await addIgnored(client, by, { devices: rows.map(({ device }) => device), topics: [], note: '' })
  })
}
