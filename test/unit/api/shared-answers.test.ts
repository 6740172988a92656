import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import compress from '@fastify/compress'
import Fastify from 'fastify'
import { describe, expect, test } from 'vitest'
import { registerEtags } from '#api/http/etag.ts'
import { createSharedAnswers, registerSharedAnswers } from '#api/http/shared-answers.ts'
import { onNewDatastreams } from '#api/live/new-datastreams.ts'

/** A server with one list; `computed` counts how often it was made. */
async function openServer({ wait = Promise.resolve(), fail = false } = {}) {
  const app = Fastify()
  const state = { computed: 0, value: 'first', fail }
  const begun = Promise.withResolvers<void>()
  registerEtags(app)
  await app.register(compress, { encodings: ['br', 'gzip'], threshold: 1 })
  const shared = registerSharedAnswers(app)
  app.get('/list', (request, reply) =>
    shared.send(request, reply, async () => {
      state.computed += 1
      const { value } = state
      begun.resolve()
      await wait
      if (state.fail) throw new Error('the database is gone')
      return { value, padding: 'x'.repeat(100) }
    }),
  )
  app.post('/list', async () => {
    state.value = 'second'
    return {}
  })
  return { app, state, begun: begun.promise, get: (headers = {}) => app.inject({ url: '/list', headers }) }
}

const readValue = (body: string): string => (JSON.parse(body) as { value: string }).value

describe('answers that are shared', () => {
  test('readers who ask at once cost one computation', async () => {
    const { get, state } = await openServer()
    const answers = await Promise.all(Array.from({ length: 20 }, () => get()))
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    expect(state.computed).toBe(1)
  })

  test('each encoding that a reader accepts holds the same text', async () => {
    const { get } = await openServer()
    const plain = await get()
    const brotli = await get({ 'accept-encoding': 'gzip, deflate, br' })
    const gzip = await get({ 'accept-encoding': 'gzip, br;q=0' })
    expect([plain, brotli, gzip].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'br', 'gzip'])
    expect(brotliDecompressSync(brotli.rawPayload).toString()).toBe(plain.body)
    expect(gunzipSync(gzip.rawPayload).toString()).toBe(plain.body)
    for (const { headers } of [plain, brotli, gzip]) {
      expect(headers['content-type']).toBe('application/json; charset=utf-8')
      expect(headers['vary']).toMatch(/accept-encoding/i)
    }
  })

  test('what a reader has already is not sent again', async () => {
    const { get } = await openServer()
    const { headers } = await get()
    const again = await get({ 'if-none-match': headers['etag'] })
    expect([again.statusCode, again.body]).toEqual([304, ''])
  })

  test('after a change the next reader gets what is new', async () => {
    const { app, get } = await openServer()
    expect(readValue((await get()).body)).toBe('first')
    await app.inject({ method: 'POST', url: '/list' })
    expect(readValue((await get()).body)).toBe('second')
  })

  test('what was read before a change is not kept, however late it arrives', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const { app, get, begun } = await openServer({ wait: promise })
    const early = get().then(({ body }) => readValue(body))
    await begun
    await app.inject({ method: 'POST', url: '/list' })
    const late = get().then(({ body }) => readValue(body))
    resolve()
    expect([await early, await late]).toEqual(['first', 'second'])
    expect(readValue((await get()).body)).toBe('second')
  })

  test('a failure is answered to whoever asked, and not kept', async () => {
    const { get, state } = await openServer({ fail: true })
    expect((await get()).statusCode).toBe(500)
    state.fail = false
    expect((await get()).statusCode).toBe(200)
  })

  test('more text than there is room for is not kept', async () => {
    const app = Fastify()
    let computed = 0
    const shared = createSharedAnswers({ maxLength: 50, sharedMs: 60_000 })
    app.get('/:name', (request, reply) =>
      shared.send(request, reply, async () => {
        computed += 1
        return 'x'.repeat(40)
      }),
    )
    const computedFor = async (url: string): Promise<number> => {
      const before = computed
      await app.inject(url)
      await new Promise((done) => setTimeout(done, 20))
      return computed - before
    }
    expect([await computedFor('/a'), await computedFor('/a')]).toEqual([1, 0])
    expect([await computedFor('/b'), await computedFor('/b'), await computedFor('/a')]).toEqual([1, 1, 0])
  })
})

test('a Datastream is new once', () => {
  let calls = 0
  const hear = onNewDatastreams(() => {
    calls += 1
  })
  const message = (...ids: number[]) => ({ domain: 'air' as const, observations: ids.map(observation) })
  for (const heard of [message(3, 7), message(5), message(7, 8), message(8)]) hear(heard)
  expect(calls).toBe(2)
})

const observation = (datastreamId: number) => ({
  ...{ thing: 'a', datastreamId, property: 'pm2_5', channel: '', phenomenonTime: '2026-01-01T00:00:00Z' },
  ...{ result: 1, quality: 1 as const, reasons: 0 },
})
