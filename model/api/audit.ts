import { z } from 'zod'

const instant = z.iso.datetime({ offset: true })

/** GET /api/v1/audit: one change, as the audit log keeps it. Names and network are null once they were erased. */
export const auditEntry = z.object({
  id: z.string(),
  at: instant,
  action: z.string(),
  actor: z.object({
    kind: z.string(),
    id: z.string().nullable(),
    role: z.string(),
    name: z.string().nullable(),
  }),
  network: z.string().nullable(),
  subject: z.string().nullable(),
  subjectName: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
  requestId: z.string().nullable(),
  hash: z.string(),
})
export type AuditRecord = z.infer<typeof auditEntry>
export const auditResponse = z.object({ entries: z.array(auditEntry), next: z.string().nullable() })

/** GET /api/v1/audit/verification?id&hash */
export const auditVerification = z.object({
  holds: z.boolean(),
  entries: z.int(),
  head: z
    .object({ id: z.int(), hash: z.string() })
    .describe('write it down elsewhere, and pass it as id and hash later'),
  problems: z.array(z.string()),
})
