import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ProblemError } from './problem-error.ts'

/**
 * Addresses whose query is not the API's: pages, whose view is in the query and to which others link with parameters of
 * their own; files, whose addresses a style of a city pack writes; and the return of an identity provider, whose further
 * parameters must be ignored (RFC 6749, 4.1.2).
 */
const FREE: ReadonlySet<string> = new Set([
  ...['/', '/*', '/voice', '/street', '/questionnaire', '/docs', '/docs/'],
  ...['/api/v1/city/base-map/files/*', '/api/v1/session/oidc/callback'],
])
const FREE_PREFIX = '/docs/try'
const isFree = (url: string): boolean => FREE.has(url) || url.startsWith(FREE_PREFIX)

/**
 * Refuses a request with a parameter that its route does not have: a misspelled condition would mean no condition. The names
 * are those of the route's schema. Must be registered before the routes.
 */
export function registerKnownQuery(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (isFree(route.url)) return
    route.config = { ...route.config, query: namesOf(route.schema?.querystring) }
  })
  app.addHook('preValidation', async (request) => {
    const { query: known } = request.routeOptions.config
    if (request.is404 || known === undefined) return
    const query = request.query as Readonly<Record<string, unknown>>
    const unknown = Object.keys(query).filter((name) => !known.includes(name))
    if (unknown.length === 0) return
    const valid = known.length === 0 ? 'there are none here' : `valid are ${known.join(', ')}`
    const fields = unknown.slice(0, MAX_NAMED).map((name) => ({
      ...{ field: shown(name), value: null },
      problem: `is not a parameter; ${valid}`,
    }))
    const detail = fields.map(({ field, problem }) => `${JSON.stringify(field)} ${problem}`).join('; ')
    throw new ProblemError('REQUEST_INVALID', detail, fields)
  })
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** names of the parameters that a query may have; undefined: any */
    query?: readonly string[]
  }
}

const MAX_NAMED = 5
const MAX_NAME_LENGTH = 100
const shown = (name: string): string =>
  (name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name).toWellFormed()

/** @throws when it is no object: then the names are not known, and the server must not start */
function namesOf(schema: unknown): readonly string[] {
  if (schema === undefined) return []
  if (schema instanceof z.ZodObject) return Object.keys(schema.shape)
  if (schema instanceof z.ZodPipe) return namesOf(schema.in)
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap(namesOf))]
  throw new TypeError('the query of a route must be an object, or a choice of objects')
}
