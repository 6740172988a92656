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
      if (random.chance(0.005)) await garbage(base, random)
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

async function garbage(base: string, random: Random): Promise<void> {
  const url = new URL(base)
  const socket = connect(Number(url.port), url.hostname)
  socket.on('error', () => {})
  socket.write(
    random.pick<string | Buffer>([
      'GET / HTTP/9.9\r\n\r\n',
      'POST /api/v1/voices HTTP/1.1\r\ncontent-length: 99999\r\n\r\n{',
      random.bytes(200),
    ]),
  )
  await sleep(20)
  socket.destroy()
}
