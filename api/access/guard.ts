import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Actor, may } from '#model/access/actor.ts'
import { ROLE_PERMISSIONS, ROLES } from '#model/access/roles.ts'
import { AppError } from '#model/basics/errors.ts'
import { anonymous, createIdentify, type IdentifyDeps } from './identify.ts'
import { type Access, accessOf, missingRows } from './routes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** from the table of routes; set by the guard */
    access?: Access
  }
  interface FastifyInstance {
    /** all routes with what they need, as `GET /health` */
    routeAccess: ReadonlyMap<string, Access>
  }
  interface FastifyRequest {
    /** who the request comes from; anonymous on routes that are `open` */
    actor: Actor
  }
}

type GuardDeps = IdentifyDeps & {
  /** whether everybody may read what needs `read` */
  readonly publicAccess?: boolean
}

/**
 * Finds out who a request comes from and refuses what its role does not allow, by the table in routes.ts. Must be registered
 * before the routes; with a route that the table does not have, the app does not become ready.
 */
export function registerGuard(app: FastifyInstance, deps: GuardDeps): void {
  const isPublic = deps.publicAccess ?? true
  const identify = createIdentify(deps)
  app.decorateRequest('actor', null as unknown as Actor)
  const routes = new Map<string, Access>()
  const missing: string[] = []
  app.decorate('routeAccess', routes)
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) {
      const access = accessOf(method, route.url)
      if (access === undefined) {
        missing.push(`${method} ${route.url}`)
        continue
      }
      routes.set(`${method} ${route.url}`, access)
      route.config = { ...route.config, access }
    }
  })
  app.addHook('onReady', async () => {
    const named = missing.filter((route) => !route.startsWith('HEAD '))
    if (named.length > 0) throw new Error(missingRows(named))
  })
  app.addHook('onRequest', async (request) => {
    const access = request.is404 ? 'open' : (request.routeOptions.config.access ?? 'administer')
    if (access === 'open') {
      request.actor = anonymous(request)
      return
    }
    const { actor, refusal } = await identify(request)
    request.actor = actor
    // Credentials that are wrong are an error where they would have made a difference.
    if (refusal && !needsNone(access, isPublic)) throw refusal
    requireAccess(request, access, isPublic)
  })
}

const needsNone = (access: Access, isPublic: boolean): boolean =>
  access === 'open' || access === 'anyone' || (access === 'read' && isPublic)

function requireAccess({ actor }: FastifyRequest, access: Access, isPublic: boolean): void {
  if (access === 'open' || access === 'anyone') return
  if (access === 'account') {
    if (actor.kind === 'account') return
    if (actor.kind === 'anonymous') throw new AppError('KEY_REQUIRED')
    throw new AppError('ACCOUNT_REQUIRED')
  }
  const permission = typeof access === 'string' ? access : access[0]
  // the page on which the password is changed reads the city first
  if (actor.mustChangePassword && permission !== 'read') throw new AppError('PASSWORD_CHANGE_REQUIRED')
  if (may(actor, permission, isPublic)) return
  if (actor.kind === 'anonymous') throw new AppError('KEY_REQUIRED')
  const roles = ROLES.filter((role) => role !== 'public' && ROLE_PERMISSIONS[role].includes(permission))
  throw new AppError('PERMISSION_MISSING', `"${permission}" (roles: ${roles.join(', ')})`)
}
