/**
 * Requests to addresses that people enter, without reaching into the network of the server (SSRF).
 *
 * Every address that a name resolves to is checked in the look-up of the connection itself, so a name cannot change its
 * address between check and connection. Redirects are not followed, the answer is read up to a bound, and the whole
 * request has a limit of time.
 */
import { lookup as resolve } from 'node:dns'
import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { isSpecialAddress } from '#infra/runtime/special-addresses.ts'
import type { Outcome } from './channel.ts'

const REQUEST_TIMEOUT_MS = 10_000
const MAX_RESPONSE_BYTES = 65_536

/** Addresses and subnets that may be reached although they are not public, as `10.1.2.3` or `10.1.0.0/16`. */
export type AddressRule = (address: string) => boolean

/** @param allowed addresses or subnets, each valid */
export function createAddressRule(allowed: readonly string[] = []): AddressRule {
  const exceptions = new BlockList()
  for (const entry of allowed) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    exceptions.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
  }
  return (text) => {
    // without the zone of a link-local address
    const address = text.replace(/%.*$/, '')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    return exceptions.check(address, family) || !isSpecialAddress(address)
  }
}

class RefusedAddressError extends Error {}
const refusal = (host: string): RefusedAddressError =>
  new RefusedAddressError(`${host} is a private address; NOTIFY_PRIVATE_ADDRESSES lists those that may be notified`)

export type HttpRequest = {
  readonly url: string
  readonly method?: 'POST' | 'GET'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  readonly signal: AbortSignal
}
export type SendHttp = (request: HttpRequest) => Promise<Outcome>

export function createHttpSender(isAllowed: AddressRule, { timeoutMs = REQUEST_TIMEOUT_MS } = {}): SendHttp {
  const lookup = checkedLookup(isAllowed)
  return async ({ url, method = 'POST', headers, body = '', signal }) => {
    const target = new URL(url)
    const host = target.hostname.replace(/^\[|\]$/g, '')
    // A literal address is not looked up.
    if (isIP(host) !== 0 && !isAllowed(host)) return { ok: false, retry: false, error: refusal(host).message }
    const options = {
      method,
      lookup,
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)), 'user-agent': 'Citywell' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      // no connection outlives its request
      agent: false as const,
    }
    try {
      return outcomeOf(await exchange(target, options, body))
    } catch (error) {
      return failureOf(error, timeoutMs)
    }
  }
}

const checkedLookup =
  (isAllowed: AddressRule): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '', 0)
      if (!addresses.every(({ address }) => isAllowed(address))) return done(refusal(hostname), '', 0)
      if (options.all) return done(null, addresses)
      const [first] = addresses
      return done(null, first?.address ?? '', first?.family ?? 0)
    })
  }

function exchange(url: URL, options: RequestOptions, body: string | Buffer): Promise<IncomingMessage> {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((done, fail) => {
    const request = start(url, options, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        // The status has arrived, and nothing of the body is used.
        if (bytes > MAX_RESPONSE_BYTES) request.destroy()
      })
      response.on('error', () => done(response))
      response.on('close', () => done(response))
    })
    request.on('error', fail)
    request.end(body)
  })
}

/** 408, 425, 429 and 5xx may pass (RFC 9110, RFC 6585); other answers would be the same again. */
const isTemporary = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500

function outcomeOf(response: IncomingMessage): Outcome {
  const status = response.statusCode ?? 0
  if (status >= 200 && status < 300) return { ok: true }
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : ''
  const seconds = Number(response.headers['retry-after'])
  return {
    ok: false,
    retry: isTemporary(status),
    error: `HTTP ${status}${redirect}`,
    ...(seconds > 0 && { retryAfterMs: seconds * 1000 }),
  }
}

function failureOf(error: unknown, timeoutMs: number): Outcome {
  if (error instanceof RefusedAddressError) return { ok: false, retry: false, error: error.message }
  const { name, code, message } = error as NodeJS.ErrnoException
  if (name === 'TimeoutError' || name === 'AbortError' || code === 'ABORT_ERR')
    return { ok: false, retry: true, error: `no answer within ${timeoutMs / 1000} s` }
  return { ok: false, retry: true, error: code ?? message }
}
