import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import type { Readable, Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { AddressRefused, hostOf, isPrivateAddress, publicLookup } from './addresses.ts'

export type FetchOptions = {
  /** sent to the origin of the feed only, never along a redirect to another */
  readonly secretHeaders?: Readonly<Record<string, string>>
  /** what was remembered of the last answer */
  readonly etag?: string | undefined
  readonly lastModified?: string | undefined
  /** the feed itself lies in a private network: so may what it leads to */
  readonly allowPrivate: boolean
  /** the first address was written by the owner of the city; others were read somewhere */
  readonly trusted: boolean
  readonly timeoutMs: number
  /** of the decompressed body */
  readonly maxBytes: number
  readonly signal: AbortSignal
}
export type Fetched =
  | { kind: 'document'; body: Buffer; etag?: string; lastModified?: string }
  | { kind: 'unchanged' }
  /** `retryAfterMs` when the server says so */
  | { kind: 'failed'; why: string; retryAfterMs?: number }

const REDIRECTS = 5
const AGENT = 'Citywell (city observatory; feeds of a city pack)'

/**
 * One GET, conditional, with redirects followed by hand. Never throws; no message names the query or a header, which may
 * hold secrets.
 */
export async function fetchDocument(url: URL, options: FetchOptions): Promise<Fetched> {
  const limit = AbortSignal.timeout(options.timeoutMs)
  const signal = AbortSignal.any([limit, options.signal])
  try {
    let at = url
    for (let hop = 0; hop <= REDIRECTS; hop += 1) {
      const trusted = options.trusted && hop === 0
      const answer = await get(at, { ...options, trusted, signal, isOrigin: at.origin === url.origin })
      const status = answer.statusCode ?? 0
      const location = answer.headers.location
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
        return await read(answer, status, options)
      answer.destroy()
      at = new URL(location, at)
      if (at.protocol !== 'https:' && at.protocol !== 'http:') return failed(`it redirects to ${at.protocol}`)
    }
    return failed(`more than ${REDIRECTS} redirects`)
  } catch (error) {
    if (limit.aborted) return failed(`no answer within ${options.timeoutMs / 1000} s`)
    if (error instanceof AddressRefused) return failed('it leads to a private address, which is refused')
    return failed(reasonOf(error))
  }
}

const failed = (why: string): Fetched => ({ kind: 'failed', why })

/** A code where there is one: messages of the resolver and of TLS may quote the URL. */
function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined) return code
  return error instanceof TooLarge ? error.message : 'the answer cannot be read'
}

type Get = FetchOptions & { isOrigin: boolean }

function get(url: URL, { signal, trusted, allowPrivate, isOrigin, etag, lastModified, secretHeaders }: Get) {
  const free = trusted || allowPrivate
  if (!free && isIP(hostOf(url)) !== 0 && isPrivateAddress(hostOf(url)))
    return Promise.reject(new AddressRefused('private'))
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise<IncomingMessage>((resolve, reject) => {
    const request = send(
      url,
      {
        signal,
        // No connection is kept: a feed is asked once a minute, and a kept one would skip the look-up.
        agent: false,
        ...(!free && { lookup: publicLookup }),
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
    return { kind: 'failed', why: `HTTP ${status}`, ...(retryAfterMs !== undefined && { retryAfterMs }) }
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
  // An answer that breaks off must not look like a short one.
  answer.once('aborted', () => unpack.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' })))
  return answer.pipe(unpack)
}

const DAY_MS = 86_400_000

/** Seconds or a date (RFC 9110, 10.2.3), at most a day. */
export function readRetryAfter(value: string | undefined, now = Date.now()): number | undefined {
  if (value === undefined) return undefined
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - now
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), DAY_MS) : undefined
}
