import type { Queryable } from '#infra/db/pool.ts'
import { nameCodeOf } from '#model/alerting/default-names.ts'
import { subjectNameOf } from '#model/alerting/subject-name.ts'
import type { Incident, IncidentsResponse, TimelineEntry } from '#model/api/alerts.ts'
import { AppError } from '#model/basics/errors.ts'

type Row = Omit<Incident, 'rule' | 'subject' | 'location' | 'id' | 'causeId' | 'durationSeconds'> & {
  readonly id: number
  readonly ruleId: string
  readonly ruleName: string
  readonly ruleKind: Incident['rule']['kind']
  readonly subjectKind: Incident['subject']['kind']
  readonly subjectId: string
  readonly subjectName: string
  readonly lon: number | null
  readonly lat: number | null
  readonly causeId: number | null
}
const DATES = ['startedAt', 'endedAt', 'openedAt', 'closedAt', 'acknowledgedAt', 'updatedAt'] as const

const SELECT = `
  select i.id, i.rule_id as "ruleId", i.rule_name as "ruleName",
         r.definition -> 'condition' ->> 'kind' as "ruleKind", i.subject_kind as "subjectKind",
         i.subject_id as "subjectId", i.subject_name as "subjectName", z.key as zone, t.lon, t.lat, i.owner,
         i.condition, i.severity, i.max_severity as "maxSeverity", i.handling, i.started_at as "startedAt",
         i.ended_at as "endedAt", i.opened_at as "openedAt", i.closed_at as "closedAt", i.closed_reason as "closedReason",
         i.property, i.unit, i.value, i.threshold, i.affected_things as "affectedThings",
         i.affected_people as "affectedPeople", i.flapping, i.acknowledged_by as "acknowledgedBy",
         i.acknowledged_at as "acknowledgedAt", i.assigned_to as "assignedTo", i.cause_id as "causeId",
         i.updated_at as "updatedAt"`
const FROM = `from incident i left join thing t on t.id = i.thing_id left join zone z on z.id = i.zone_id
  left join alert_rule r on r.id = i.rule_id`

export type IncidentFilter = {
  readonly state: 'open' | 'closed' | 'all'
  readonly severity?: string | undefined
  readonly rule?: string | undefined
  readonly thing?: string | undefined
  readonly zone?: string | undefined
  readonly handling?: string | undefined
  readonly limit: number
  /** id of the last incident of the page before */
  readonly after?: number | undefined
}

// Open before closed; open ones by severity, affected people and how long they last; closed ones by when they were closed.
const LIST = `
  with ranked as (
    ${SELECT}, row_number() over (
      order by i.closed_at is not null, i.closed_at desc,
               array_position(array['critical', 'warning', 'info'], i.severity), i.affected_people desc nulls last,
               i.started_at, i.id) as rank
    ${FROM}
    where ($1 = 'all' or (i.closed_at is null) = ($1 = 'open'))
      and ($2::text is null or i.severity = $2)
      and ($3::text is null or i.rule_id = $3)
      and ($4::text is null or i.subject_kind = 'thing' and i.subject_id = $4)
      and ($5::text is null or z.key = $5)
      and ($6::text is null or i.handling = $6)
  )
  select * from ranked
  where rank > coalesce((select rank from ranked where id = $7), 0)
  order by rank limit $8`

export async function selectIncidents(db: Queryable, filter: IncidentFilter, now: Date): Promise<Incident[]> {
  const { state, severity, rule, thing, zone, handling, after, limit } = filter
  const { rows } = await db.query<Row>(LIST, [
    ...[state, severity ?? null, rule ?? null, thing ?? null, zone ?? null, handling ?? null],
    ...[after ?? null, limit],
  ])
  return rows.map((row) => incidentOf(row, now))
}

export async function countOpen(db: Queryable): Promise<IncidentsResponse['open']> {
  const { rows } = await db.query<{ severity: keyof IncidentsResponse['open']; n: number }>(
    `select severity, count(*) as n from incident where closed_at is null group by 1`,
  )
  return { info: 0, warning: 0, critical: 0, ...Object.fromEntries(rows.map(({ severity, n }) => [severity, n])) }
}

/** @throws AppError INCIDENT_UNKNOWN */
export async function requireIncident(db: Queryable, id: number, now: Date): Promise<Incident> {
  const { rows } = await db.query<Row>(`${SELECT} ${FROM} where i.id = $1`, [id])
  const [row] = rows
  if (!row) throw new AppError('INCIDENT_UNKNOWN', String(id))
  return incidentOf(row, now)
}

/** For readers who do not work on incidents: who does is not published. */
export const withoutNames = (incident: Incident): Incident => ({ ...incident, acknowledgedBy: null, assignedTo: null })

/** Incidents that changed after an event of the history, and the newest event; for the live feed, so without names. */
export async function changedIncidents(
  db: Queryable,
  afterEvent: number | undefined,
  now: Date,
): Promise<{ incidents: Incident[]; newest: number }> {
  if (afterEvent === undefined) return { incidents: [], newest: await newestEvent(db) }
  const { rows } = await db.query<Row & { newest: number }>(
    `with changed as (
       select incident_id, max(id) as newest from incident_event where id > $1 group by 1 order by 2 limit 500
     )
     ${SELECT}, changed.newest ${FROM} join changed on changed.incident_id = i.id order by changed.newest`,
    [afterEvent],
  )
  const incidents = rows.map(({ newest: _, ...row }) => withoutNames(incidentOf(row, now)))
  return { incidents, newest: Math.max(afterEvent, ...rows.map(({ newest }) => newest)) }
}

async function newestEvent(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ id: number }>(`select coalesce(max(id), 0) as id from incident_event`)
  return rows[0]?.id ?? 0
}

function incidentOf(row: Row, now: Date): Incident {
  const { id, ruleId, ruleName, ruleKind, subjectKind, subjectId, subjectName, lon, lat, causeId, ...rest } = row
  const { startedAt, endedAt, ...others } = isoDates(rest)
  const end = endedAt === null ? now.getTime() : Date.parse(endedAt)
  return {
    ...{ ...others, startedAt, endedAt, id: String(id) },
    rule: { id: ruleId, name: ruleName, nameCode: nameCodeOf({ id: ruleId, name: ruleName }), kind: ruleKind },
    subject: { kind: subjectKind, id: subjectId, name: subjectName, ...codesOf({ kind: subjectKind, id: subjectId }) },
    location: lon === null || lat === null ? null : [lon, lat],
    durationSeconds: Math.max(0, Math.round((end - Date.parse(startedAt)) / 1000)),
    causeId: causeId === null ? null : String(causeId),
  }
}

const codesOf = (
  subject: Pick<Incident['subject'], 'kind' | 'id'>,
): Pick<Incident['subject'], 'nameCode' | 'nameKey'> => {
  const named = subjectNameOf(subject)
  return { nameCode: named?.code ?? null, nameKey: named?.key ?? '' }
}

/** pg hands dates over as Date. */
function isoDates<T extends Record<(typeof DATES)[number], unknown>>(row: T): T {
  const dates = DATES.map((name) => [name, (row[name] as Date | null)?.toISOString() ?? null])
  const { rank: _, ...rest } = { ...row, ...Object.fromEntries(dates) } as T & { rank?: number }
  return rest as unknown as T
}

type EventRow = Omit<TimelineEntry, 'id' | 'at' | 'recordedAt'> & {
  readonly id: number
  readonly at: Date
  readonly recordedAt: Date
}
const MAX_EVENTS = 500

/** The newest 500 entries, in the order in which they were recorded. */
export async function selectTimeline(db: Queryable, id: number): Promise<TimelineEntry[]> {
  const { rows } = await db.query<EventRow>(
    `select * from (
       select id, at, recorded_at as "recordedAt", kind, condition, severity, value, who, note, notified, detail
       from incident_event where incident_id = $1 order by id desc limit ${MAX_EVENTS}
     ) newest order by id`,
    [id],
  )
  return rows.map((row) => ({
    ...row,
    ...{ id: String(row.id), at: row.at.toISOString(), recordedAt: row.recordedAt.toISOString() },
  }))
}
