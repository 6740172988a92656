/**
 * What must hold of the database at any moment, on a running system too: everything is read from one snapshot, and the
 * ingest writes its books in the transaction that stores a batch. docs/registry.md explains each.
 */

import { verifyAudit } from '#domain/audit/verify.ts'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { OBSERVATION_RETENTION_DAYS } from '#model/basics/retention.ts'
import { REASONS } from '#model/observation/quality.ts'

export type Finding = {
  readonly name: string
  readonly holds: boolean
  /** one sentence with the numbers */
  readonly text: string
  /** what does not hold, a few of it */
  readonly examples: readonly string[]
}

type Check = (db: PoolClient) => Promise<Finding>

/** @param limitMs a check of years of history may take minutes, so its connection may have a longer limit */
export async function checkInvariants(pool: Pool, limitMs = 600_000): Promise<Finding[]> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only')
    await client.query(`set local statement_timeout = ${Math.round(limitMs)}`)
    const findings: Finding[] = []
    for (const check of CHECKS) findings.push(await check(client))
    return findings
  })
}

const EXAMPLES = 5

const booksBalance: Check = async (db) => {
  const { rows } = await db.query<{ run: string; source: string; received: number; accounted: number }>(
    `select run, source, received, stored + duplicate + rejected + in_flight as accounted from ingest_ledger order by started_at desc, source`,
  )
  const off = rows.filter(({ received, accounted }) => received !== accounted)
  const sum = rows.reduce((total, { received }) => total + received, 0)
  return {
    name: 'messages: received = stored + duplicate + rejected + in flight',
    holds: off.length === 0,
    text: `${rows.length} rows (run and source), ${sum} messages received, ${off.length} rows off`,
    examples: off
      .slice(0, EXAMPLES)
      .map((row) => `${row.source} in run ${row.run}: received ${row.received}, accounted for ${row.accounted}`),
  }
}

/** Chunks dropped before retention kept a log: TimescaleDB remembers them where continuous aggregates rest on them. */
async function chunksDroppedUnlogged(db: PoolClient): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select greatest(0, (
       select count(*) from _timescaledb_catalog.chunk c join _timescaledb_catalog.hypertable h on h.id = c.hypertable_id
       where c.dropped and h.schema_name = 'public' and h.table_name in ('observation_packed', 'mobile_observation')
     ) - (select count(*) from retention_log)) as n`,
  )
  return rows[0]?.n ?? 0
}

const countsAgree: Check = async (db) => {
  const { rows } = await db.query<{ present: number; stored: number; adjusted: number; removed: number }>(
    `select (select count(*) from observation) + (select count(*) from mobile_observation) as present,
            (select coalesce(sum(observations_stored), 0)::bigint from ingest_ledger) as stored,
            (select coalesce(sum(n), 0)::bigint from observation_adjustment) as adjusted,
            (select coalesce(sum(n), 0)::bigint from retention_log) as removed`,
  )
  const { present = 0, stored = 0, adjusted = 0, removed = 0 } = rows[0] ?? {}
  const unlogged = await chunksDroppedUnlogged(db)
  const missing = stored + adjusted - removed - present
  const earlier = unlogged > 0 ? `, and ${unlogged} chunks dropped before that was logged, so fewer may be present` : ''
  return {
    name: 'observations: those in the tables are those the ledger says were stored',
    holds: missing === 0 || (unlogged > 0 && missing > 0),
    text: `${present} present; ${stored} stored by the ingest, ${signed(adjusted)} by merges, calibrations and deletions, ${removed} removed by retention${earlier}`,
    examples:
      missing === 0 ? [] : [missing > 0 ? `${missing} are missing` : `${-missing} are there that nobody booked`],
  }
}

const signed = (n: number): string => (n < 0 ? String(n) : `+${n}`)

const thingsAgree: Check = async (db) => {
  const { rows } = await db.query<{ things: number; things_opened: number; sources: number }>(
    `select coalesce(sum(stored), 0)::bigint as things, coalesce(sum(stored) filter (where day = '1970-01-01'), 0)::bigint as things_opened,
            (select coalesce(sum(observations_stored), 0)::bigint from ingest_ledger) as sources
     from (select day, stored from thing_ledger union all select day, stored from deleted_thing_ledger) l`,
  )
  const { things = 0, things_opened = 0, sources = 0 } = rows[0] ?? {}
  // Books that were opened later begin with what was there then, from which retention had taken its share.
  const holds = things === sources || (things_opened > 0 && things < sources)
  return {
    name: 'books by Thing: their sum is that of the ledger by source',
    holds,
    text: `${things} observations stored by Thing (${things_opened} from before these books), ${sources} by source`,
    examples: holds ? [] : [`the difference is ${sources - things}`],
  }
}

const LEFT_AHEAD = `(phenomenon_time > l.phenomenon_time
        and (phenomenon_time > now() + interval '1 hour' or reasons & ${REASONS.clock_ahead} <> 0))`

// The latest is a row of its Datastream and none is newer, but for what a clock left ahead (ingest/commit/clock-steps.ts). Where retention has taken the row, it stays as it was.
const LATEST = `
  select t.key || ' ' || d.property || ' ' || d.channel as name, l.phenomenon_time::text as latest, n.newest::text as newest
  from datastream d join thing t on t.id = d.thing_id
  left join latest_observation l on l.datastream_id = d.id
  left join lateral (
    select greatest(
      (select max(phenomenon_time) from observation where datastream_id = d.id and not ${LEFT_AHEAD}),
      (select max(phenomenon_time) from mobile_observation where datastream_id = d.id and not ${LEFT_AHEAD})) as newest) n on true
  where n.newest is distinct from l.phenomenon_time
      and not (n.newest is null and l.phenomenon_time < now() - interval '${OBSERVATION_RETENTION_DAYS - 1} days')
    or n.newest = l.phenomenon_time
      and not exists (select from observation o
        where o.datastream_id = d.id and o.phenomenon_time = l.phenomenon_time and o.result is not distinct from l.result)
      and not exists (select from mobile_observation o
        where o.datastream_id = d.id and o.phenomenon_time = l.phenomenon_time and o.result is not distinct from l.result)
  order by 1`

const latestIsNewest: Check = async (db) => {
  const { rows } = await db.query<{ name: string; latest: string | null; newest: string | null }>(LATEST)
  const all = await db.query<{ n: number }>('select count(*) as n from datastream')
  return {
    name: 'latest: the latest observation of each Datastream is its newest row',
    holds: rows.length === 0,
    text: `${all.rows[0]?.n ?? 0} Datastreams, ${rows.length} off`,
    examples: rows
      .slice(0, EXAMPLES)
      .map(({ name, latest, newest }) => `${name.trim()}: latest ${latest ?? 'none'}, newest row ${newest ?? 'none'}`),
  }
}

const noOrphans: Check = async (db) => {
  const { rows } = await db.query<{ id: number; place: string }>(
    `select o.datastream_id as id, o.place from (
       select distinct datastream_id, 'observation' as place from observation
       union all select distinct datastream_id, 'mobile_observation' from mobile_observation
       union all select distinct datastream_id, 'observation_daily' from observation_daily
       union all select datastream_id, 'latest_observation' from latest_observation) o
     where not exists (select from datastream d where d.id = o.datastream_id)
     order by 1, 2`,
  )
  return {
    name: 'registry: every observation belongs to a Datastream of a Thing',
    holds: rows.length === 0,
    text: `${rows.length} Datastreams are named that do not exist`,
    examples: rows.slice(0, EXAMPLES).map(({ id, place }) => `Datastream ${id} in ${place}`),
  }
}

const mergesEnd: Check = async (db) => {
  const { rows } = await db.query<{ key: string; since: string }>(
    `select from_key as key, started_at::text as since from thing_merge
     where finished_at is null and started_at < now() - interval '1 hour'
     union all
     select 'deletion ' || id, started_at::text from thing_deletion
     where finished_at is null and started_at < now() - interval '1 hour' order by 2`,
  )
  return {
    name: 'registry: no merge or deletion has been under way for more than an hour',
    holds: rows.length === 0,
    text: `${rows.length} unfinished; a merge continues when it is requested again, a deletion by itself`,
    examples: rows.slice(0, EXAMPLES).map(({ key, since }) => `${key}, since ${since}`),
  }
}

const auditHolds: Check = async (db) => {
  const { entries, head, problems } = await verifyAudit(db)
  return {
    name: 'audit log: every entry follows from the one before, and none was changed, removed or inserted',
    holds: problems.length === 0,
    text: `${entries} entries; the newest is ${head.id} with hash ${head.hash}`,
    examples: problems.slice(0, EXAMPLES),
  }
}

const CHECKS: readonly Check[] = [
  booksBalance,
  countsAgree,
  thingsAgree,
  latestIsNewest,
  noOrphans,
  mergesEnd,
  auditHolds,
]
