import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  type Account,
  type AccountChange,
  insertAccount,
  requireAccount,
  resetAccount,
  selectAccounts,
  updateAccount,
} from '#domain/access/accounts.ts'
import { hashPassword, temporaryPassword } from '#domain/access/password.ts'
import { closeSessions } from '#domain/access/sessions.ts'
import { revokeTokensOf } from '#domain/access/tokens.ts'
import { eraseNames } from '#domain/alerting/erase-names.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction } from '#infra/db/pool.ts'
import * as contract from '#model/api/access.ts'
import { cursorParam, readCursor, writeCursor } from '../../http/cursor.ts'
import { forbidStoring } from '../../http/no-store.ts'
import type { ApiDeps } from '../../routes/deps.ts'

const tags = ['access']
const byId = z.object({ id: z.string().regex(/^[1-9]\d{0,14}$/, 'is the id of an account') })

/** Accounts, for administrators. */
export const accountAdministration =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    forbidStoring(app)
    app.get(
      '/accounts',
      {
        schema: {
          tags,
          summary: 'Accounts, oldest first',
          querystring: z.object({
            limit: z.coerce.number().int().min(1).max(500).default(100),
            cursor: cursorParam.optional(),
          }),
          response: { 200: contract.accountsResponse },
        },
      },
      async ({ query: { limit, cursor } }) => {
        const after = cursor === undefined ? 0 : readCursor(cursor)
        const rows = await selectAccounts(pool, { after, limit: limit + 1 })
        const page = rows.slice(0, limit)
        const last = page.at(-1)
        return { accounts: page.map(describe), next: rows.length > limit && last ? writeCursor(Number(last.id)) : null }
      },
    )
    app.post(
      '/accounts',
      {
        schema: {
          tags,
          summary: 'Create an account; the answer has a temporary password, shown this once',
          body: contract.newAccount,
          response: { 201: contract.accountCreated },
        },
      },
      async ({ actor, body }, reply) => {
        const password = temporaryPassword()
        const hash = await hashPassword(password)
        const account = await inTransaction(pool, async (client) => {
          const created = await insertAccount(client, { ...body, password: hash })
          const { role, restriction } = body
          const [subject, after] = [`account:${created.id}`, { role, restriction }]
          await audit(client, {
            by: actor,
            action: 'account.create',
            subject,
            after,
            personal: { subject: created.name },
          })
          return created
        })
        return reply.status(201).send({ ...describe(account), temporaryPassword: password })
      },
    )
    await app.register(changeRoutes({ pool, clock }))
  }

const changeRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.patch(
      '/accounts/:id',
      {
        schema: {
          tags,
          summary:
            'Change role, restriction or whether the account is disabled; its sessions end, and tokens it made work only while it may create them',
          params: byId,
          body: contract.accountChange,
          response: { 200: contract.accountSchema },
        },
      },
      ({ actor, params, body }) =>
        inTransaction(pool, async (client) => {
          const before = changeable(await requireAccount(client, params.id))
          const after = { ...before, ...withoutUndefined(body) }
          await updateAccount(client, params.id, after)
          await closeSessions(client, params.id)
          const account = describe(await requireAccount(client, params.id))
          await audit(client, { by: actor, action: 'account.change', subject: `account:${params.id}`, before, after })
          return account
        }),
    )
    app.post(
      '/accounts/:id/reset',
      {
        schema: {
          tags,
          summary: 'Give a new temporary password and switch the second factor off, for somebody who lost both',
          params: byId,
          response: { 200: contract.accountCreated },
        },
      },
      async ({ actor, params }) => {
        const password = temporaryPassword()
        const hash = await hashPassword(password)
        const account = await inTransaction(pool, async (client) => {
          await requireAccount(client, params.id)
          await resetAccount(client, params.id, hash)
          const found = await requireAccount(client, params.id)
          await audit(client, { by: actor, action: 'account.reset', subject: `account:${params.id}` })
          return found
        })
        return { ...describe(account), temporaryPassword: password }
      },
    )
    app.delete(
      '/accounts/:id',
      {
        schema: {
          tags,
          summary:
            'Delete an account and revoke the tokens that it made; its name goes from incidents, its name and networks from the audit log, whose chain stays intact',
          params: byId,
          response: { 200: contract.accountDeleted },
        },
      },
      ({ actor, params: { id } }) =>
        inTransaction(pool, async (client) => {
          const account = await requireAccount(client, id)
          const revokedTokens = await revokeTokensOf(client, id, clock())
          await client.query('delete from account where id = $1', [id])
          await eraseNames(client, account)
          const subject = `account:${id}`
          const { rows } = await client.query<{ n: number }>(
            'select audit_erase($1, $2, $3) + audit_erase_named($4) as n',
            ['account', id, subject, account.name],
          )
          const [before, after] = [changeable(account), { revokedTokens }]
          await audit(client, { by: actor, action: 'account.delete', subject, before, after })
          return { id, erased: rows[0]?.n ?? 0, revokedTokens }
        }),
    )
  }

const restrictionOf = ({ zones, owners }: Account) =>
  zones && owners ? { zones: [...zones], owners: [...owners] } : null

const changeable = (account: Account): AccountChange => ({
  role: account.role,
  restriction: restrictionOf(account),
  disabled: account.disabled,
})

const withoutUndefined = <T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as never

const describe = (account: Account): contract.AccountEntry => ({
  id: account.id,
  name: account.name,
  role: account.role,
  restriction: restrictionOf(account),
  disabled: account.disabled,
  hasPassword: account.password !== null,
  secondFactor: account.totpEnabledAt !== null,
  identityProvider: account.oidcIssuer,
  createdAt: account.createdAt.toISOString(),
  signedInAt: account.signedInAt?.toISOString() ?? null,
})
