/** Devices and topics that are ignored: their messages are rejected as `ignored` until they are taken off the list. */
import { requireUnrestricted } from '#domain/access/within.ts'
import { inTransaction, type Pool, type PoolClient, type Queryable } from '#infra/db/pool.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import type { IgnoredResponse, IgnoreRequest } from '#model/api/devices.ts'
import { AppError } from '#model/basics/errors.ts'
import { filterProblem } from '#model/mqtt/topic-filters.ts'
import { requireThing } from '../queries/registry.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { requireWithin } from './within-restriction.ts'

const MAX_DEVICES = 100_000
const MAX_TOPICS = 500
const MAX_IGNORED = { device: MAX_DEVICES, topic: MAX_TOPICS }

type Row = Omit<IgnoredResponse['ignored'][number], 'createdAt' | 'lastSeen'> & {
  createdAt: Date
  lastSeen: Date | null
}
export type IgnoredPage = { readonly search?: string | undefined; readonly after: number; readonly limit: number }

/** In the order in which they were added. */
export async function selectIgnored(
  db: Queryable,
  { search, after, limit }: IgnoredPage,
): Promise<{ ignored: IgnoredResponse['ignored']; total: number }> {
  const { rows } = await db.query<Row>(
    `select id, kind, name, note, who, created_at as "createdAt", messages, stored, bytes, last_seen as "lastSeen"
     from ignored where id > $1::bigint and ($2::text is null or strpos(lower(name), lower($2)) > 0) order by id limit $3`,
    [after, search ?? null, limit],
  )
  const all = await db.query<{ total: number }>('select count(*)::int as total from ignored')
  return {
    ignored: rows.map((row) => ({
      ...row,
      createdAt: row.createdAt.toISOString(),
      lastSeen: row.lastSeen?.toISOString() ?? null,
    })),
    total: all.rows[0]?.total ?? 0,
  }
}

/** @throws AppError THING_UNKNOWN, OUTSIDE_RESTRICTION, VALUE_INVALID naming the filter, or that the list is full */
export async function ignore(pool: Pool, by: Actor, request: IgnoreRequest): Promise<number> {
  if (request.devices.length + request.topics.length > 0) requireUnrestricted(by, 'the list of ignored devices')
  return inTransaction(pool, async (client) => {
    const devices = new Set(request.devices)
    for (const key of request.things) {
      const { id } = await requireThing(client, key)
      await requireWithin(client, by, { id, key })
      const { rows } = await client.query<{ device: string }>('select device from thing_name where thing_id = $1', [id])
      for (const { device } of rows) devices.add(device)
    }
    return addIgnored(client, by, { ...request, devices: [...devices] })
  })
}

type Additions = { readonly devices: readonly string[]; readonly topics: readonly string[]; readonly note: string }

/** In the transaction of the caller. @returns how many were not ignored before */
export async function addIgnored(client: PoolClient, by: Actor, { devices, topics, note }: Additions): Promise<number> {
  for (const topic of topics) {
    const problem = topic === '#' ? '"#" would ignore every message' : filterProblem(topic)
    if (problem) throw new AppError('VALUE_INVALID', `topics: ${problem}`)
  }
  let added = 0
  for (const [kind, names] of [
    ['device', devices],
    ['topic', topics],
  ] as const) {
    if (names.length === 0) continue
    const { rowCount } = await client.query(
      `insert into ignored (kind, name, note, who) select $1, n, $3, $4 from unnest($2::text[]) as n on conflict do nothing`,
      [kind, names, note, publicNameOf(by)],
    )
    added += rowCount ?? 0
    const { rows } = await client.query<{ n: number }>('select count(*)::int as n from ignored where kind = $1', [kind])
    if ((rows[0]?.n ?? 0) > MAX_IGNORED[kind])
      throw new AppError('VALUE_INVALID', `at most ${MAX_IGNORED[kind]} of kind ${kind} can be ignored`)
  }
  await client.query('delete from pending_device where device = any($1::text[]) and approved_at is null', [devices])
  const subject = devices.length + topics.length === 1 ? (devices[0] ?? topics[0] ?? '') : `${added} devices and topics`
  await recordChange(client, { by, action: 'ignore.add', subject, after: { added, topics, note } })
  return added
}

export type Unignored = { readonly kind: 'device' | 'topic'; readonly name: string }

/** Takes an entry off the list. @throws AppError NOT_FOUND, OUTSIDE_RESTRICTION */
export async function unignore(pool: Pool, by: Actor, id: number): Promise<Unignored> {
  requireUnrestricted(by, 'the list of ignored devices')
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<Unignored>('delete from ignored where id = $1 returning kind, name', [id])
    const entry = rows[0]
    if (!entry) throw new AppError('NOT_FOUND', `ignored device or topic ${id}`)
    await recordChange(client, { by, action: 'ignore.remove', subject: entry.name, before: entry })
    return entry
  })
}
