import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { registerAnswerLimit } from '#api/http/answer-limit.ts'
import { registerProblems } from '#api/http/problem.ts'

const LIMIT_MS = 100
let app: FastifyInstance
let lines: string[]
let finish: (value: object) => void
let fail: (error: Error) => void
let changed: number

beforeEach(() => {
  lines = []
  changed = 0
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
  })
  registerAnswerLimit(app, LIMIT_MS)
  registerProblems(app, { note: () => {}, close: () => {} })
  const work = () =>
    new Promise<object>((resolve, reject) => {
      finish = resolve
      fail = reject
    })
  app.get('/waits', work)
  app.get('/waits-and-sends', (_, reply) => void work().then((value) => reply.send(value)))
  app.get('/hook', { preHandler: async () => void (await work()) }, async () => ({}))
  app.get('/soon', async () => ({ ok: true }))
  app.post('/change', async () => {
    await sleep(2 * LIMIT_MS)
    changed += 1
    return { ok: true }
  })
  app.get('/stream', (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream' })
    setTimeout(() => reply.raw.end('data: end\n\n'), 2 * LIMIT_MS)
  })
})
afterEach(() => app.close())

test.each(['/waits', '/waits-and-sends', '/hook'])(
  '%s: 503 after the limit, and what is ready later is for nobody',
  async (url) => {
    const start = performance.now()
    const response = await app.inject(url)
    expect(performance.now() - start).toBeGreaterThan(LIMIT_MS - 5)
    expect(response.json()).toMatchObject({ status: 503, code: 'ANSWER_TIMEOUT' })
    expect(response.headers['retry-after']).toBe('5')
    finish({ late: true })
    await sleep(20)
    expect(lines.filter((line) => !line.includes('ANSWER_TIMEOUT'))).toEqual([])
  },
)

test('a failure after the limit is logged, not sent', async () => {
  expect((await app.inject('/waits')).statusCode).toBe(503)
  fail(new Error('lost later'))
  await sleep(20)
  expect(lines.join('')).toContain('lost later')
})

test('what is ready in time is answered; a change is carried out and answered however long it takes', async () => {
  expect((await app.inject('/soon')).json()).toEqual({ ok: true })
  expect((await app.inject({ method: 'POST', url: '/change' })).json()).toEqual({ ok: true })
  expect(changed).toBe(1)
})

test('an answer that has begun goes on', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.write('GET /stream HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n')
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await once(socket, 'end')
  expect(text).toContain('data: end')
})
