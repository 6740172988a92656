import type { Queryable } from '#infra/db/pool.ts'
import type { AuditRecord } from '#model/api/audit.ts'

export type AuditFilter = {
  /** `thing.change`, or `thing` for all that begin with `thing.` */
  readonly action?: string | undefined
  /** `account:7`, `key` */
  readonly actor?: string | undefined
  readonly subject?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

type Content = {
  readonly actor: { readonly kind: string; readonly id: string | null; readonly role: string }
  readonly before?: unknown
  readonly after?: unknown
  readonly requestId?: string
}
type Row = {
  readonly id: number
  readonly at: Date
  readonly action: string
  readonly subject: string | null
  readonly content: Content
  readonly personal: Readonly<Record<string, string>> | null
  readonly hash: string
  /** what the hash covers, word for word */
  readonly canonical: string
  readonly instant: string
  readonly previous: string
}
export type AuditRow = AuditRecord & { readonly canonical: string; readonly instant: string; readonly previous: string }

const PAGE = `
  select e.id, e.at, e.action, e.subject, e.content, encode(e.hash, 'hex') as hash, encode(e.previous, 'hex') as previous,
         e.content::text as canonical, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as instant,
         (select jsonb_object_agg(p.field, p.value) from audit_personal p where p.entry_id = e.id) as personal
  from audit_entry e
  where ($1::text is null or e.action = $1 or starts_with(e.action, $1 || '.'))
    and ($2::text is null or e.actor_kind || coalesce(':' || e.actor_id, '') = $2)
    and ($3::text is null or e.subject = $3)
    and ($4::timestamptz is null or e.at >= $4) and ($5::timestamptz is null or e.at < $5)
    and ($6::bigint is null or e.id < $6)
  order by e.id desc limit $7`

/** A page of the audit log, newest first; `before` is the id that ended the page before. */
export async function selectAudit(
  db: Queryable,
  { action, actor, subject, from, to }: AuditFilter,
  { before, limit }: { before: number | null; limit: number },
): Promise<AuditRow[]> {
  const values = [action ?? null, actor ?? null, subject ?? null, from ?? null, to ?? null, before, limit]
  const { rows } = await db.query<Row>(PAGE, values)
  return rows.map(({ id, at, content, personal, ...row }) => ({
    id: String(id),
    at: at.toISOString(),
    actor: { ...content.actor, name: personal?.['actor'] ?? null },
    network: personal?.['network'] ?? null,
    subjectName: personal?.['subject'] ?? null,
    before: content.before ?? null,
    after: content.after ?? null,
    requestId: content.requestId ?? null,
    ...row,
  }))
}
