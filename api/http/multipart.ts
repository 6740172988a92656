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

/** A part of a form as bytes, whether it was sent as a file or as text. @throws AppError REQUEST_INVALID */
export async function partOf(form: unknown, name: string): Promise<Buffer> {
  const part = form instanceof FormData ? form.get(name) : null
  if (part === null) throw new AppError('REQUEST_INVALID', `send a form (multipart/form-data) with the part "${name}"`)
  return typeof part === 'string' ? Buffer.from(part) : Buffer.from(await part.arrayBuffer())
}
