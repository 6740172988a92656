import { createHash } from 'node:crypto'
import type { Queryable } from '#infra/db/pool.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { fullHourAfter, offsetsBetween, parsePeriod } from '#model/basics/period.ts'
import type { Hours } from './hours.ts'

/** Whole hours of a stretch of time. */
export type Span = Pick<Hours, 'from' | 'to'>

type Rollup = 'observation_daily' | 'sound_daily' | 'meter_daily'

/** What is read from every hour of a period and can be put together from its months. Rows are plain JSON. */
export type Family<Row> = {
  readonly name: string
  /** raise it when `load` computes something else */
  readonly version: number
  readonly ids: readonly number[]
  /** whatever else the rows depend on: zones */
  readonly about?: unknown
  /** the daily rollup in which late data shows, and how many days around a month belong to it */
  readonly rollup?: Rollup
  readonly aroundDays?: number
  load(span: Span): Promise<Row[]>
}

// Each day once for all months that look at it, in one pass over the rollup: six times as fast as a pass for each month.
// Hashes are combined without an order, since rows come in any.
const DAYS = (rollup: Rollup): string => `
  select bucket, count(*) || ' ' || bit_xor(hash_record_extended(r, 0)) as print
  from ${rollup} r
  where datastream_id = any($1::int[]) and bucket >= $2 and bucket < $3
  group by bucket order by bucket`
const KEPT = `select month, fingerprint, rows from indicator_month where family = $1 and month = any($2::text[])`
const KEEP = `
  insert into indicator_month (family, month, fingerprint, rows) values ($1, $2, $3, $4)
  on conflict (family, month) do update set
    fingerprint = excluded.fingerprint, rows = excluded.rows, computed_at = now()`

/**
 * The rows of all parts of a period: of every whole local month that is over, as kept or computed anew where something of it
 * changed, and of the hours before and after these.
 */
export async function byMonth<Row>(db: Queryable, family: Family<Row>, hours: Hours, timeZone: string): Promise<Row[]> {
  if (family.ids.length === 0) return []
  const { months, rest } = monthsOf(hours, timeZone)
  const prints = await fingerprintsOf(db, family, months, timeZone)
  const kept = await keptOf<Row>(db, family, months)
  const rows: Row[] = []
  for (const month of months) {
    const cached = kept.get(month.label)
    const fingerprint = prints.get(month.label) ?? ''
    if (cached?.fingerprint === fingerprint) rows.push(...cached.rows)
    else rows.push(...(await renewed(db, family, month, fingerprint)))
  }
  for (const span of rest) rows.push(...(await family.load(span)))
  return rows
}

type Month = Span & { readonly label: string }

async function renewed<Row>(db: Queryable, family: Family<Row>, month: Month, fingerprint: string): Promise<Row[]> {
  const rows = await family.load(month)
  await db.query(KEEP, [family.name, month.label, fingerprint, JSON.stringify(rows)])
  return rows
}

async function keptOf<Row>(db: Queryable, { name }: Family<Row>, months: readonly Month[]) {
  if (months.length === 0) return new Map<string, { fingerprint: string; rows: Row[] }>()
  type Kept = { month: string; fingerprint: string; rows: Row[] }
  const { rows } = await db.query<Kept>(KEPT, [name, months.map(({ label }) => label)])
  return new Map(rows.map((row) => [row.month, row]))
}

/** Of the clock and of the UTC days that a month touches, and of the days around it where the family looks beyond it. */
async function fingerprintsOf<Row>(db: Queryable, family: Family<Row>, months: readonly Month[], timeZone: string) {
  if (months.length === 0) return new Map<string, string>()
  const { ids, aroundDays = 0, rollup = 'observation_daily', version, about = null } = family
  const spans = months.map(({ label, from, to }) => ({
    label,
    // another time zone, or another release of its rules, moves the month and the hours in it
    clock: JSON.stringify([from, to, offsetsBetween(from, to, timeZone)]),
    first: Math.floor(from.getTime() / DAY_MS - aroundDays) * DAY_MS,
    last: Math.ceil(to.getTime() / DAY_MS + aroundDays) * DAY_MS,
  }))
  const [from, to] = [spans[0]?.first ?? 0, spans.at(-1)?.last ?? 0]
  const { rows } = await db.query<{ bucket: Date; print: string }>(DAYS(rollup), [ids, new Date(from), new Date(to)])
  const days = rows.map(({ bucket, print }) => ({ ms: bucket.getTime(), print }))
  const known = JSON.stringify([version, ids, about])
  return new Map(
    spans.map(({ label, clock, first, last }) => {
      const hash = createHash('sha256').update(known).update(clock)
      for (const { ms, print } of days) if (ms >= first && ms < last) hash.update(`\n${ms} ${print}`)
      return [label, hash.digest('base64')]
    }),
  )
}

/** Months that lie wholly in the hours, in their order, and what is left at both ends. */
export function monthsOf({ from, to }: Span, timeZone: string): { months: Month[]; rest: Span[] } {
  const months: Month[] = []
  // Half a day ahead is in the same local month as the first hour, or at its very beginning, whatever the zone.
  const start = new Date(from.getTime() + DAY_MS / 2)
  for (let i = -1; ; i++) {
    const at = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + i, 1))
    const label = at.toISOString().slice(0, 7)
    const period = parsePeriod(label, timeZone, to)
    const month = { label, from: fullHourAfter(period.from, timeZone), to: fullHourAfter(period.to, timeZone) }
    if (month.to > to) break
    if (month.from >= from) months.push(month)
  }
  const [one, end] = [months[0], months.at(-1)]
  if (!one || !end) return { months, rest: from < to ? [{ from, to }] : [] }
  const edges = [
    { from, to: one.from },
    { from: end.to, to },
  ]
  return { months, rest: edges.filter((span) => span.from < span.to) }
}
