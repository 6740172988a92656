import { audit } from '#domain/audit/audit.ts'
import type { Queryable } from '#infra/db/pool.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import type { ChangesResponse } from '#model/api/registry.ts'

export type Change = {
  readonly by: Actor
  readonly action: string
  /** key of the Thing as it was named then, or the field of a mapping */
  readonly subject: string
  readonly before?: unknown
  readonly after?: unknown
}

/**
 * Records who changed what, and makes every ingest worker reload the registry (ingest/registry/registry-rules.ts polls the
 * version), and audits it. Call it at the end of the transaction of the change.
 */
export async function recordChange(db: Queryable, { by, action, subject, before, after }: Change): Promise<void> {
  await db.query(
    `insert into registry_change (who, action, subject, before, after) values ($1, $2, $3, $4::jsonb, $5::jsonb)`,
    [publicNameOf(by), action, subject, json(before), json(after)],
  )
  await db.query('update registry_version set version = version + 1, changed_at = now()')
  await audit(db, { by, action, subject, before, after })
}

const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value))

type Row = { id: number; at: Date } & Omit<ChangesResponse['changes'][number], 'id' | 'at'>

/** A page of changes, newest first; `before` is the id that ended the page before. */
export async function selectChanges(
  db: Queryable,
  { subject, before, limit }: { subject?: string | undefined; before: number | null; limit: number },
): Promise<ChangesResponse['changes']> {
  const { rows } = await db.query<Row>(
    `select id, at, who, action, subject, before, after from registry_change
     where ($1::text is null or subject = $1) and ($2::bigint is null or id < $2)
     order by id desc limit $3`,
    [subject ?? null, before, limit],
  )
  return rows.map((row) => ({ ...row, id: String(row.id), at: row.at.toISOString() }))
}

/** Milliseconds since the registry was last changed, by the clock of the database. */
export async function selectChangeAge(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ age: number }>(
    'select extract(epoch from clock_timestamp() - changed_at)::float8 * 1000 as age from registry_version',
  )
  return rows[0]?.age ?? Number.POSITIVE_INFINITY
}
