import type { Queryable } from '#infra/db/pool.ts'
import type { ReportedValueBody } from '#model/api/indicators.ts'
import { localMonth, type Period } from '#model/basics/period.ts'

/** The latest version of a value that the city reported. */
export type Reported = {
  readonly id: number
  readonly code: string
  readonly dataPoint: string
  readonly zone: string
  readonly period: string
  readonly numerator: number | null
  readonly denominator: number | null
  readonly value: number
  readonly unit: string
  readonly source: string
  readonly dataQuality: string
  readonly verified: boolean
  readonly simulated: boolean
}

const NEWEST = `
  select distinct on (code, data_point, zone_key, period)
         id, code, data_point as "dataPoint", zone_key as zone, period, numerator, denominator, value, unit, source,
         data_quality as "dataQuality", verified, simulated
  from reported_value
  where period = any($1::text[])
  order by code, data_point, zone_key, period, id desc`
const INSERT = `
  insert into reported_value
    (code, data_point, zone_key, period, numerator, denominator, value, unit, source, data_quality, verified, note, recorded_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

/**
 * City statistics come by calendar year. A year takes its own value only; any other period (the last 30 days, a month)
 * may show that of the year it ends in or of one of the two years before, and its evidence names the year.
 */
export function labelsFor(period: Period, timeZone: string): string[] {
  if (/^\d{4}$/.test(period.label)) return [period.label]
  // A period that ends at a local New Year belongs to the year before it.
  const { year } = localMonth(new Date(period.to.getTime() - 1), timeZone)
  return [period.label, ...[0, 1, 2].map((back) => String(year - back))]
}

/** The value for a data point and zone ('' for the city) of the period that fits best, undefined where there is none. */
export type ReportedValues = (code: string, dataPoint: string, zone: string) => Reported | undefined

export async function reportedValues(db: Queryable, period: Period, timeZone: string): Promise<ReportedValues> {
  const labels = labelsFor(period, timeZone)
  const { rows } = await db.query<Reported>(NEWEST, [labels])
  const found = new Map(rows.map((row) => [`${row.code}|${row.dataPoint}|${row.zone}|${row.period}`, row]))
  return (code, dataPoint, zone) =>
    labels.map((label) => found.get(`${code}|${dataPoint}|${zone}|${label}`)).find((row) => row !== undefined)
}

/** Keeps a new version of a reported value; earlier versions stay as its history. */
export async function insertReported(
  db: Queryable,
  row: { code: string; period: string; value: number; by: string; body: ReportedValueBody },
): Promise<void> {
  const { dataPoint, zone, numerator, denominator, unit, source, dataQuality, verified, note } = row.body
  await db.query(INSERT, [
    row.code,
    dataPoint,
    zone ?? '',
    row.period,
    numerator ?? null,
    denominator ?? null,
    row.value,
    unit,
    source,
    dataQuality,
    verified,
    note,
    row.by,
  ])
}
