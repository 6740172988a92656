import { setImmediate } from 'node:timers/promises'
import Fastify, { type FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { matches } from '#api/http/etag.ts'
import { memo } from '#api/http/memo.ts'
import { registerProblems } from '#api/http/problem.ts'
import { contentPolicy } from '#api/http/security.ts'
import { AppError } from '#model/basics/errors.ts'

test.each([
  ['W/"a"', '"a"', true],
  ['"b", W/"a"', 'W/"a"', true],
  ['*', '"a"', true],
  ['"b"', '"a"', false],
  [undefined, '"a"', false],
])('If-None-Match %j against %j', (header, etag, expected) => {
  expect(matches(header, etag)).toBe(expected)
})

test('the policy allows nothing from elsewhere', () => {
  expect(contentPolicy([])).not.toMatch(/https?:|\*/)
})

test('the policy allows what the workers of the map need, and no inline script', () => {
  const policy = contentPolicy([])
  expect(policy).toContain("worker-src 'self' blob:")
  expect(policy).toContain("img-src 'self' data: blob:")
  expect(policy).toContain("script-src 'self';")
})

test('a real city adds the origins of its map style and no others', () => {
  const policy = contentPolicy(['https://tiles.example'])
  expect(policy).toContain("connect-src 'self' https://tiles.example")
  expect(policy).toContain("script-src 'self';")
})

test('a memo is shared while it loads, kept for its time, and forgets failures', async () => {
  let now = 0
  let loads = 0
  const read = memo(
    100,
    () => new Date(now),
    async () => {
      loads += 1
      if (loads === 1) throw new Error('away')
      return loads
    },
  )
  await expect(Promise.all([read(), read()])).rejects.toThrow('away')
  expect(loads).toBe(1)
  expect(await read()).toBe(2)
  now = 99
  expect(await read()).toBe(2)
  now = 100
  expect(await read()).toBe(3)
})

test('an embedded database that is closing is an outage, not a failure of the request', async () => {
  const app = Fastify()
  const causes: string[] = []
  registerProblems(app, { note: (cause) => void causes.push(cause), close: () => {} })
  app.get('/', async () => {
    throw new AppError('DATABASE_FAILED', 'the embedded database is closing')
  })
  const response = await app.inject('/')
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5'])
  expect(causes).toEqual(['the embedded database is closing'])
  await app.close()
})

test('what fails because the server is being stopped is no event in the log', async () => {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
  const app = Fastify({ loggerInstance: log as FastifyBaseLogger })
  const causes: string[] = []
  registerProblems(app, { note: (cause) => void causes.push(cause), close: () => {} })
  let fail: (error: Error) => void = () => {}
  app.get('/slow', () => new Promise((_, reject) => (fail = reject)))
  const response = app.inject('/slow')
  await setImmediate()
  const closed = app.close()
  await setImmediate()
  fail(new Error('Cannot use a pool after calling end on the pool'))
  expect((await response).json()).toMatchObject({ status: 503, code: 'DATABASE_UNAVAILABLE' })
  await closed
  expect([lines, causes]).toEqual([[], []])
})
