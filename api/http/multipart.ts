import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '#model/basics/errors.ts'

/** Forms with files (RFC 7578), read whole: `request.body` is a FormData. The limit holds while they come in. */
export function acceptForms(app: FastifyInstance, bodyLimit: number): void {
  app.addContentTypeParser(
    'multipart/form-data',
    { parseAs: 'buffer', bodyLimit },
    async (request: FastifyRequest, body: Buffer) => {
      const type = request.headers['content-type'] ?? ''
      return new Response(new Uint8Array(body), { headers: { 'content-type': type } })
        .formData()
        .catch((cause: unknown) => {
          throw new AppError('REQUEST_INVALID', 'the form cannot be read: send multipart/form-data as RFC 7578 says', {
            cause,
          })
        })
    },
  )
}

/**
 * The parts of a form as bytes, in the order of their names, whether they were sent as files or as text. Each is there once, and no other:
 * of two with the same name one would be read and the other lost.
 * @throws AppError REQUEST_INVALID
 */
export async function partsOf<const Names extends readonly string[]>(
  form: unknown,
  names: Names,
): Promise<{ [K in keyof Names]: Buffer }> {
  const found = form instanceof FormData ? form : new FormData()
  const valid = names.map((name) => `"${name}"`).join(' and ')
  for (const name of new Set(found.keys()))
    if (!names.includes(name))
      throw new AppError('REQUEST_INVALID', `the form has a part "${name.slice(0, MAX_NAME)}": its parts are ${valid}`)
  const parts = await Promise.all(
    names.map(async (name) => {
      const [part, ...others] = found.getAll(name)
      if (part === undefined)
        throw new AppError('REQUEST_INVALID', `send a form (multipart/form-data) with the part "${name}"`)
      if (others.length > 0)
        throw new AppError('REQUEST_INVALID', `the form has ${others.length + 1} parts "${name}": send one`)
      return typeof part === 'string' ? Buffer.from(part) : Buffer.from(await part.arrayBuffer())
    }),
  )
  return parts as { [K in keyof Names]: Buffer }
}

const MAX_NAME = 50

/** @throws AppError REQUEST_INVALID where the bytes are no UTF-8, of which some would be lost */
export function utf8Of(part: Buffer, name: string): string {
  if (isUtf8(part)) return part.toString('utf8')
  throw new AppError('REQUEST_INVALID', `the part "${name}" is not UTF-8`)
}
