import type { FastifyInstance } from 'fastify'
import { AppError } from '#model/basics/errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** fields of the body that the route cleans itself, so a typing mistake is not an error */
    tidiesText?: readonly string[]
  }
}

/** What no text in a database can hold (NUL), and what is no text at all (half of a surrogate pair). */
const hasUnstorableText = (text: string): boolean => text.includes('\u0000') || !text.isWellFormed()

/**
 * Refuses a request with text that cannot be stored or compared, in the path, the query or a JSON body, wherever it is
 * nested. PostgreSQL would refuse it as well, but only as a failure in the middle of the work.
 */
export function registerTextGuard(app: FastifyInstance): void {
  app.addHook('preValidation', async (request) => {
    const found =
      unstorableIn(request.params, 'path') ??
      unstorableIn(request.query, 'query') ??
      (isJson(request.headers['content-type'])
        ? unstorableIn(without(request.body, request.routeOptions.config.tidiesText), 'body')
        : undefined)
    if (found !== undefined)
      throw new AppError(
        'REQUEST_INVALID',
        `${found}: contains a NUL character or half of a surrogate pair; send well-formed Unicode without NUL`,
      )
  })
}

const isJson = (type: string | undefined): boolean => type !== undefined && /^application\/(.+\+)?json/i.test(type)

function without(body: unknown, fields: readonly string[] | undefined): unknown {
  if (!fields || typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => !fields.includes(name)))
}

type Node = { readonly value: unknown; readonly path: string }

/** @returns where such a text is, as a dotted path; without recursion, since a body may be nested deeply */
function unstorableIn(root: unknown, name: string): string | undefined {
  const pending: Node[] = [{ value: root, path: name }]
  for (let node = pending.pop(); node; node = pending.pop()) {
    const { value, path } = node
    if (typeof value === 'string') {
      if (hasUnstorableText(value)) return path
    } else if (value !== null && typeof value === 'object' && !Buffer.isBuffer(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (hasUnstorableText(key)) return `a name in ${path}`
        pending.push({ value: member, path: `${path}.${key}` })
      }
    }
  }
  return undefined
}
