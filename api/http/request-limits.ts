import { createHmac, randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { createSampler } from '#infra/runtime/sampled-log.ts'
import { MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { addressOf } from './client-address.ts'
import { FairQueue, SHARED } from './fair-queue.ts'
import { networkOf } from './rate-limit.ts'

/** A page with its tiles, and an office of fifty who open it at once, stay far below. */
export const CLIENT_REQUESTS = 2_000
/** Fewer than database connections for them. */
export const HEAVY_REQUESTS = 4
const WINDOW_MS = 10 * SECOND_MS
const MAX_WAITING = 1_000
const MAX_WAITING_PER_CLIENT = 100
/** Clients that are counted in a window; the first ones are forgotten beyond it. */
const MAX_CLIENTS = 50_000

export type RequestLimits = {
  /** requests of one client in 10 s; 0: no limit */
  readonly clientRequests?: number | undefined
  /** heavy requests at a time */
  readonly heavyRequests?: number | undefined
}

/**
 * Reads that take the database or this process long, by the beginning of their address: what is asked at /things and /live
 * must not wait behind them.
 */
const HEAVY = [
  ...['air-quality', 'area', 'audit', 'brief', 'compare', 'coverage', 'datastreams', 'equity', 'history', 'indicators'],
  ...[
    'ingest/archive',
    'ingest/check',
    'ingest/rejected',
    'reports',
    'surveys',
    'voices/aggregates',
    'wellbeing',
    'zones/',
  ],
].map((path) => `/api/v1/${path}`)
/** Long lists, in a queue of their own: they are what a page begins with. */
const LISTS = ['/api/v1/things', '/api/v1/registry/things', '/api/v1/city/map', '/api/v1/incidents']

/** How many requests one client may send, and how many heavy ones are answered at a time. Before the guard and the routes. */
export function registerRequestLimits(app: FastifyInstance, limits: RequestLimits = {}): void {
  limitRate(app, limits.clientRequests ?? CLIENT_REQUESTS)
  const running = Math.max(1, limits.heavyRequests ?? HEAVY_REQUESTS)
  const queues = [
    { paths: HEAVY, queue: openQueue(running) },
    { paths: LISTS, queue: openQueue(running) },
  ]
  const sampler = createSampler(MINUTE_MS)
  // HEAD is given the handler of GET, which waits already.
  const limited = new WeakSet<RouteHandlerMethod>()
  app.addHook('onRoute', (route) => {
    if (![route.method].flat().some((method) => method === 'GET' || method === 'HEAD')) return
    const queue = queues.find(({ paths }) => paths.some((path) => route.url.startsWith(path)))?.queue
    if (!queue || limited.has(route.handler)) return
    const refuse = (route_: string): AppError => {
      const refused = sampler.note()
      if (refused !== undefined)
        app.log.warn({ refused, route: route_, ...queue.size }, 'more heavy requests than can wait; answered with 503')
      return new AppError('TOO_MANY_CLIENTS', 'the server is busy with requests of many; repeat this one')
    }
    route.handler = inTurn(queue, route.handler, () => refuse(route.url))
    limited.add(route.handler)
  })
}

const openQueue = (running: number): FairQueue =>
  new FairQueue({
    ...{ running, runningPerClient: Math.ceil(running / 2) },
    ...{ waiting: MAX_WAITING, waitingPerClient: MAX_WAITING_PER_CLIENT },
  })

/** The turn ends with the handler, not with the answer: what nobody waits for any more is still computed. */
function inTurn(queue: FairQueue, handler: RouteHandlerMethod, refusal: () => AppError): RouteHandlerMethod {
  return async function (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    const place = queue.enter(clientOf(request))
    if (place === 'all') throw refusal()
    if (place === 'client') throw tooMany(reply, 1)
    const isGone = new Promise<'gone'>((gone) => reply.raw.once('close', () => gone('gone')))
    const end = await Promise.race([place.turn, isGone])
    if (end === 'gone') {
      place.leave()
      // a turn that came in the same moment
      if (!reply.sent) reply.hijack()
      void place.turn.then((late) => late())
      return
    }
    try {
      return await (handler.call(this, request, reply) as Promise<unknown>)
    } finally {
      end()
    }
  }
}

function tooMany(reply: FastifyReply, seconds: number): AppError {
  reply.header('retry-after', String(seconds))
  return new AppError('RATE_LIMITED', String(seconds))
}

/** No address is stored: it becomes a hash under a random key, which is thrown away with the counts when the window ends. */
function limitRate(app: FastifyInstance, perClient: number): void {
  if (perClient === 0) return
  let window = { endsMs: 0, key: randomBytes(32), counts: new Map<string, number>() }
  app.addHook('onRequest', async (request, reply) => {
    const client = clientOf(request)
    if (client === SHARED) return
    const nowMs = performance.now()
    if (nowMs >= window.endsMs) window = { endsMs: nowMs + WINDOW_MS, key: randomBytes(32), counts: new Map() }
    const { counts } = window
    const name = createHmac('sha256', window.key).update(client).digest('base64')
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (count > perClient) throw tooMany(reply, Math.ceil((window.endsMs - nowMs) / SECOND_MS))
    if (counts.size > MAX_CLIENTS) for (const first of counts.keys()) return void counts.delete(first)
  })
}

/**
 * Requests of this machine may be those of all readers, behind a proxy that is not named in TRUST_PROXY: they are not counted
 * as one client.
 */
function clientOf(request: FastifyRequest): string {
  const address = addressOf(request)
  const network = networkOf(address)
  return address === '::1' || network.startsWith('127.') ? SHARED : network
}
