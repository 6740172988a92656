import type { Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { nameCodeOf } from '#model/alerting/default-names.ts'
import type { SubjectKind } from '#model/alerting/states.ts'
import { subjectNameOf } from '#model/alerting/subject-name.ts'
import type { ShiftEntry } from '#model/api/shift-log.ts'

type Person = ShiftEntry['author']
type Incident = ShiftEntry['incidents'][number]
type IncidentThen = Omit<Incident, 'ruleCode' | 'subjectCode' | 'subjectKey'> & {
  readonly ruleId: string
  readonly subjectKind: SubjectKind
  readonly subjectId: string
}
type Row = Pick<ShiftEntry, 'kind' | 'text'> & {
  readonly incidents: readonly IncidentThen[]
  readonly id: number
  readonly at: Date
  readonly writtenAt: Date
  readonly authorAccount: number | null
  readonly authorName: string | null
  readonly authorKind: Person['kind']
  readonly authorRole: Person['role']
  readonly acceptedAt: Date | null
  readonly acceptedName: string | null
  readonly acceptedKind: Person['kind'] | null
  readonly acceptedRole: Person['role'] | null
  readonly isLatest: boolean
}

const SELECT = `
  select e.id, e.kind, e.at, e.written_at as "writtenAt", e.text, e.author_account as "authorAccount",
         author.name as "authorName", e.author_kind as "authorKind", e.author_role as "authorRole",
         e.accepted_at as "acceptedAt", accepted.name as "acceptedName", e.accepted_kind as "acceptedKind",
         e.accepted_role as "acceptedRole",
         not exists (select from shift_entry l where l.kind = 'handover' and l.id > e.id) as "isLatest",
         coalesce((
           select jsonb_agg(jsonb_build_object(
                    'id', i.id::text, 'rule', i.rule_name, 'ruleId', i.rule_id, 'subject', i.subject_name,
                    'subjectKind', i.subject_kind, 'subjectId', i.subject_id, 'severity', s.severity,
                    'condition', s.condition, 'handling', s.handling, 'open', i.closed_at is null)
                  order by array_position(array['critical', 'warning', 'info'], s.severity), i.id)
           from shift_entry_incident s join incident i on i.id = s.incident_id where s.entry_id = e.id), '[]') as incidents
  from shift_entry e
  left join account author on author.id = e.author_account
  left join account accepted on accepted.id = e.accepted_account`

type Page = { readonly before: number | undefined; readonly incident: string | undefined; readonly limit: number }

/** Newest first. */
export async function selectEntries(
  db: Queryable,
  actor: Actor,
  { before, incident, limit }: Page,
): Promise<ShiftEntry[]> {
  const { rows } = await db.query<Row>(
    `${SELECT}
     where ($1::bigint is null or e.id < $1)
       and ($2::bigint is null or exists (
         select from shift_entry_incident s where s.entry_id = e.id and s.incident_id = $2))
     order by e.id desc limit $3`,
    [before ?? null, incident ?? null, limit],
  )
  return rows.map((row) => entryOf(row, actor))
}

export async function selectEntry(db: Queryable, actor: Actor, id: number): Promise<ShiftEntry | null> {
  const { rows } = await db.query<Row>(`${SELECT} where e.id = $1`, [id])
  return rows[0] ? entryOf(rows[0], actor) : null
}

/** The newest hand-over, while nobody has accepted it. */
export async function selectWaiting(db: Queryable, actor: Actor): Promise<ShiftEntry | null> {
  const { rows } = await db.query<Row>(`${SELECT} where e.kind = 'handover' order by e.id desc limit 1`)
  const [row] = rows
  return row && row.acceptedAt === null ? entryOf(row, actor) : null
}

export async function selectRevision(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ revision: number }>(`select revision from shift_log_revision`)
  return rows[0]?.revision ?? 0
}

function incidentOf({ ruleId, subjectKind, subjectId, ...incident }: IncidentThen): Incident {
  const named = subjectNameOf({ kind: subjectKind, id: subjectId })
  return {
    ...incident,
    ...{ subjectCode: named?.code ?? null, subjectKey: named?.key ?? '' },
    ruleCode: nameCodeOf({ id: ruleId, name: incident.rule }),
  }
}

function entryOf(row: Row, actor: Actor): ShiftEntry {
  const { id, kind, at, writtenAt, text, authorAccount, acceptedAt, acceptedKind, acceptedRole } = row
  const isAccepted = acceptedAt !== null && acceptedKind !== null && acceptedRole !== null
  return {
    ...{ id: String(id), kind, text },
    incidents: row.incidents.map(incidentOf),
    ...{ at: at.toISOString(), writtenAt: writtenAt.toISOString() },
    author: { name: row.authorName, kind: row.authorKind, role: row.authorRole },
    own: actor.kind === 'account' && String(authorAccount) === actor.id,
    handover:
      kind === 'note'
        ? null
        : {
            state: isAccepted ? 'accepted' : row.isLatest ? 'waiting' : 'replaced',
            acceptedAt: acceptedAt?.toISOString() ?? null,
            acceptedBy: isAccepted ? { name: row.acceptedName, kind: acceptedKind, role: acceptedRole } : null,
          },
  }
}
