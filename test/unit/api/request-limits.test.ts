/** What one client may ask for, over real connections; its address is what a trusted proxy says. */
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, expect, test } from 'vitest'
import { registerProblems } from '#api/http/problem.ts'
import { type RequestLimits, registerRequestLimits } from '#api/http/request-limits.ts'

const HEAVY = '/api/v1/indicators'
let app: FastifyInstance
afterEach(() => app?.close())

/** Heavy requests last until `finish`; the others answer at once. */
async function open(limits: RequestLimits) {
  const running: (() => void)[] = []
  app = Fastify({ trustProxy: '127.0.0.1', forceCloseConnections: true })
  registerRequestLimits(app, limits)
  registerProblems(app, { note: () => {}, close: () => {} })
  app.get(HEAVY, async () => {
    await new Promise<void>((done) => running.push(done))
    return { ok: true }
  })
  app.get('/health', async () => ({ status: 'alive' }))
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  const ask = (path: string, client?: string, signal?: AbortSignal) =>
    fetch(base + path, { headers: client === undefined ? {} : { 'x-forwarded-for': client }, signal: signal ?? null })
  const finish = (): void => {
    for (const done of running.splice(0)) done()
  }
  return { ask, running, finish }
}

test('so many requests in ten seconds from one network, and 429 that says when; others are not affected', async () => {
  const { ask } = await open({ clientRequests: 20 })
  const statuses: number[] = []
  // an IPv6 client has a whole /64 (RFC 6177)
  for (let n = 0; n < 25; n += 1) statuses.push((await ask('/health', `2001:db8:1:2::${n + 1}`)).status)
  expect(statuses.filter((status) => status === 200)).toHaveLength(20)
  const refused = await ask('/health', '2001:db8:1:2::99')
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
  expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(10)
  expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' })
  expect((await ask('/health', '2001:db8:1:3::1')).status).toBe(200)
})

test('behind a proxy that nobody named all readers have one address: they are not counted as one', async () => {
  const { ask } = await open({ clientRequests: 5 })
  for (let n = 0; n < 30; n += 1) expect((await ask('/health')).status).toBe(200)
})

test('half of the heavy requests at most are those of one client, and HEAD counts as GET', async () => {
  const { ask, running, finish } = await open({ heavyRequests: 4 })
  const flood = Array.from({ length: 10 }, () => ask(HEAVY, '203.0.113.7'))
  const { port } = app.server.address() as AddressInfo
  const head = fetch(`http://127.0.0.1:${port}${HEAVY}`, {
    ...{ method: 'HEAD', headers: { 'x-forwarded-for': '203.0.113.8' } },
  })
  await expect.poll(() => running.length).toBe(3)
  await sleep(100)
  expect(running).toHaveLength(3)
  const other = ask(HEAVY, '198.51.100.1')
  await expect.poll(() => running.length).toBe(4)
  const ended = Promise.all([...flood, head, other])
  let done = false
  void ended.then(() => {
    done = true
  })
  while (!done) {
    finish()
    await sleep(5)
  }
  for (const answer of await ended) expect(answer.status).toBe(200)
})

test('who lets too much wait is refused with 429; who goes away leaves the queue', async () => {
  const { ask, running, finish } = await open({ heavyRequests: 2 })
  const { port } = app.server.address() as AddressInfo
  const sockets = Array.from({ length: 101 }, () => connect(port, '127.0.0.1'))
  for (const socket of sockets) socket.write(`GET ${HEAVY} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n`)
  await expect.poll(async () => (await ask(HEAVY, '203.0.113.7', AbortSignal.timeout(2_000))).status).toBe(429)
  expect(running).toHaveLength(1)
  for (const socket of sockets) socket.destroy()
  const connections = () => new Promise<number>((count) => app.server.getConnections((_, n) => count(n)))
  await expect.poll(connections).toBeLessThan(5)
  finish()
  await sleep(100)
  // nothing of what nobody waits for is begun
  expect(running).toHaveLength(0)
  const next = ask(HEAVY, '203.0.113.7')
  await expect.poll(() => running.length).toBe(1)
  finish()
  expect((await next).status).toBe(200)
})
