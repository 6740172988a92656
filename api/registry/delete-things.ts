/**
 * Deletes Things with all their data: Datastreams, observations, rollups, calibrations, names.
 *
 *     requested    --begin-->                                in progress  their names are free, no message leads to them
 *     in progress  --delete, a week at a time-->             in progress
 *     in progress  --finish-->                               done         under a lock that lets no batch in: the last rows,
 *                                                                         rollups, ledger, the Things themselves
 *
 * Each step is a transaction; an interrupted deletion is continued (resumeDeletions). What the ingest stored stays in its
 * ledger: deleted observations are a negative adjustment, and the ledger by Thing is added to `deleted_thing_ledger`.
 */
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import { AppError } from '#model/basics/errors.ts'
import { addIgnored } from './ignored.ts'
import type { Selected } from './select-things.ts'
import { requireAllWithin } from './within-restriction.ts'

export type Deleted = { readonly datastreams: number; readonly observations: number }
type Deletion = { readonly id: number; readonly things: readonly number[] }
type Options = { readonly ignoreDevices: boolean }

const TABLES = ['observation_packed', 'mobile_observation'] as const
/** Things of one deletion: the last step locks out the ingest for as long as it takes. */
const THINGS_AT_ONCE = 1_000
const STEP_TIMEOUT = '10min'
const ATTEMPTS = 20

/** @throws AppError VALUE_INVALID when one of them is being merged, OUTSIDE_RESTRICTION before anything is deleted */
export async function deleteThings(
  pool: Pool,
  by: Actor,
  things: readonly Selected[],
  options: Options,
): Promise<Deleted> {
  await requireAllWithin(pool, by, things)
  let done: Deleted = { datastreams: 0, observations: 0 }
  for (let at = 0; at < things.length; at += THINGS_AT_ONCE) {
    const deletion = await begin(pool, by, things.slice(at, at + THINGS_AT_ONCE), options)
    const { datastreams, observations } = await run(pool, deletion)
    done = { datastreams: done.datastreams + datastreams, observations: done.observations + observations }
  }
  return done
}

/** Continues deletions that were interrupted. @returns how many */
export async function resumeDeletions(pool: Pool): Promise<number> {
  const { rows } = await pool.query<Deletion>(
    `select id, things from thing_deletion where finished_at is null and started_at < now() - interval '1 minute' order by id`,
  )
  for (const deletion of rows) await run(pool, deletion)
  return rows.length
}

/** Deletions that this process is carrying out. */
const running = new Map<number, Promise<Deleted>>()

function run(pool: Pool, deletion: Deletion): Promise<Deleted> {
  const known = running.get(deletion.id)
  if (known) return known
  const work = (async () => {
    for (const table of TABLES) while (await retried(() => deleteWeek(pool, deletion, table)));
    return retried(() => finish(pool, deletion))
  })().finally(() => running.delete(deletion.id))
  running.set(deletion.id, work)
  return work
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      if (!isTransient(error) || attempt === ATTEMPTS) throw error
    }
  }
}

const RECORD = `
  insert into registry_change (who, action, subject, before)
  select $2, 'thing.delete', t.key, to_jsonb(t) || jsonb_build_object('devices',
    (select coalesce(jsonb_agg(n.device order by n.device), '[]') from thing_name n where n.thing_id = t.id))
  from thing t where t.id = any($1::int[]) order by t.key`

async function begin(pool: Pool, by: Actor, things: readonly Selected[], options: Options): Promise<Deletion> {
  const ids = things.map(({ id }) => id)
  return inTransaction(pool, async (client) => {
    await client.query(`set local statement_timeout = '${STEP_TIMEOUT}'`)
    await client.query('select from thing where id = any($1::int[]) order by id for update', [ids])
    await requireAllWithin(client, by, things)
    const merging = await client.query<{ key: string }>(
      `select from_key as key from thing_merge
       where finished_at is null and (from_thing = any($1::int[]) or into_thing = any($1::int[])) limit 1`,
      [ids],
    )
    if (merging.rows[0])
      throw new AppError('VALUE_INVALID', `"${merging.rows[0].key}" is being merged; request the merge again first`)
    await client.query(RECORD, [ids, publicNameOf(by)])
    const names = await client.query<{ device: string }>(
      'select device from thing_name where thing_id = any($1::int[])',
      [ids],
    )
    const devices = names.rows.map(({ device }) => device)
    if (options.ignoreDevices) await addIgnored(client, by, { devices, topics: [], note: 'deleted' })
    const { rows } = await client.query<Deletion>(
      'insert into thing_deletion (things, who) values ($1, $2) returning id, things',
      [ids, publicNameOf(by)],
    )
    const deletion = rows[0]
    if (!deletion) throw new Error('unreachable: one row was inserted')
    // No device can name this key: what a device sends from now on belongs to a new Thing.
    await client.query(`update thing set key = key || '~deleting-' || $2 where id = any($1::int[])`, [ids, deletion.id])
    await client.query('delete from thing_device where thing_id = any($1::int[])', [ids])
    await client.query('delete from unmapped_field where device = any($1::text[])', [devices])
    await client.query('update registry_version set version = version + 1, changed_at = now()')
    const keys = things.map(({ key }) => key)
    await audit(client, { by, action: 'thing.delete', subject: subjectOf(keys), before: { keys } })
    return deletion
  })
}

/** Of one change of many Things. */
export const subjectOf = (keys: readonly string[]): string =>
  keys.length === 1 ? (keys[0] ?? '') : `${keys.length} Things`

const selectDatastreams = async (client: PoolClient, { things }: Deletion): Promise<number[]> =>
  (await client.query<{ id: number }>('select id from datastream where thing_id = any($1::int[])', [things])).rows.map(
    ({ id }) => id,
  )

/** Deletes the oldest week there is; false when nothing is left. */
async function deleteWeek(pool: Pool, deletion: Deletion, table: (typeof TABLES)[number]): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query(`set local statement_timeout = '${STEP_TIMEOUT}'`)
    const datastreams = await selectDatastreams(client, deletion)
    return deleteOldest(client, { deletion, table, datastreams, length: '7 days' })
  })
}

type Step = {
  readonly deletion: Deletion
  readonly table: (typeof TABLES)[number]
  readonly datastreams: readonly number[]
  readonly length: string
}

async function deleteOldest(client: PoolClient, { deletion, table, datastreams, length }: Step): Promise<boolean> {
  await client.query('set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0')
  const oldest = await client.query<{ at: string | null }>(
    `select min(phenomenon_time)::text as at from ${table} where datastream_id = any($1::int[])`,
    [datastreams],
  )
  const at = oldest.rows[0]?.at
  if (!at) return false
  const { rowCount } = await client.query(
    `delete from ${table} where datastream_id = any($1::int[])
       and phenomenon_time >= $2::timestamptz and phenomenon_time < $2::timestamptz + interval '${length}'`,
    [datastreams, at],
  )
  const deleted = rowCount ?? 0
  await client.query(
    `insert into observation_adjustment (reason, thing, n) values ('delete', 'deletion ' || $1::int, $2)`,
    [deletion.id, -deleted],
  )
  await client.query('update thing_deletion set observations = observations + $2 where id = $1', [deletion.id, deleted])
  return true
}

async function finish(pool: Pool, deletion: Deletion): Promise<Deleted> {
  return inTransaction(pool, async (client) => {
    await client.query(`set local statement_timeout = '${STEP_TIMEOUT}'; set local lock_timeout = '10s'`)
    // Every batch in progress ends first and none begins: what comes after finds that the Datastream is gone.
    await client.query('lock table observation_packed, mobile_observation, thing_ledger in share row exclusive mode')
    const datastreams = await selectDatastreams(client, deletion)
    for (const table of TABLES)
      while (await deleteOldest(client, { deletion, table, datastreams, length: '100 years' }));
    await client.query('select delete_rollups($1::int[])', [datastreams])
    await client.query(KEEP_LEDGER, [deletion.things])
    await client.query('delete from thing where id = any($1::int[])', [deletion.things])
    await client.query('update registry_version set version = version + 1, changed_at = now()')
    const { rows } = await client.query<{ observations: number }>(
      'update thing_deletion set finished_at = coalesce(finished_at, now()) where id = $1 returning observations',
      [deletion.id],
    )
    return { datastreams: datastreams.length, observations: rows[0]?.observations ?? 0 }
  })
}

const KEEP_LEDGER = `
  insert into deleted_thing_ledger as l (day, messages, stored, duplicate, conflict, rejected)
  select day, sum(messages), sum(stored), sum(duplicate), sum(conflict), sum(rejected)
  from thing_ledger where thing_id = any($1::int[]) group by day order by day
  on conflict (day) do update set
    messages = l.messages + excluded.messages, stored = l.stored + excluded.stored,
    duplicate = l.duplicate + excluded.duplicate, conflict = l.conflict + excluded.conflict,
    rejected = l.rejected + excluded.rejected`
