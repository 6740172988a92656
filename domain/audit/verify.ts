import type { Queryable } from '#infra/db/pool.ts'

/** The newest row of the audit log. Written down elsewhere, it shows later that nothing before it was replaced. */
export type AuditHead = { readonly id: number; readonly hash: string }

export type AuditVerification = {
  readonly entries: number
  readonly head: AuditHead
  /** what does not hold, a few of it, oldest first */
  readonly problems: readonly string[]
}

const MAX_PROBLEMS = 10

const BROKEN = `
  with chain as (
    select id, at, content, previous, hash,
           coalesce(lag(id) over (order by id), 0) as id_before,
           coalesce(lag(hash) over (order by id), decode(repeat('00', 32), 'hex')) as hash_before
    from audit_entry
  )
  select case
           when id <> id_before + 1 then 'entries ' || id_before + 1 || ' to ' || id - 1 || ' are missing'
           when previous <> hash_before then 'entry ' || id || ' does not follow entry ' || id_before
           else 'entry ' || id || ' was changed: its hash is not that of its content'
         end as problem
  from chain
  where id <> id_before + 1 or previous <> hash_before or hash <> audit_hash(previous, id, at, content)
  order by id limit ${MAX_PROBLEMS}`

// Erased personal data leaves its commitment behind; what is there has to match it.
const EXCHANGED = `
  select 'personal data of entry ' || p.entry_id || ' (' || p.field || ') is not what was recorded' as problem
  from audit_personal p join audit_entry e on e.id = p.entry_id
  where e.content #>> array['personal', p.field] is distinct from audit_commitment(p.salt, p.value)
  order by p.entry_id limit ${MAX_PROBLEMS}`

const HEAD = `
  select h.id, encode(h.hash, 'hex') as hash, e.id as "newestId", encode(e.hash, 'hex') as "newestHash",
         (select count(*) from audit_entry) as entries
  from audit_head h left join lateral (select id, hash from audit_entry order by id desc limit 1) e on true`

type HeadRow = AuditHead & { newestId: number | null; newestHash: string | null; entries: number }

/**
 * Recomputes every hash of the audit log.
 * @param anchor a head that was written down earlier
 */
export async function verifyAudit(db: Queryable, anchor?: AuditHead): Promise<AuditVerification> {
  const broken = await db.query<{ problem: string }>(BROKEN)
  const exchanged = await db.query<{ problem: string }>(EXCHANGED)
  const { rows } = await db.query<HeadRow>(HEAD)
  const head = rows[0] ?? { id: 0, hash: '', newestId: null, newestHash: null, entries: 0 }
  const ends: string[] = []
  if (head.id !== (head.newestId ?? 0))
    ends.push(`the newest entry is ${head.newestId ?? 0}; ${head.id} was the last one written`)
  else if (head.newestHash !== null && head.hash !== head.newestHash)
    ends.push(`entry ${head.id} is not the one that was written last`)
  if (anchor && !(await hasEntry(db, anchor)))
    ends.push(`entry ${anchor.id} does not have the hash ${anchor.hash} that was given`)
  const problems = [...[...broken.rows, ...exchanged.rows].map(({ problem }) => problem), ...ends]
  return { entries: head.entries, head: { id: head.id, hash: head.hash }, problems: problems.slice(0, MAX_PROBLEMS) }
}

async function hasEntry(db: Queryable, { id, hash }: AuditHead): Promise<boolean> {
  const { rows } = await db.query(`select from audit_entry where id = $1 and encode(hash, 'hex') = $2`, [id, hash])
  return rows.length > 0
}
