import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { createToken, requireToken, revokeToken, type StoredToken, selectTokens } from '#domain/access/tokens.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction } from '#infra/db/pool.ts'
import { ROLE_PERMISSIONS } from '#model/access/roles.ts'
import * as contract from '#model/api/access.ts'
import { AppError } from '#model/basics/errors.ts'
import { forbidStoring } from '../../http/no-store.ts'
import { DAY_MS } from '../../http/params.ts'
import type { ApiDeps } from '../../routes/deps.ts'

const tags = ['access']

/** Tokens of services, for administrators. */
export const tokenRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    forbidStoring(app)
    app.get(
      '/tokens',
      { schema: { tags, summary: 'Service tokens, newest first', response: { 200: contract.tokensResponse } } },
      async () => ({ tokens: (await selectTokens(pool)).map(describe) }),
    )
    app.post(
      '/tokens',
      {
        schema: {
          tags,
          summary: 'Create a service token; the answer has its secret, shown this once',
          body: contract.newToken,
          response: { 201: contract.tokenCreated },
        },
      },
      async ({ actor, body: { days, ...body } }, reply) => {
        const more = body.permissions?.filter((permission) => !ROLE_PERMISSIONS[body.role].includes(permission)) ?? []
        if (more.length > 0)
          throw new AppError('VALUE_INVALID', `permissions: the role ${body.role} does not have ${more.join(', ')}`)
        const expiresAt = new Date(clock().getTime() + days * DAY_MS)
        const createdBy = actor.kind === 'account' ? actor.id : null
        const created = await inTransaction(pool, async (client) => {
          const { id, secret } = await createToken(client, { ...body, createdBy, expiresAt }, clock())
          const after = { ...body, expiresAt }
          await audit(client, { by: actor, action: 'token.create', subject: `token:${id}`, after })
          return { ...describe(await requireToken(client, id)), secret }
        })
        return reply.status(201).send(created)
      },
    )
    app.delete(
      '/tokens/:id',
      {
        schema: {
          tags,
          summary: 'Revoke a token; it stays in the list',
          params: z.object({ id: z.string().regex(/^[1-9]\d{0,14}$/, 'is the id of a token') }),
          response: { 200: contract.tokenSchema },
        },
      },
      ({ actor, params: { id } }) =>
        inTransaction(pool, async (client) => {
          if (!(await revokeToken(client, id, clock()))) throw new AppError('TOKEN_UNKNOWN', id)
          const token = describe(await requireToken(client, id))
          await audit(client, { by: actor, action: 'token.revoke', subject: `token:${id}` })
          return token
        }),
    )
  }

const describe = ({
  zones,
  owners,
  createdAt,
  expiresAt,
  lastUsedAt,
  revokedAt,
  ...token
}: StoredToken): contract.TokenEntry => ({
  ...token,
  permissions: token.permissions && [...token.permissions],
  restriction: zones && owners ? { zones: [...zones], owners: [...owners] } : null,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
  revokedAt: revokedAt?.toISOString() ?? null,
})
