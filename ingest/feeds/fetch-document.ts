import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { isSpecialAddress } from '#infra/runtime/special-addresses.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import { AddressRefused, hostOf, publicLookup } from './addresses.ts'

export type FetchOptions = {
  /** sent to the origin of the feed only, never along a redirect to another */
  readonly secretHeaders?: Readonly<Record<string, string>>
  /** validators of the last response */
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
  /** the feed itself is in a private network, so its links and redirects may be as well */
  readonly allowPrivate: boolean
  /** the URL comes from the city pack, not from a document or a redirect */
  readonly trusted: boolean
  readonly timeoutMs: number
  /** of the decompressed body */
  readonly maxBytes: number
  readonly signal: AbortSignal
}
export type Fetched =
  | { kind: 'document'; body: Buffer; etag?: string; lastModified?: string }
  | { kind: 'unchanged' }
  /** `retryAfterMs`: the server's Retry-After */
  | { kind: 'failed'; reason: string; retryAfterMs?: number }

const MAX_REDIRECTS = 5
const AGENT = 'Citywell (city observatory; feeds of a city pack)'

/**
 * A conditional GET that follows redirects. Never throws; reasons never contain the query or a header, which may contain
 * secrets.
 */
export async function fetchDocument(url: URL, options: FetchOptions): Promise<Fetched> {
  const limit = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([limit, options.signal])
  try {
    let at = url
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const trusted = options.trusted && hop === 0
      const answer = await get(at, { ...options, trusted, signal, isOrigin: at.origin === url.origin })
      const status = answer.statusCode ?? 0
      const location = answer.headers.location
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
        return await read(answer, status, options)
      answer.destroy()
      at = new URL(location, at)
      if (at.protocol !== 'https:' && at.protocol !== 'http:')
        return failed(`redirect to ${at.protocol}, which is not supported`)
    }
    return failed(`more than ${MAX_REDIRECTS} redirects`)
  } catch (error) {
    if (limit.aborted) return failed(`no response within ${options.timeoutMs / 1000} s`)
    if (error instanceof AddressRefused) return failed('private address refused')
    return failed(reasonOf(error))
  }
}

const failed = (reason: string): Fetched => ({ kind: 'failed', reason })

/** The error code where there is one, because messages of the resolver and of TLS may quote the URL. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined) return code
  return error instanceof TooLarge ? error.message : 'response not readable'
}

type Get = FetchOptions & { isOrigin: boolean }

function get(url: URL, { signal, trusted, allowPrivate, isOrigin, etag, lastModified, secretHeaders }: Get) {
  const isUnrestricted = trusted || allowPrivate
  if (!isUnrestricted && isSpecialAddress(hostOf(url))) return Promise.reject(new AddressRefused('private'))
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(
      url,
      {
        signal,
        // No connection pooling: feeds are polled about once a minute, and a reused connection would skip the address check.
        agent: false,
        ...(!isUnrestricted && { lookup: publicLookup }),
        headers: {
          'user-agent': AGENT,
          accept: '*/*',
          'accept-encoding': 'gzip, deflate, br',
          ...(etag !== undefined && { 'if-none-match': etag }),
          ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
          ...(isOrigin && secretHeaders),
        },
      },
      resolve,
    )
    request.once('error', reject)
    request.end()
  })
}

async function read(answer: IncomingMessage, status: number, { maxBytes }: FetchOptions): Promise<Fetched> {
  if (status === 304) {
    answer.destroy()
    return { kind: 'unchanged' }
  }
  if (status !== 200) {
    answer.destroy()
    const retryAfterMs = readRetryAfter(answer.headers['retry-after'])
    return { kind: 'failed', reason: `HTTP ${status}`, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  }
  const body = await bodyOf(answer, maxBytes)
  const { etag, 'last-modified': lastModified } = answer.headers
  return {
    kind: 'document',
    body,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { lastModified }),
  }
}

class TooLarge extends Error {}

async function bodyOf(answer: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const stream = unpacked(answer)
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of stream as AsyncIterable<Buffer>) {
    bytes += part.length
    if (bytes > maxBytes) {
      answer.destroy()
      throw new TooLarge(`more than ${maxBytes} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts)
}

const UNPACK: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
])

function unpacked(answer: IncomingMessage): Readable {
  const unpack = UNPACK.get(answer.headers['content-encoding'] ?? '')?.()
  if (!unpack) return answer
  answer.once('error', (error) => unpack.destroy(error))
  // A truncated response must not look like a complete one.
  answer.once('aborted', () => unpack.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })))
  return answer.pipe(unpack)
}

/** Seconds or a date (RFC 9110, 10.2.3), at most a day. */
export function readRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), DAY_MS) : undefined
}
