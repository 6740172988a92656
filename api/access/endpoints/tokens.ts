import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  createToken,
  requireToken,
  revokeToken,
  type StoredToken,
  selectTokens,
  takeOverToken,
} from '#domain/access/tokens.ts'
import { audit } from '#domain/audit/audit.ts'
import { inTransaction, type Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { ROLE_PERMISSIONS } from '#model/access/roles.ts'
import * as contract from '#model/api/access.ts'
import { AppError } from '#model/basics/errors.ts'
import { forbidStoring } from '../../http/no-store.ts'
import { DAY_MS } from '../../http/params.ts'
import type { ApiDeps } from '../../routes/deps.ts'

const tags = ['access']
const byId = z.object({ id: z.string().regex(/^[1-9]\d{0,14}$/, 'is the id of a token') })

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
        const created = await inTransaction(pool, async (client) => {
          const createdBy = await answerable(client, actor)
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
          params: byId,
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
    app.post(
      '/tokens/:id/take-over',
      {
        schema: {
          tags,
          summary: 'Answer for a token that somebody else made: it works as long as you may create tokens',
          params: byId,
          response: { 200: contract.tokenSchema },
        },
      },
      ({ actor, params: { id } }) =>
        inTransaction(pool, async (client) => {
          const before = { madeBy: (await requireToken(client, id)).madeBy }
          const after = { madeBy: await answerable(client, actor) }
          if (!(await takeOverToken(client, id, after.madeBy))) throw new AppError('TOKEN_UNKNOWN', id)
          const token = describe(await requireToken(client, id))
          await audit(client, { by: actor, action: 'token.take_over', subject: `token:${id}`, before, after })
          return token
        }),
    )
  }

/** The account that answers for what is made; a token that makes tokens does not outlive whoever made it. */
async function answerable(db: Queryable, { kind, id }: Actor): Promise<string | null> {
  if (kind === 'token' && id !== null) return (await requireToken(db, id)).madeBy
  return kind === 'account' ? id : null
}

const describe = ({
  zones,
  owners,
  createdAt,
  expiresAt,
  lastUsedAt,
  revokedAt,
  madeBy: _,
  madeByName,
  isSuspended,
  ...token
}: StoredToken): contract.TokenEntry => ({
  ...token,
  permissions: token.permissions && [...token.permissions],
  restriction: zones && owners ? { zones: [...zones], owners: [...owners] } : null,
  createdAt: createdAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
  lastUsedAt: lastUsedAt?.toISOString() ?? null,
  revokedAt: revokedAt?.toISOString() ?? null,
  madeBy: madeByName,
  suspended: isSuspended,
})
