import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { DATA_QUALITIES } from '#model/api/indicators.ts'
import type { HistoryResponse } from '#model/api/reports.ts'

/** The latest version of a value that the city reported for one year. */
export type ReportedVersion = {
  readonly code: string
  readonly dataPoint: string
  readonly period: string
  readonly numerator: number | null
  readonly denominator: number | null
  /** null where it follows from numerator and denominator */
  readonly value: number | null
  readonly unit: string
  readonly source: string
  readonly dataQuality: (typeof DATA_QUALITIES)[number]
  readonly verified: boolean
  readonly note: string
}

const NEWEST = `
  select distinct on (code, data_point, period)
         code, data_point as "dataPoint", period, numerator, denominator, value, unit, source,
         data_quality as "dataQuality", verified, note
  from reported_value
  where period = any($1::text[]) and zone_key = ''
  order by code, data_point, period, id desc`

/** Newest versions for the city as a whole, of all the given periods. */
export async function selectNewest(db: Queryable, periods: readonly string[]): Promise<ReportedVersion[]> {
  return (await db.query<ReportedVersion>(NEWEST, [periods])).rows
}

const INSERT = `
  insert into reported_value
    (code, data_point, period, numerator, denominator, value, unit, source, data_quality, verified, note, simulated, recorded_by)
  select code, "dataPoint", period, numerator, denominator, value, unit, source, "dataQuality", verified, note, $2, $3
  from jsonb_to_recordset($1::jsonb) as r
    (code text, "dataPoint" text, period text, numerator float8, denominator float8, value float8, unit text,
     source text, "dataQuality" text, verified boolean, note text)`
/** Two uploads at the same time would each compare with what the other replaces. */
const LOCK = `select pg_advisory_xact_lock(hashtext('reported_value'))`

/**
 * Records the rows that `choose` picks when it sees what is known, all of them or none.
 * @returns how many were recorded
 */
export async function recordVersions(
  pool: Pool,
  { period, by, simulated }: { period: string; by: string; simulated: boolean },
  choose: (known: readonly ReportedVersion[]) => readonly ReportedVersion[],
): Promise<number> {
  return inTransaction(pool, async (client) => {
    await client.query(LOCK)
    const rows = choose(await selectNewest(client, [period]))
    if (rows.length > 0) await client.query(INSERT, [JSON.stringify(rows), simulated, by])
    return rows.length
  })
}

const HISTORY = `
  select id, recorded_at as at, recorded_by as by, data_point as "dataPoint", zone_key as zone, numerator, denominator,
         value, unit, source, data_quality as "dataQuality", verified, note
  from reported_value
  where code = $1 and period = $2
  order by id desc
  limit 1000`
const COMPARED = ['numerator', 'denominator', 'value', 'unit', 'source', 'dataQuality', 'verified', 'note'] as const
type Row = Omit<HistoryResponse['versions'][number], 'at' | 'changed'> & { at: Date }

/** Every version of an indicator's values for a period, newest first, with what changed, when and by whom. */
export async function selectHistory(db: Queryable, code: string, period: string): Promise<HistoryResponse['versions']> {
  const { rows } = await db.query<Row>(HISTORY, [code, period])
  return rows.map((row, index) => {
    const before = rows.slice(index + 1).find(({ dataPoint, zone }) => dataPoint === row.dataPoint && zone === row.zone)
    const changed = before ? COMPARED.filter((field) => before[field] !== row[field]) : []
    return { ...row, at: row.at.toISOString(), changed }
  })
}
