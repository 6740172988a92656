import type { FastifyInstance } from 'fastify'

type Route = { readonly pattern: RegExp; readonly methods: Set<string> }

/**
 * Which methods an address has, for a request whose method it does not have: 405 with `Allow` (RFC 9110, 15.5.6) instead
 * of 404. Must be registered before the routes.
 * @returns the methods, sorted; undefined when no route has this address
 */
export function trackMethods(app: FastifyInstance): (url: string) => readonly string[] | undefined {
  const routes = new Map<string, Route>()
  app.addHook('onRoute', ({ url, method }) => {
    // the route of the dashboard's files: every address would have it
    if (url === '/*') return
    const route = routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
    for (const each of [method].flat()) route.methods.add(each)
    routes.set(url, route)
  })
  return (url) => {
    const path = url.split('?', 1)[0] ?? ''
    // a literal address comes before one with parameters, as in OpenAPI
    const route = routes.get(path) ?? [...routes.values()].find(({ pattern }) => pattern.test(path))
    return route && [...route.methods].sort()
  }
}

/** `/things/:key/history` -> /^\/things\/[^/]+\/history$/; a parameter may have a pattern of its own in parentheses; `*` is any rest */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part === '*') return '.*'
    if (!part.includes(':')) return RegExp.escape(part)
    return part
      .split(/:[a-zA-Z0-9_]+(?:\([^)]*\))?/)
      .map((literal) => RegExp.escape(literal))
      .join('[^/]+')
  })
  return new RegExp(`^${parts.join('/')}$`)
}
