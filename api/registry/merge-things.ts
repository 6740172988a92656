/**
 * Merges two registry entries of one Thing without losing any of their history.
 *
 *     asked for  --begin-->      under way   names, former keys and Datastreams that only B has lead to A
 *     under way  --move, a week of one Datastream at a time-->  under way
 *     under way  --finish-->     done        under a lock that lets no batch in: the last rows, the latest, the ledger
 *
 * Each step is a transaction. An interrupted merge continues when it is requested again. Where both have an
 * observation of one Datastream and time, that of A is kept; the other is counted as duplicate (same result) or conflict.
 */
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { isTransient } from '#infra/db/retry.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import { AppError } from '#model/basics/errors.ts'
import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import { requireThing } from '../queries/registry.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { requireWithin } from './within-restriction.ts'

export type Merged = {
  readonly datastreams: number
  readonly moved: number
  readonly duplicate: number
  readonly conflict: number
}
type Merge = { id: number; fromKey: string; fromThing: number; intoThing: number }
/** A Datastream of B that A has as well. */
type Pair = { readonly from: number; readonly into: number }

const TABLES = [
  { table: 'observation_packed', result: 'scaled::float8 / divisor::float8', columns: 'scaled, divisor' },
  { table: 'mobile_observation', result: 'result', columns: 'result, lon, lat, cell' },
] as const
type Table = (typeof TABLES)[number]

/** @throws AppError THING_UNKNOWN, VALUE_INVALID (a Thing into itself) */
export async function mergeThings(pool: Pool, by: Actor, from: string, into: string): Promise<Merged> {
  const merge = (await underWay(pool, from)) ?? (await begin(pool, by, from, into))
  for (const pair of await selectPairs(pool, merge))
    for (const table of TABLES) while (await moveWeek(pool, merge, pair, table));
  return finish(pool, by, merge)
}

const MERGE = 'id, from_key as "fromKey", from_thing as "fromThing", into_thing as "intoThing"'

async function underWay(pool: Pool, fromKey: string): Promise<Merge | undefined> {
  const { rows } = await pool.query<Merge>(
    `select ${MERGE} from thing_merge where from_key = $1 and finished_at is null`,
    [fromKey],
  )
  return rows[0]
}

async function begin(pool: Pool, by: Actor, fromKey: string, intoKey: string): Promise<Merge> {
  return inTransaction(pool, async (client) => {
    const from = await requireThing(client, fromKey)
    const into = await requireThing(client, intoKey)
    for (const thing of [from, into]) await requireWithin(client, by, thing)
    if (from.id === into.id)
      throw new AppError('VALUE_INVALID', `"${fromKey}" and "${intoKey}" are the same Thing already`)
    await client.query('select from thing where id in ($1, $2) order by id for update', [from.id, into.id])
    const { rows } = await client.query<Merge>(
      `insert into thing_merge (from_key, from_thing, into_thing, who) values ($1, $2, $3, $4) returning ${MERGE}`,
      [from.key, from.id, into.id, publicNameOf(by)],
    )
    const merge = rows[0]
    if (!merge) throw new Error('unreachable: one row was inserted')
    // No device can name this key, so the former one is free to lead to A.
    await client.query(`update thing set key = key || '~merging-' || $2 where id = $1`, [from.id, merge.id])
    await client.query('update thing_device set thing_id = $2, merged = true where thing_id = $1', [from.id, into.id])
    await client.query(`insert into thing_device (device, thing_id, merged) values ('key/' || $1, $2, true)`, [
      from.key,
      into.id,
    ])
    await moveCalibrations(client, merge)
    await moveReplacements(client, merge)
    await client.query('update device_credential set thing_id = $2 where thing_id = $1', [from.id, into.id])
    await repoint(client, merge)
    const parts = { before: { key: from.key }, after: { into: into.key } }
    await recordChange(client, { by, action: 'thing.merge', subject: from.key, ...parts })
    return merge
  })
}

/** Where both are calibrated, A keeps its own. */
async function moveCalibrations(client: PoolClient, { fromThing, intoThing }: Merge): Promise<void> {
  await client.query(
    `update calibration c set thing_id = $2
     where c.thing_id = $1 and not exists (
       select from calibration o where o.thing_id = $2 and o.property = c.property and o.channel = c.channel)`,
    [fromThing, intoThing],
  )
}

/** Of two meters under one name, the replacements of both; of one time, A keeps its own. */
async function moveReplacements(client: PoolClient, { fromThing, intoThing }: Merge): Promise<void> {
  await client.query(
    `update meter_replacement r set thing_id = $2
     where r.thing_id = $1 and not exists (
       select from meter_replacement o where o.thing_id = $2
         and (o.property, o.channel, o.replaced_at) = (r.property, r.channel, r.replaced_at))`,
    [fromThing, intoThing],
  )
}

/** Datastreams that A does not have become its own, with all their history and under the same id. */
async function repoint(client: PoolClient, { id, fromThing, intoThing }: Merge): Promise<void> {
  const { rowCount } = await client.query(
    `update datastream d set thing_id = $2
     where d.thing_id = $1 and not exists (
       select from datastream o where o.thing_id = $2 and o.property = d.property and o.channel = d.channel)`,
    [fromThing, intoThing],
  )
  await client.query('update thing_merge set datastreams = datastreams + $2 where id = $1', [id, rowCount ?? 0])
}

async function selectPairs(db: Pool | PoolClient, { fromThing, intoThing }: Merge): Promise<Pair[]> {
  const { rows } = await db.query<Pair>(
    `select f.id as from, i.id as into from datastream f
     join datastream i on i.thing_id = $2 and i.property = f.property and i.channel = f.channel
     where f.thing_id = $1 order by f.id`,
    [fromThing, intoThing],
  )
  return rows
}

const ATTEMPTS = 20

/** Moves the oldest week there is; false when nothing is left. */
async function moveWeek(pool: Pool, merge: Merge, pair: Pair, table: Table): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await inTransaction(pool, async (client) => {
        // What a worker adds meanwhile to the Datastream that goes is not in this snapshot, so it is not deleted by it.
        await client.query('set transaction isolation level repeatable read')
        return move(client, merge, pair, table, `interval '7 days'`)
      })
    } catch (error) {
      if (!isTransient(error) || attempt === ATTEMPTS) throw error
    }
  }
}

/** Moves the oldest rows, of so long a time. */
async function move(
  client: PoolClient,
  merge: Merge,
  { from, into }: Pair,
  { table, result, columns }: Table,
  length: string,
): Promise<boolean> {
  await client.query('set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0')
  const oldest = await client.query<{ at: string | null }>(
    `select min(phenomenon_time)::text as at from ${table} where datastream_id = $1`,
    [from],
  )
  const at = oldest.rows[0]?.at
  if (!at) return false
  const within = `phenomenon_time >= $2::timestamptz and phenomenon_time < $2::timestamptz + ${length}`
  const conflicts = await client.query<{ n: number; conflict: number }>(
    `select count(*) as n, count(*) filter (where o.result is distinct from f.result) as conflict
     from (select phenomenon_time, ${result} as result from ${table} where datastream_id = $1 and ${within}) f
     join (select phenomenon_time, ${result} as result from ${table} where datastream_id = $3 and ${within}) o using (phenomenon_time)`,
    [from, at, into],
  )
  const moved = await client.query(
    `insert into ${table} (datastream_id, phenomenon_time, quality, reasons, ${columns})
     select $3, phenomenon_time, quality, reasons, ${columns} from ${table} where datastream_id = $1 and ${within}
     on conflict do nothing`,
    [from, at, into],
  )
  await client.query(`delete from ${table} where datastream_id = $1 and ${within}`, [from, at])
  const { n = 0, conflict = 0 } = conflicts.rows[0] ?? {}
  await client.query(
    'update thing_merge set moved = moved + $2, duplicate = duplicate + $3, conflict = conflict + $4 where id = $1',
    [merge.id, moved.rowCount ?? 0, n - conflict, conflict],
  )
  if (n > 0)
    await client.query(`insert into observation_adjustment (reason, thing, n) values ('merge', $1, $2)`, [
      merge.fromKey,
      -n,
    ])
  return true
}

async function finish(pool: Pool, by: Actor, merge: Merge): Promise<Merged> {
  return inTransaction(pool, async (client) => {
    await client.query(`set local lock_timeout = '10s'`)
    // Every batch under way ends first and none begins: what comes after finds that the Datastream is gone.
    await client.query('lock table observation_packed, mobile_observation, thing_ledger in share row exclusive mode')
    await repoint(client, merge)
    const pairs = await selectPairs(client, merge)
    for (const pair of pairs)
      for (const table of TABLES)
        while (await move(client, merge, pair, table, `interval '${OBSERVATION_RETENTION_DAYS} days'`));
    await settleLatest(client, pairs)
    await client.query(MOVE_LEDGER, [merge.fromThing, merge.intoThing])
    await client.query('delete from datastream where thing_id = $1', [merge.fromThing])
    await client.query('delete from thing where id = $1', [merge.fromThing])
    const { rows } = await client.query<Merged>(
      `update thing_merge set finished_at = now(), datastreams = datastreams + $2 where id = $1
       returning datastreams, moved, duplicate, conflict`,
      [merge.id, pairs.length],
    )
    const done = rows[0] ?? { datastreams: 0, moved: 0, duplicate: 0, conflict: 0 }
    await recordChange(client, { by, action: 'thing.merged', subject: merge.fromKey, after: done })
    return done
  })
}

const MOVE_LEDGER = `
  insert into thing_ledger as l (thing_id, day, messages, stored, duplicate, conflict, rejected)
  select $2, day, messages, stored, duplicate, conflict, rejected from thing_ledger where thing_id = $1
  on conflict (thing_id, day) do update set
    messages = l.messages + excluded.messages, stored = l.stored + excluded.stored,
    duplicate = l.duplicate + excluded.duplicate, conflict = l.conflict + excluded.conflict,
    rejected = l.rejected + excluded.rejected`

/** The more recent of the two becomes the latest, of equals that of A. */
async function settleLatest(client: PoolClient, pairs: readonly Pair[]): Promise<void> {
  const values = [pairs.map(({ from }) => from), pairs.map(({ into }) => into)]
  await client.query(
    `insert into latest_observation as l (datastream_id, phenomenon_time, result, quality, reasons)
     select p.into_id, f.phenomenon_time, f.result, f.quality, f.reasons
     from unnest($1::int[], $2::int[]) as p (from_id, into_id) join latest_observation f on f.datastream_id = p.from_id
     on conflict (datastream_id) do update set
       phenomenon_time = excluded.phenomenon_time, result = excluded.result,
       quality = excluded.quality, reasons = excluded.reasons
     where excluded.phenomenon_time > l.phenomenon_time`,
    values,
  )
  await client.query('delete from latest_observation where datastream_id = any($1::int[])', [values[0]])
}
