/** Pollers against a real HTTP server on this machine. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { type FetchOptions, fetchDocument, readRetryAfter } from '#ingest/feeds/fetch-document.ts'
import { gbfsParts } from '#ingest/feeds/parts.ts'
import { type Poller, retryDelayMs, startPoller } from '#ingest/feeds/poller.ts'
import { type Feed, feedSchema } from '#model/city/city-pack.ts'
import { until } from '../../../delivery/until.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let server: Server
let answers: Map<string, Answer>
let asked: IncomingMessage[]
let base: string
const pollers: Poller[] = []

beforeEach(async () => {
  answers = new Map()
  asked = []
  server = createServer((request, response) => {
    asked.push(request)
    const answer = answers.get(new URL(request.url ?? '/', 'http://x').pathname)
    if (answer) answer(request, response)
    else response.writeHead(404).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  await Promise.all(pollers.splice(0).map((poller) => poller.close()))
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

const json =
  (body: unknown, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(200, headers).end(JSON.stringify(body))

function poll(feed: Partial<Feed>, environment: NodeJS.ProcessEnv = {}, everySeconds = 10) {
  const published: { topic: string; payload: string }[] = []
  const poller = startPoller({
    feed: { ...feedSchema.parse({ name: 'velo', url: `${base}/feed`, format: 'gbfs', ...feed }), everySeconds },
    environment,
    log: createLog('test', 'silent'),
    publish: async (topic, payload) => {
      published.push({ topic, payload: payload.toString() })
    },
    timeoutMs: 2_000,
  })
  pollers.push(poller)
  return { poller, published }
}

const options = (more: Partial<FetchOptions> = {}): FetchOptions => ({
  allowPrivate: true,
  trusted: true,
  timeoutMs: 1_000,
  maxBytes: 10_000,
  signal: new AbortController().signal,
  ...more,
})
const get = (path: string, more: Partial<FetchOptions> = {}) => fetchDocument(new URL(path, base), options(more))

describe('one document', () => {
  test('compressed or not, with its validators; they are sent back and answered by 304', async () => {
    answers.set('/feed', (request, response) => {
      if (request.headers['if-none-match'] === '"v1"') return void response.writeHead(304).end()
      response.writeHead(200, { etag: '"v1"', 'content-encoding': 'gzip' }).end(gzipSync('hello'))
    })
    expect(await get('/feed')).toEqual({ kind: 'document', body: Buffer.from('hello'), etag: '"v1"' })
    expect(await get('/feed', { etag: '"v1"' })).toEqual({ kind: 'unchanged' })
  })
  test('a body above the limit is broken off, also when it is small on the wire', async () => {
    answers.set('/feed', (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000))),
    )
    expect(await get('/feed')).toEqual({ kind: 'failed', reason: 'more than 10000 bytes' })
  })
  test('silence ends with the time limit, a broken connection at once', async () => {
    answers.set('/silent', () => {})
    answers.set('/broken', (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('abc', () => response.destroy())
    })
    expect(await get('/silent', { timeoutMs: 100 })).toEqual({ kind: 'failed', reason: 'no response within 0.1 s' })
    expect((await get('/broken')).kind).toBe('failed')
  })
  test.each([
    ['a private address in figures', (): string => `${base}/secret`],
    ['a name of this machine', (): string => `${base.replace('127.0.0.1', 'localhost')}/secret`],
    ['an address of a cloud', (): string => 'http://169.254.169.254/latest/meta-data'],
  ])('a redirect to %s is refused unless the feed itself is private', async (_, target) => {
    answers.set('/feed', (_request, response) => response.writeHead(302, { location: target() }).end())
    answers.set('/secret', json('secret'))
    expect(await get('/feed', { allowPrivate: false })).toEqual({
      kind: 'failed',
      reason: 'private address refused',
    })
    expect(asked.map(({ url }) => url)).toEqual(['/feed'])
  })
  test('from a private feed to a private address is fine; to another scheme, or in circles, is not', async () => {
    answers.set('/feed', (_, response) => response.writeHead(301, { location: '/there' }).end())
    answers.set('/there', json(1))
    answers.set('/file', (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    answers.set('/circle', (_, response) => response.writeHead(302, { location: '/circle' }).end())
    expect((await get('/feed')).kind).toBe('document')
    expect(await get('/file')).toEqual({ kind: 'failed', reason: 'redirect to file:, which is not supported' })
    expect(await get('/circle')).toEqual({ kind: 'failed', reason: 'more than 5 redirects' })
  })
  test('a secret header stays with the origin of the feed', async () => {
    const other = base.replace('127.0.0.1', 'localhost')
    answers.set('/feed', (_, response) => response.writeHead(302, { location: `${other}/there` }).end())
    answers.set('/there', json(1))
    await get('/feed', { secretHeaders: { 'x-key': 'secret' } })
    expect(asked.map(({ headers }) => headers['x-key'])).toEqual(['secret', undefined])
  })
  test('Retry-After in seconds or as a date (RFC 9110), at most a day', () => {
    const now = Date.parse('2026-05-31T12:00:00Z')
    expect(readRetryAfter('120', now)).toBe(120_000)
    expect(readRetryAfter('Sun, 31 May 2026 12:01:00 GMT', now)).toBe(60_000)
    expect(readRetryAfter('99999999', now)).toBe(86_400_000)
    expect(readRetryAfter('soon', now)).toBeUndefined()
  })
})

describe('a feed', () => {
  test('gbfs.json leads to the documents; places are joined, ids of vehicles never leave', async () => {
    answers.set(
      '/feed',
      json({
        data: {
          en: {
            feeds: ['station_status', 'station_information', 'free_bike_status'].map((name) => ({
              name,
              url: `${base}/${name}`,
            })),
          },
        },
      }),
    )
    answers.set(
      '/station_information',
      json({ data: { stations: [{ station_id: 7, name: 'A', lat: 41.4, lon: 2.18, address: 'x' }] } }),
    )
    answers.set(
      '/station_status',
      json({ last_updated: 1, data: { stations: [{ station_id: 7, num_bikes_available: 3, traffic: null }] } }),
    )
    answers.set(
      '/free_bike_status',
      json({ last_updated: 1, data: { bikes: [{ bike_id: 'secret', lat: 1, lon: 2, is_disabled: 0 }] } }),
    )
    const { published } = poll({})
    await until(
      () => published.length,
      (n) => n >= 2,
    )
    expect(published.map(({ topic }) => topic)).toEqual(['feeds/gbfs/velo', 'feeds/gbfs/velo'])
    expect(published.map(({ payload }) => JSON.parse(payload))).toEqual([
      { last_updated: 1, data: { stations: [{ station_id: 7, num_bikes_available: 3, lat: 41.4, lon: 2.18 }] } },
      { last_updated: 1, data: { bikes: [{ is_disabled: 0 }] } },
    ])
  })
  test('header and query come from the environment by name; one that is not set stops the start', async () => {
    answers.set('/feed', json({ header: {}, entity: [] }))
    const secrets: Partial<Feed> = {
      format: 'gtfs-realtime',
      headersFromEnv: { 'x-api-key': 'FEED_KEY' },
      queryFromEnv: { token: 'FEED_TOKEN' },
    }
    const { published } = poll(secrets, { FEED_KEY: 'k1', FEED_TOKEN: 't1' })
    await until(
      () => published.length,
      (n) => n > 0,
    )
    expect([asked[0]?.headers['x-api-key'], asked[0]?.url]).toEqual(['k1', '/feed?token=t1'])
    expect(published[0]?.topic).toBe('feeds/gtfs-realtime/velo')
    expect(() => poll(secrets, { FEED_KEY: 'k1' })).toThrow('FEED_TOKEN')
  })
  test('what has not changed is not published again: by the validator, or by its bytes', async () => {
    let answersGiven = 0
    answers.set('/feed', (request, response) => {
      answersGiven += 1
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end()
      // the third is the same document under another validator
      else response.writeHead(200, { etag: answersGiven < 3 ? '"1"' : '"2"' }).end('{"header":{},"entity":[]}')
    })
    const { poller, published } = poll({ format: 'gtfs-realtime' }, {}, 0.05)
    await until(
      () => poller.state.unchanged,
      (n) => n >= 3,
    )
    expect(published).toHaveLength(1)
    expect(asked.slice(1, 3).map(({ headers }) => headers['if-none-match'])).toEqual(['"1"', '"1"'])
  })
  test('a failure is reported without the query, and the feed is retried later', async () => {
    const { poller } = poll({ queryFromEnv: { token: 'FEED_TOKEN' } }, { FEED_TOKEN: 'very-secret' })
    await until(
      () => poller.state.failures,
      (n) => n > 0,
    )
    expect(poller.state.problem).toBe('HTTP 404')
    expect(JSON.stringify(poller.state)).not.toContain('very-secret')
  })
  test('exponential backoff up to an hour with jitter; Retry-After is respected', () => {
    expect(retryDelayMs(60, 1, undefined, 1)).toBe(120_000)
    expect(retryDelayMs(60, 1, undefined, 0)).toBe(60_000)
    expect(retryDelayMs(60, 3, undefined, 1)).toBe(480_000)
    expect(retryDelayMs(60, 50, undefined, 1)).toBe(3_600_000)
    expect(retryDelayMs(60, 1, 900_000, 0)).toBe(900_000)
  })
  test('a city of 1,200 stations goes out in three parts', () => {
    const stations = Array.from({ length: 1200 }, (_, id) => ({ station_id: id, num_bikes_available: 1, address: 'x' }))
    const parts = gbfsParts({ last_updated: 1, ttl: 9, data: { stations } }) as { data: { stations: unknown[] } }[]
    expect(parts.map(({ data }) => data.stations.length)).toEqual([500, 500, 200])
    expect(parts[2]).toMatchObject({ last_updated: 1, data: { stations: { 0: { station_id: 1000 } } } })
  })
})
