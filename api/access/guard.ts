import type { FastifyInstance } from 'fastify'
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
    /** whether a request that lasts would still be answered: its session or token may have ended, its role be another */
    isStillAllowed: (request: FastifyRequest) => Promise<boolean>
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
  app.decorate('isStillAllowed', async (request) => {
    const access = request.routeOptions.config.access ?? 'administer'
    if (needsNone(access, isPublic)) return true
    const { actor, refusal } = await identify(request, false)
    return refusal === undefined && isAllowed(actor, access, isPublic)
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
    requireAccess(actor, access, isPublic)
  })
}

const needsNone = (access: Access, isPublic: boolean): boolean =>
  access === 'open' || access === 'anyone' || (access === 'read' && isPublic)

function isAllowed(actor: Actor, access: Access, isPublic: boolean): boolean {
  try {
    requireAccess(actor, access, isPublic)
    return true
  } catch {
    return false
  }
}

function requireAccess(actor: Actor, access: Access, isPublic: boolean): void {
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
  const isElsewhere = actor.restriction !== null && may({ ...actor, restriction: null }, permission, isPublic)
  if (isElsewhere) throw new AppError('OUTSIDE_RESTRICTION', `"${permission}", which concerns the whole city,`)
  const roles = ROLES.filter((role) => role !== 'public' && ROLE_PERMISSIONS[role].includes(permission))
  throw new AppError('PERMISSION_MISSING', `"${permission}" (roles: ${roles.join(', ')})`)
}
