import type { Queryable } from '#infra/db/pool.ts'
import type { ThingLedgerResponse } from '#model/api/ingest.ts'
import { requireThing } from './registry.ts'

const MAX_ROWS = 10_000
/** Observations stored before the ledger by Thing existed are under this day. */
const BEFORE = '1970-01-01'

const DAYS = `
  select t.key as thing, l.day::text as day, l.messages, l.stored, l.duplicate, l.conflict, l.rejected
  from thing_ledger l join thing t on t.id = l.thing_id
  where ($1::int is null or l.thing_id = $1) and ($2::date is null or l.day >= $2) and ($3::date is null or l.day <= $3)
  order by l.day desc, t.key
  limit ${MAX_ROWS + 1}`

type Query = { thing?: string | undefined; from?: string | undefined; to?: string | undefined }

/**
 * Outcomes of the observations of each Thing, latest day first.
 * @throws AppError THING_UNKNOWN
 */
export async function selectThingLedger(db: Queryable, { thing, from, to }: Query): Promise<ThingLedgerResponse> {
  const id = thing === undefined ? null : (await requireThing(db, thing)).id
  const { rows } = await db.query<ThingLedgerResponse['days'][number]>(DAYS, [id, from ?? null, to ?? null])
  const days = rows.slice(0, MAX_ROWS).map((row) => ({ ...row, day: row.day === BEFORE ? null : row.day }))
  return { days, truncated: rows.length > MAX_ROWS }
}
