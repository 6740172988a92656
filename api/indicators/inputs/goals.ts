import type { Queryable } from '#infra/db/pool.ts'
import type { Goal, GoalBody } from '#model/indicators/goals.ts'

const NEWEST = `
  select * from (
    select distinct on (code, data_point)
           code, data_point as "dataPoint", benchmark, target, target_year as "targetYear", baseline_year as "baselineYear",
           source, recorded_by as "recordedBy", recorded_at as "recordedAt"
    from indicator_goal order by code, data_point, id desc
  ) newest where benchmark is not null or target is not null`
const INSERT = `
  insert into indicator_goal (code, data_point, benchmark, target, target_year, baseline_year, source, recorded_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`

export const goalKey = (code: string, dataPoint: string): string => `${code}|${dataPoint}`

/** The goals in force, by goalKey. */
export async function goals(db: Queryable): Promise<ReadonlyMap<string, Goal>> {
  const { rows } = await db.query<Omit<Goal, 'recordedAt'> & { recordedAt: Date }>(NEWEST)
  return new Map(
    rows.map((row) => [goalKey(row.code, row.dataPoint), { ...row, recordedAt: row.recordedAt.toISOString() }]),
  )
}

/** Stores a new version; without benchmark and target the goal is withdrawn. */
export async function insertGoal(db: Queryable, code: string, body: GoalBody, by: string): Promise<void> {
  const { dataPoint, benchmark, target, targetYear, baselineYear, source } = body
  await db.query(INSERT, [code, dataPoint, benchmark, target, targetYear, baselineYear, source, by])
}
