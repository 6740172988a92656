import { Readable } from 'node:stream'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { audit } from '#domain/audit/audit.ts'
import { verifyAudit } from '#domain/audit/verify.ts'
import type { Pool } from '#infra/db/pool.ts'
import { auditResponse, auditVerification } from '#model/api/audit.ts'
import { AppError } from '#model/basics/errors.ts'
import { cursorParam, readCursor, writeCursor } from '../../http/cursor.ts'
import { forbidStoring } from '../../http/no-store.ts'
import { windowParams } from '../../http/params.ts'
import { type AuditFilter, type AuditRow, selectAudit } from '../../queries/audit.ts'
import { type Cell, writeCsv } from '../../reports/table.ts'
import type { ApiDeps } from '../../routes/deps.ts'

const tags = ['access']
const EXPORT_BATCH = 1_000
const CSV = 'text/csv; charset=utf-8'
const LINES = 'application/x-ndjson; charset=utf-8'

const filters = {
  action: z.string().min(1).max(100).optional().describe('`thing.change`, or `thing` for all of them'),
  actor: z.string().min(1).max(100).optional().describe('`account:7`, `token:3`, `key`, `command`, `anonymous`'),
  subject: z.string().min(1).max(300).optional().describe('key of a Thing, `account:7`, …'),
  ...windowParams,
}
const file = z.any().meta({ type: 'string', format: 'binary', description: 'the file' })

/** The audit log, for auditors and administrators. */
export const auditRoutes =
  ({ pool }: Pick<ApiDeps, 'pool'>): FastifyPluginAsyncZod =>
  async (app) => {
    forbidStoring(app)
    app.get(
      '/audit',
      {
        schema: {
          tags,
          summary: 'Who changed what, newest first',
          querystring: z.object({
            ...filters,
            limit: z.coerce.number().int().min(1).max(500).default(50),
            cursor: cursorParam.optional(),
          }),
          response: { 200: auditResponse },
        },
      },
      async ({ query: { limit, cursor, ...filter } }) => {
        const before = cursor === undefined ? null : readCursor(cursor)
        const rows = await selectAudit(pool, checked(filter), { before, limit: limit + 1 })
        const entries = rows.slice(0, limit)
        const last = entries.at(-1)
        return { entries, next: rows.length > limit && last ? writeCursor(Number(last.id)) : null }
      },
    )
    app.get(
      '/audit/export',
      {
        schema: {
          tags,
          summary: 'The audit log as a file, newest first; NDJSON has what the hashes cover, word for word',
          querystring: z.object({ ...filters, format: z.enum(['csv', 'ndjson']).default('ndjson') }),
          produces: ['application/x-ndjson', 'text/csv'],
          response: {
            200: {
              description: 'The log',
              content: { 'application/x-ndjson': { schema: file }, 'text/csv': { schema: file } },
            },
          },
        },
      },
      async ({ actor, query: { format, ...filter } }, reply) => {
        const isCsv = format === 'csv'
        checked(filter)
        // the file has names and networks
        await audit(pool, { by: actor, action: 'audit.export', after: { format, ...filter } })
        return reply
          .type(isCsv ? CSV : LINES)
          .header('content-disposition', `attachment; filename="audit.${format}"`)
          .serializer((payload: unknown) => payload as string)
          .send(Readable.from(linesOf(pool, filter, isCsv)) as never)
      },
    )
    app.get(
      '/audit/verification',
      {
        schema: {
          tags,
          summary:
            'Recomputes every hash of the log; `id` and `hash` of a head that was written down show that nothing before it was replaced',
          querystring: z.object({
            id: z.coerce.number().int().min(1).max(9_000_000_000_000).optional(),
            hash: z
              .string()
              .regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits')
              .optional(),
          }),
          response: { 200: auditVerification },
        },
      },
      async ({ query: { id, hash } }) => {
        if ((id === undefined) !== (hash === undefined))
          throw new AppError('REQUEST_INVALID', 'id and hash belong together: send both or neither')
        const anchor = id !== undefined && hash !== undefined ? { id, hash } : undefined
        const { problems, ...rest } = await verifyAudit(pool, anchor)
        return { ...rest, holds: problems.length === 0, problems: [...problems] }
      },
    )
  }

function checked(filter: AuditFilter): AuditFilter {
  const { from, to } = filter
  if (from !== undefined && to !== undefined && new Date(from) >= new Date(to))
    throw new AppError('INTERVAL_REVERSED', `from is ${from}, to is ${to}`)
  return filter
}

const COLUMNS = [
  'id',
  'at',
  'action',
  'actor_kind',
  'actor_id',
  'role',
  'name',
  'network',
  'subject',
  'subject_name',
  'before',
  'after',
  'request_id',
  'hash',
]

async function* linesOf(pool: Pool, filter: AuditFilter, isCsv: boolean): AsyncGenerator<string> {
  if (isCsv) yield writeCsv([COLUMNS])
  let before: number | null = null
  for (;;) {
    const rows: AuditRow[] = await selectAudit(pool, filter, { before, limit: EXPORT_BATCH })
    // the mark at the beginning belongs to the file, not to every batch
    if (rows.length > 0) yield isCsv ? writeCsv(rows.map(cellsOf)).slice(1) : rows.map(jsonLine).join('')
    const last = rows.at(-1)
    if (rows.length < EXPORT_BATCH || !last) return
    before = Number(last.id)
  }
}

/** With `previous`, `id`, `at` and `content` a hash can be recomputed without the database (docs/access.md). */
const jsonLine = ({ id, instant, canonical, previous, hash, actor, network, subjectName }: AuditRow): string =>
  `${JSON.stringify({ id, at: instant, content: canonical, previous, hash, personal: { actor: actor.name, network, subject: subjectName } })}\n`

function cellsOf(row: AuditRow): Cell[] {
  const { actor, before, after } = row
  const state = (value: unknown) => (value === null ? '' : JSON.stringify(value))
  return [
    row.id,
    row.instant,
    row.action,
    actor.kind,
    actor.id,
    actor.role,
    actor.name,
    row.network,
    row.subject,
    row.subjectName,
    state(before),
    state(after),
    row.requestId,
    row.hash,
  ]
}
