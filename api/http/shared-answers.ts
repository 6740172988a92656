import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { matches } from './etag.ts'

/** The live feed sends what is new as often as this: a page that opens misses nothing for longer. */
const SHARED_MS = 250
/** Of all answers that are kept at a time, as text; a larger one is shared only while it is computed. */
const MAX_LENGTH = 32 * 1024 * 1024

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)
const COMPRESSIONS = {
  // the default quality takes seconds for a large answer
  br: (text: string) => compressBrotli(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (text: string) => compressGzip(text),
  identity: async (text: string) => Buffer.from(text),
}
type Encoding = keyof typeof COMPRESSIONS

type Answer = { readonly etag: string; readonly text: string }
type Kept = {
  readonly answer: Promise<Answer>
  readonly bodies: Map<Encoding, Promise<Buffer>>
  /** of its text; 0 until that is computed */
  length: number
}

export type SharedAnswers = {
  /**
   * Answers with the JSON of `compute`, or with what the same request was answered a moment ago: it is computed, serialised and
   * compressed once for all who ask meanwhile. Only for what every reader of the route sees in the same way.
   */
  send(request: FastifyRequest, reply: FastifyReply, compute: () => Promise<unknown>): Promise<FastifyReply>
  /** What was computed until now is out of date. */
  forget(): void
}

export function createSharedAnswers({ maxLength = MAX_LENGTH, sharedMs = SHARED_MS } = {}): SharedAnswers {
  const kept = new Map<string, Kept>()
  let length = 0

  function drop(url: string, entry: Kept): void {
    if (kept.get(url) !== entry) return
    kept.delete(url)
    length -= entry.length
  }

  function start(url: string, compute: () => Promise<unknown>): Kept {
    const began = performance.now()
    const entry: Kept = { answer: compute().then(answerOf), bodies: new Map(), length: 0 }
    const keep = ({ text }: Answer): void => {
      if (kept.get(url) !== entry) return
      entry.length = text.length
      length += text.length
      // What takes long is shared for longer, so that many readers cannot keep the process busy with it.
      const ms = Math.max(sharedMs, performance.now() - began)
      if (sharedMs === 0 || length > maxLength) drop(url, entry)
      else setTimeout(() => drop(url, entry), ms).unref()
    }
    kept.set(url, entry)
    entry.answer.then(keep, () => drop(url, entry))
    return entry
  }

  return {
    async send(request, reply, compute) {
      const entry = kept.get(request.url) ?? start(request.url, compute)
      const answer = await entry.answer
      reply.type('application/json; charset=utf-8').headers({ etag: answer.etag, vary: 'accept-encoding' })
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-cache')
      if (matches(request.headers['if-none-match'], answer.etag)) return reply.status(304).send()
      const encoding = encodingFor(request.headers['accept-encoding'])
      if (encoding !== 'identity') reply.header('content-encoding', encoding)
      return reply.send(await bodyOf(entry, answer, encoding))
    },
    forget() {
      kept.clear()
      length = 0
    },
  }
}

/**
 * Answers of `app`, out of date as soon as anything is changed by it. What other processes change is seen a moment later;
 * `sharedMs` of 0 shares only what is being computed.
 */
export function registerSharedAnswers(app: FastifyInstance, options: { sharedMs?: number } = {}): SharedAnswers {
  const shared = createSharedAnswers(options)
  app.addHook('onSend', async ({ method }) => {
    if (!['GET', 'HEAD', 'OPTIONS'].includes(method)) shared.forget()
  })
  return shared
}

function answerOf(payload: unknown): Answer {
  const text = JSON.stringify(payload)
  return { text, etag: `W/"${createHash('sha1').update(text).digest('base64url')}"` }
}

function bodyOf({ bodies }: Kept, { text }: Answer, encoding: Encoding): Promise<Buffer> {
  const known = bodies.get(encoding)
  if (known) return known
  const body = COMPRESSIONS[encoding](text)
  bodies.set(encoding, body)
  return body
}

/** The better one of those that the reader accepts (RFC 9110, 12.5.3). */
function encodingFor(header: string | string[] | undefined): Encoding {
  const accepted = String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => !/;\s*q=0(\.0*)?$/.test(part))
    .map((part) => part.split(';')[0])
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : 'identity'
}
