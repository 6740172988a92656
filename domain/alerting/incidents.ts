import type { PoolClient } from '#infra/db/pool.ts'
import type { ClosedReason, Severity, SubjectKind } from '#model/alerting/states.ts'
import { severityRank } from '#model/alerting/states.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'
import { enqueueNotifications } from '../notifications/enqueue.ts'
import type { Transition } from './machine.ts'

/** What an incident is about, as it is when it opens. */
export type Subject = {
  readonly kind: SubjectKind
  /** key of a Thing or zone; `gateway:<id>`, `source:<format>`; a system measure; '' for the city */
  readonly id: string
  readonly name: string
  readonly thingId: number | null
  readonly zoneId: number | null
  readonly zoneKey: string | null
  readonly owner: string | null
  readonly affectedThings: number
  readonly affectedPeople: number | null
  /** of a cause: keys of the Things that it covers */
  readonly things?: readonly string[]
}
/** What is measured, for messages. */
export type Measured = {
  readonly property?: string | undefined
  /** UCUM */
  readonly unit?: string | undefined
  /** threshold of a severity */
  readonly thresholdOf: (severity: Severity) => number | undefined
}
export type RuleHead = { readonly id: string; readonly name: string }

type Row = {
  readonly id: number
  readonly rule_id: string
  readonly rule_name: string
  readonly subject_kind: SubjectKind
  readonly subject_id: string
  readonly subject_name: string
  readonly zone: string | null
  readonly owner: string | null
  readonly severity: Severity
  readonly started_at: Date
  readonly ended_at: Date | null
  readonly property: string | null
  readonly unit: string | null
  readonly value: number | null
  readonly threshold: number | null
  readonly affected_things: number
}
const ROW = `i.id, i.rule_id, i.rule_name, i.subject_kind, i.subject_id, i.subject_name,
  (select z.key from zone z where z.id = i.zone_id) as zone, i.owner, i.severity, i.started_at, i.ended_at,
  i.property, i.unit, i.value, i.threshold, i.affected_things`

const dateOf = (ms: number): Date => new Date(ms)

export type Context = {
  readonly rule: RuleHead
  readonly subject: Subject
  readonly measured: Measured
  readonly now: Date
}

/**
 * Writes what a step of the state machine found: incident, history and notifications, in the caller's transaction.
 * @param open id of the open incident of this instance
 * @returns id of the incident that is open afterwards; null without one
 */
export async function recordTransitions(
  client: PoolClient,
  context: Context,
  transitions: readonly Transition[],
  open: number | null,
): Promise<number | null> {
  let id = open
  for (const transition of transitions) {
    if (id === null) {
      if (!OPENING.has(transition.event)) continue
      id = await insertIncident(client, context, transition)
    }
    await updateIncident(client, context, id, transition)
    await recordEvent(client, context, id, transition)
    if (isEnd(transition)) id = null
  }
  return id
}

const OPENING: ReadonlySet<Transition['event']> = new Set(['opened', 'flapping', 'no_data'])
/** Conditions that the history shows between messages. */
const SHOWN: ReadonlySet<string> = new Set(['firing', 'recovering', 'no_data'])
const isEnd = ({ event, endedAt }: Transition): boolean =>
  endedAt !== null && (event === 'resolved' || event === 'back')

const MAX_LISTED_THINGS = 500

async function recordEvent(
  client: PoolClient,
  { now, subject }: Context,
  id: number,
  transition: Transition,
): Promise<void> {
  const { event, from, to, severity, value } = transition
  if (event === null && (from === to || !SHOWN.has(to))) return
  const at = dateOf(transition.at)
  const notified = event === null ? 0 : await notify(client, id, { kind: event, at }, now)
  const detail = event === 'opened' && subject.things ? { things: subject.things.slice(0, MAX_LISTED_THINGS) } : {}
  await addEvent(client, id, { kind: event ?? to, at, notified, condition: to, severity, value, detail })
}

const INSERT = `
  insert into incident (rule_id, rule_name, subject_kind, subject_id, subject_name, thing_id, zone_id, owner, condition,
    severity, max_severity, started_at, opened_at, property, unit, value, threshold, affected_things, affected_people)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, $12, $13, $14, $15, $16, $17, $18)
  on conflict (rule_id, subject_kind, subject_id) where closed_at is null do update set updated_at = excluded.opened_at
  returning id`

async function insertIncident(
  client: PoolClient,
  { rule, subject, measured, now }: Context,
  { severity, startedAt, at, value, to }: Transition,
): Promise<number> {
  const level = severity ?? 'warning'
  const { rows } = await client.query<{ id: number }>(INSERT, [
    ...[rule.id, rule.name, subject.kind, subject.id, subject.name, subject.thingId, subject.zoneId, subject.owner],
    ...[to, level, dateOf(startedAt ?? at), now, measured.property ?? null, measured.unit ?? null],
    ...[value, measured.thresholdOf(level) ?? null, subject.affectedThings, subject.affectedPeople],
  ])
  const [row] = rows
  if (!row) throw new Error('an incident is inserted or is there')
  return row.id
}

const UPDATE = `
  update incident set condition = $2, severity = coalesce($3, severity),
    max_severity = case when $4 > array_position(array['info', 'warning', 'critical'], max_severity) then coalesce($3, max_severity) else max_severity end,
    value = coalesce($5, value), threshold = coalesce($6, threshold), flapping = flapping or $7, updated_at = $8,
    ended_at = $9, closed_at = case when $9::timestamptz is null then null else $8::timestamptz end,
    closed_reason = case when $9::timestamptz is null then null else 'resolved' end,
    handling = case when $9::timestamptz is null then handling else 'closed' end
  where id = $1 and closed_at is null`

async function updateIncident(client: PoolClient, context: Context, id: number, transition: Transition): Promise<void> {
  const { to, severity, value, event, endedAt } = transition
  await client.query(UPDATE, [
    ...[id, to, severity, severity === null ? 0 : severityRank(severity) + 1, value],
    severity === null ? null : (context.measured.thresholdOf(severity) ?? null),
    ...[event === 'flapping', context.now, isEnd(transition) && endedAt !== null ? dateOf(endedAt) : null],
  ])
}

type EventRow = {
  readonly kind: string
  readonly at: Date
  readonly condition?: string | null
  readonly severity?: string | null
  readonly value?: number | null
  readonly who?: string
  readonly note?: string | undefined
  readonly notified?: number
  readonly detail?: Readonly<Record<string, unknown>>
}

export async function addEvent(client: PoolClient, incidentId: number, event: EventRow): Promise<void> {
  const { kind, at, condition, severity, value, who, note, notified, detail } = event
  await client.query(
    `insert into incident_event (incident_id, at, kind, condition, severity, value, who, note, notified, detail)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      ...[incidentId, at, kind, condition ?? null, severity ?? null, value ?? null],
      ...[who ?? null, note ?? null, notified ?? 0, JSON.stringify(detail ?? {})],
    ],
  )
}

type Notice = Pick<NotificationEvent, 'kind' | 'closedReason'> & { readonly at: Date }

/** Puts what happened to an incident into the outbox. @returns how many messages */
export async function notify(client: PoolClient, id: number, notice: Notice, now: Date): Promise<number> {
  const { rows } = await client.query<Row>(`select ${ROW} from incident i where i.id = $1`, [id])
  const [row] = rows
  return row ? enqueueNotifications(client, eventOf(row, notice), now) : 0
}

function eventOf(row: Row, { kind, closedReason, at }: Notice): NotificationEvent {
  const known = <K extends string, V>(key: K, value: V | null): { [k in K]?: V } =>
    (value === null ? {} : { [key]: value }) as { [k in K]?: V }
  return {
    ...{ incidentId: String(row.id), kind, severity: row.severity },
    ...(closedReason && { closedReason }),
    ...{ at: at.toISOString(), startedAt: row.started_at.toISOString() },
    ...(row.ended_at && { endedAt: row.ended_at.toISOString() }),
    rule: { id: row.rule_id, name: row.rule_name },
    subject: { kind: row.subject_kind, id: row.subject_id || row.subject_kind, name: row.subject_name },
    ...known('zoneId', row.zone),
    ...known('owner', row.owner),
    ...known('property', row.property),
    ...known('value', row.value),
    ...known('unit', row.unit),
    ...known('threshold', row.threshold),
    affectedThings: row.affected_things,
  }
}

type Closing = {
  readonly reason: Exclude<ClosedReason, 'resolved'>
  readonly now: Date
  readonly who?: string
  readonly note?: string | undefined
  readonly causeId?: number
}

const CLOSE = `
  update incident set handling = 'closed', closed_at = $2, closed_reason = $3, ended_at = coalesce(ended_at, $2),
    updated_at = $2, cause_id = coalesce($4, cause_id)
  where id = any($1::bigint[]) and closed_at is null
  returning id, condition, severity`

/** Ends open incidents for another reason than their condition; whoever was notified of them is notified of that. */
export async function closeIncidents(client: PoolClient, ids: readonly number[], closing: Closing): Promise<number> {
  if (ids.length === 0) return 0
  const { reason, now, who, note, causeId } = closing
  const { rows } = await client.query<{ id: number; condition: string; severity: Severity }>(CLOSE, [
    ids,
    now,
    reason,
    causeId ?? null,
  ])
  for (const { id, condition, severity } of rows) {
    const closedReason = reason === 'closed_by_person' ? undefined : reason
    const notified = await notify(client, id, { kind: 'closed', at: now, ...(closedReason && { closedReason }) }, now)
    const detail = { reason, ...(causeId !== undefined && { causeId: String(causeId) }) }
    await addEvent(client, id, {
      kind: 'closed',
      at: now,
      condition,
      severity,
      notified,
      detail,
      ...(who && { who }),
      note,
    })
  }
  return rows.length
}
