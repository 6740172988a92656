/** Requests that a client, a broken client and a stranger may make. */
import { type Agent, Agent as HttpAgent, request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from './random.ts'

export type HttpCounts = {
  requests: number
  byStatus: Record<string, number>
  /** 5xx other than 503, and no answer at all */
  failures: string[]
  /** answered late or not at all */
  slow: string[]
}
type OpenApi = { paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>> }

const CLIENTS = 16
/** Longer than any read may wait for its answer (docs/limits.md), and than a minute for a change. */
const TIMEOUT_MS = 70_000
/** A page that waits this long has lost its reader; a statement of the database ends after three times as long. */
const SLOW_MS = 5_000
const METHODS = ['GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']
const VALUES = [
  '1',
  '0',
  '-1',
  'air',
  'demo',
  'pm2_5',
  '%00',
  '%ff',
  '__proto__',
  'constructor',
  '2026',
  '2026-05',
  '9'.repeat(400),
  '..%2f..%2f',
  "'",
  '[]',
  '1e999',
  'null',
  '%ed%a0%80',
  '',
]
const BODIES = [
  '{}',
  '[]',
  'null',
  '{"reasn": "x"}',
  '{"__proto__": {}}',
  '"\\ud800"',
  '{',
  '\0',
  '[[[[[[[[[[',
  'a=1&b=2',
]
const MAX_FAILURES = 20

export async function sendRequests(
  base: string,
  { requests, seed, stop }: { requests: number; seed: number; stop: AbortSignal },
): Promise<HttpCounts> {
  const counts: HttpCounts = { requests: 0, byStatus: {}, failures: [], slow: [] }
  const { paths } = (await (await fetch(`${base}/openapi.json`)).json()) as OpenApi
  const agent = new HttpAgent({ keepAlive: true, maxSockets: CLIENTS })
  const client = async (number: number): Promise<void> => {
    const random = new Random(seed * 7_919 + number)
    while (counts.requests < requests && !stop.aborted) {
      counts.requests += 1
      if (random.chance(0.005)) await garbage(base, random, counts)
      else await one(base, agent, paths, random, counts)
    }
  }
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)))
  agent.destroy()
  return counts
}

async function one(
  base: string,
  agent: Agent,
  paths: OpenApi['paths'],
  random: Random,
  counts: HttpCounts,
): Promise<void> {
  const method = random.pick(METHODS)
  const path = pathOf(paths, random)
  const body = method === 'GET' || method === 'HEAD' || random.chance(0.3) ? undefined : random.pick(BODIES)
  const start = performance.now()
  const status = await send(base, agent, { method, path, body, random }).catch((error: Error) => error.message)
  const tookMs = Math.round(performance.now() - start)
  counts.byStatus[status] = (counts.byStatus[status] ?? 0) + 1
  if (tookMs > SLOW_MS && counts.slow.length < MAX_FAILURES)
    counts.slow.push(
      `${method} ${path.slice(0, 200)}, body of ${body?.length ?? 0} bytes: ${status} after ${tookMs} ms`,
    )
  if ((/^5\d\d$/.test(status) || status === 'timeout') && status !== '503' && counts.failures.length < MAX_FAILURES)
    counts.failures.push(`${method} ${path}: ${status}`)
}

function pathOf(paths: OpenApi['paths'], random: Random): string {
  if (random.chance(0.1)) return `/${encodeURIComponent(random.text(20).toWellFormed())}`
  const template = random.pick(Object.keys(paths))
  const parameters = Object.values(paths[template] ?? {}).flatMap(({ parameters = [] }) => parameters)
  const query = parameters
    .filter((parameter) => parameter.in === 'query' && random.chance(0.4))
    .map(({ name }) => `${name}=${random.pick(VALUES)}`)
  if (random.chance(0.1)) query.push(`${random.pick(['x', '__proto__', '%00'])}=${random.pick(VALUES)}`)
  const path = template.replace(/\{[^}]+\}/g, () => random.pick(VALUES) || 'x')
  return query.length > 0 ? `${path}?${query.join('&')}` : path
}

function send(
  base: string,
  agent: Agent,
  { method, path, body, random }: { method: string; path: string; body: string | undefined; random: Random },
): Promise<string> {
  const url = new URL(base)
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        ...{ host: url.hostname, port: url.port, method, path, agent, timeout: TIMEOUT_MS },
        headers: {
          ...(body !== undefined && {
            'content-type': random.pick(['application/json', 'text/plain', 'application/octet-stream', 'x']),
            // Node does not frame the body of DELETE and OPTIONS by itself
            'content-length': Buffer.byteLength(body),
          }),
          ...(random.chance(0.1) && { authorization: random.pick(['Bearer x', 'Basic YTpi', 'Bearer ']) }),
          ...(random.chance(0.1) && { accept: random.pick(['text/html', '*/*', 'text/event-stream', 'x/']) }),
        },
      },
      (response) => {
        const status = String(response.statusCode)
        // a stream has no end, and some clients go before the end of anything
        if (response.headers['content-type']?.startsWith('text/event-stream') || random.chance(0.02)) {
          outgoing.destroy()
          return resolve(status)
        }
        response.on('error', () => resolve(status))
        response.on('end', () => resolve(status))
        response.resume()
      },
    )
    outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')))
    outgoing.on('error', (error: NodeJS.ErrnoException) => reject(new Error(error.code ?? error.message)))
    outgoing.end(body)
  })
}

const HOST = 'host: localhost\r\n'
const CLOSE = `${HOST}connection: close\r\n`
const READY = `GET /ready HTTP/1.1\r\n${HOST}\r\n`
const form = (boundary: string, body: string): string =>
  `PUT /api/v1/surveys/x HTTP/1.1\r\n${CLOSE}content-type: multipart/form-data; boundary=${boundary}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
const chunked = (rest: string): string =>
  `POST /api/v1/voices HTTP/1.1\r\n${CLOSE}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${rest}`
/** What no client library sends. */
const GARBAGE = [
  'GET / HTTP/9.9\r\n\r\n',
  'POST /api/v1/voices HTTP/1.1\r\ncontent-length: 99999\r\n\r\n{',
  'GET /api/v1/things HTTP/1.0\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  `CONNECT localhost:22 HTTP/1.1\r\n${HOST}\r\n`,
  `GET http://evil.example/api/v1/surveys HTTP/1.1\r\n${CLOSE}\r\n`,
  `GET http://[:::/x HTTP/1.1\r\n${CLOSE}\r\n`,
  `OPTIONS * HTTP/1.1\r\n${CLOSE}\r\n`,
  `GET /ready HTTP/1.1\r\n${HOST}host: evil\r\n\r\n`,
  `GET /ready HTTP/1.1\r\n${CLOSE}cookie: a=${'x'.repeat(100_000)}\r\n\r\n`,
  `GET /api/v1/session HTTP/1.1\r\n${CLOSE}cookie: __proto__=1; =; ;;; a==; "\\"\r\n\r\n`,
  `GET /api/v1/things?${'domain=air&'.repeat(1_200)} HTTP/1.1\r\n${CLOSE}\r\n`,
  `GET / HTTP/1.1\r\n${CLOSE}range: bytes=5-2,0-0,99999999999999999999-\r\nif-range: "x"\r\n\r\n`,
  `GET /api/v1/zones HTTP/1.1\r\n${CLOSE}if-none-match: ${'"a",'.repeat(3_000)}\r\naccept-encoding: gzip;q=nan\r\n\r\n`,
  `GET /api/v1/zones HTTP/1.1\r\n${CLOSE}if-modified-since: Sat, 31 Feb 99999 00:00:00 GMT\r\n\r\n`,
  chunked(`2;${'a'.repeat(3_000)}\r\n{}\r\n0\r\nhost: evil\r\ncontent-length: 9\r\n\r\n`),
  chunked('ffffffffffffffff1\r\n{}\r\n0\r\n\r\n'),
  chunked(`${'1\r\n \r\n'.repeat(20_000)}0\r\n\r\n`),
  `${READY.repeat(30)}GET /ready HTTP/1.1\r\n${CLOSE}\r\n`,
  form('(.*)+$', '--(.*)+$\r\n\r\nx\r\n--(.*)+$--\r\n'),
  form(
    'b',
    '--b\r\ncontent-disposition: form-data; name="__proto__"; filename*=x-nope\'\'%ff%00\r\n\r\nx\r\n--b--\r\n',
  ),
]
const GARBAGE_MS = 10_000

/** Half a request is left alone after a while; a complete one is answered, and never with 5xx. */
async function garbage(base: string, random: Random, counts: HttpCounts): Promise<void> {
  const url = new URL(base)
  const socket = connect(Number(url.port), url.hostname)
  const sent = random.chance(0.1) ? random.bytes(200) : random.pick(GARBAGE)
  let answer = ''
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    if (answer.length < 100_000) answer += chunk.toString('latin1')
  })
  socket.write(sent)
  const isHalf = typeof sent !== 'string' || sent.endsWith('{')
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await Promise.race([closed, sleep(isHalf ? 20 : GARBAGE_MS)])
  socket.destroy()
  const failed = [...answer.matchAll(/^HTTP\/1\.1 (5\d\d)/gm)].flatMap(([, status]) =>
    status === '503' ? [] : [status],
  )
  const isUnanswered = !isHalf && answer === ''
  if ((failed.length > 0 || isUnanswered) && counts.failures.length < MAX_FAILURES)
    counts.failures.push(`${String(sent).slice(0, 80)}: ${failed[0] ?? 'no answer'}`)
}
