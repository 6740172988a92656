import type { IncomingMessage } from 'node:http'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    /** what comes before every address of the city for those outside, such as `/city`; empty without a prefix */
    readonly basePath: string
  }
}

/**
 * Reverse proxies either take the prefix off a request or leave it on: both arrive at the same routes.
 * @param basePath from `basePathOf`
 */
export const withoutBasePath =
  (basePath: string) =>
  ({ url = '/' }: Pick<IncomingMessage, 'url'>): string => {
    if (basePath === '' || !url.startsWith(basePath)) return url
    const rest = url.slice(basePath.length)
    if (rest === '' || rest.startsWith('?')) return `/${rest}`
    return rest.startsWith('/') ? rest : url
  }

/** Pages name their files from where they are, so the first page must be below the prefix, not be the prefix itself. */
export function registerBasePath(app: FastifyInstance, basePath: string): void {
  app.decorate('basePath', basePath)
  if (basePath === '') return
  app.addHook('onRequest', async ({ originalUrl }, reply) => {
    const [path, query] = originalUrl.split('?', 2)
    if (path === basePath) return reply.redirect(`${basePath}/${query === undefined ? '' : `?${query}`}`, 308)
  })
}

/** Paths of this server in an answer, as those outside reach them. */
export function belowBasePath<T>(basePath: string, answer: T): T {
  if (basePath === '') return answer
  const place = (value: unknown): unknown => {
    if (typeof value === 'string') return value.startsWith('/api/v1/') ? basePath + value : value
    if (Array.isArray(value)) return value.map(place)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, place(member)]))
  }
  return place(answer) as T
}
