import type { FastifyPluginAsync } from 'fastify'
import type { ApiDeps } from '../../routes/deps.ts'
import { createSignInLimits } from '../sign-in-limits.ts'
import { accountRoutes } from './account.ts'
import { accountAdministration } from './accounts.ts'
import { auditRoutes } from './audit.ts'
import { sessionRoutes } from './session.ts'
import { tokenRoutes } from './tokens.ts'

/** Everything about who may do what. */
export const accessRoutes =
  (deps: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    const limits = createSignInLimits(deps.clock)
    await app.register(sessionRoutes({ ...deps, limits }))
    await app.register(accountRoutes({ ...deps, limits }))
    await app.register(accountAdministration(deps))
    await app.register(tokenRoutes(deps))
    await app.register(auditRoutes(deps))
  }
