import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { SubjectKind } from '#model/alerting/states.ts'
import { type Context, closeIncidents, recordTransitions } from '../incidents.ts'
import { conditionOf, type Transition } from '../machine.ts'
import type { Instance } from './instances.ts'
import { requireLease } from './lease.ts'

/** The instance of a cause, by the names that its incident has. */
export type Cause = { readonly ruleId: string; readonly kind: SubjectKind; readonly id: string }

/** What a pass found for one instance. */
export type Change = {
  readonly before: Instance | undefined
  readonly after: Instance
  readonly ruleVersion: number
  readonly context: Context
  readonly transitions: readonly Transition[]
  /** ends the open incident for another reason than its condition */
  readonly close?: { readonly reason: 'merged_into_cause' | 'thing_retired'; readonly cause?: Cause | undefined }
  /** the instance is gone: its row is deleted */
  readonly remove?: boolean
}
export type Written = { readonly instance: Instance; readonly remove: boolean }

const RULES = `select id, version from alert_rule where id = any($1) and enabled order by id for share`
const OPEN = `select id from incident where id = any($1::bigint[]) and closed_at is null order by id for update`
const UPSERT = `
  insert into alert_state (rule_id, subject_kind, subject_id, condition, severity, incident_id, state, last_at, updated_at)
  select r.rule_id, r.subject_kind, r.subject_id, r.condition, r.severity, r.incident_id, r.state, r.last_at, $2
  from jsonb_to_recordset($1::jsonb) as r (rule_id text, subject_kind text, subject_id text, condition text, severity text,
    incident_id bigint, state jsonb, last_at timestamptz)
  on conflict (rule_id, subject_kind, subject_id) do update set condition = excluded.condition, severity = excluded.severity,
    incident_id = excluded.incident_id, state = excluded.state, last_at = excluded.last_at, updated_at = excluded.updated_at`
const DELETE = `
  delete from alert_state s using jsonb_to_recordset($1::jsonb) as r (rule_id text, subject_kind text, subject_id text)
  where s.rule_id = r.rule_id and s.subject_kind = r.subject_kind and s.subject_id = r.subject_id`

/**
 * Writes state, history, incidents and notifications of several instances in one transaction, or nothing. Nothing is
 * written without the lease, for another version of a rule than was evaluated, nor where a person has closed the incident
 * meanwhile; those instances are evaluated again.
 * @throws LeaseLost
 */
export async function persist(
  pool: Pool,
  term: string | null,
  changes: readonly Change[],
  now: Date,
): Promise<Written[]> {
  return inTransaction(pool, async (client) => {
    const current = await currentChanges(client, term, changes)
    const written: Written[] = []
    for (const change of current) written.push(await write(client, change, now))
    const kept = written.filter(({ remove }) => !remove).map(({ instance }) => rowOf(instance))
    const gone = written.filter(({ remove }) => remove).map(({ instance }) => rowOf(instance))
    if (kept.length > 0) await client.query(UPSERT, [JSON.stringify(kept), now])
    if (gone.length > 0) await client.query(DELETE, [JSON.stringify(gone)])
    return written
  })
}

async function currentChanges(client: PoolClient, term: string | null, changes: readonly Change[]): Promise<Change[]> {
  const ids = [...new Set(changes.map(({ after }) => after.ruleId))]
  const rules = await client.query<{ id: string; version: number }>(RULES, [ids])
  await requireLease(client, term)
  const versions = new Map(rules.rows.map(({ id, version }) => [id, version]))
  const incidentIds = changes.flatMap(({ after }) => after.incidentId ?? [])
  const open = new Set((await client.query<{ id: number }>(OPEN, [incidentIds])).rows.map(({ id }) => id))
  return changes.filter(
    ({ after, ruleVersion }) =>
      versions.get(after.ruleId) === ruleVersion && (after.incidentId === null || open.has(after.incidentId)),
  )
}

async function write(client: PoolClient, change: Change, now: Date): Promise<Written> {
  const { after, context, transitions, close, remove = false } = change
  let incidentId = after.incidentId
  if (close && incidentId !== null) {
    const { reason, cause } = close
    const causeId = cause && (await openIncidentOf(client, cause))
    await closeIncidents(client, [incidentId], { reason, now, ...(causeId !== undefined && { causeId }) })
    incidentId = null
  } else incidentId = await recordTransitions(client, context, transitions, incidentId)
  return { instance: { ...after, incidentId, storedAt: now.getTime() }, remove }
}

/** Causes come before their effects, so that theirs is written. */
async function openIncidentOf(client: PoolClient, { ruleId, kind, id }: Cause): Promise<number | undefined> {
  const { rows } = await client.query<{ id: number }>(
    `select id from incident where rule_id = $1 and subject_kind = $2 and subject_id = $3 and closed_at is null`,
    [ruleId, kind, id],
  )
  return rows[0]?.id
}

function rowOf({ ruleId, subjectKind, subjectId, state, incidentId }: Instance) {
  const severity = state.episode?.notifiedSeverity ?? null
  const lastAt = state.lastAt === null ? null : new Date(state.lastAt).toISOString()
  return {
    ...{ rule_id: ruleId, subject_kind: subjectKind, subject_id: subjectId, condition: conditionOf(state), severity },
    ...{ incident_id: incidentId, state, last_at: lastAt },
  }
}
