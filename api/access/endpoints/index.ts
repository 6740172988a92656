import type { FastifyPluginAsync } from 'fastify'
import type { ApiDeps } from '../../routes/deps.ts'
import { createIdentityProvider } from '../identity-provider.ts'
import { createSignInLimits } from '../sign-in-limits.ts'
import { accountRoutes } from './account.ts'
import { accountAdministration } from './accounts.ts'
import { auditRoutes } from './audit.ts'
import { oidcRoutes } from './oidc.ts'
import { sessionRoutes } from './session.ts'
import { tokenRoutes } from './tokens.ts'

/** Everything about who may do what. */
export const accessRoutes =
  (deps: ApiDeps): FastifyPluginAsync =>
  async (app) => {
    const limits = createSignInLimits(deps.clock)
    const provider = deps.oidc && createIdentityProvider(deps.oidc)
    await app.register(sessionRoutes({ ...deps, limits, provider }))
    await app.register(oidcRoutes({ ...deps, limits, provider }))
    await app.register(accountRoutes({ ...deps, limits }))
    await app.register(accountAdministration(deps))
    await app.register(tokenRoutes(deps))
    await app.register(auditRoutes(deps))
  }
