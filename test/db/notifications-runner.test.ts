/** The dispatcher as it runs in the process of the API. */
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openNotifications } from '#api/notifications/open.ts'
import { startDispatcher } from '#domain/notifications/dispatcher.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { openTestApi, type TestApi } from './api-fixture.ts'
import { addWebhook, emit, event, messages } from './notification-fixture.ts'
import { openHttpReceiver } from './notification-servers.ts'

const KEY = 'a-key-for-the-tests-0123456789'
let api: TestApi
beforeAll(async () => {
  api = await openTestApi()
})
afterAll(() => api?.close())

test('sends by itself, beats only while it works, and stops with its scope', async () => {
  const hook = await openHttpReceiver()
  const watcher = await openHttpReceiver()
  const scope = createScope()
  scope.defer(() => hook.close())
  scope.defer(() => watcher.close())
  openNotifications({
    ...{ address: api.database.address, key: KEY, live: api.live, log: createLog('test', 'silent'), scope },
    clock: () => new Date(),
    notify: {
      ...{ publicUrl: undefined, mail: undefined, privateAddresses: ['127.0.0.1'] },
      heartbeat: { url: watcher.url, everyMinutes: 5 },
    },
  })
  await addWebhook(api.pool, hook.url)
  await emit(api.pool, new Date(), event())
  await expect.poll(() => hook.received.length, { timeout: 20_000 }).toBe(1)
  await expect.poll(async () => (await messages(api.pool))[0]?.state, { timeout: 20_000 }).toBe('sent')
  await expect.poll(() => watcher.received.length, { timeout: 20_000 }).toBe(1)
  expect(hook.received[0]?.body).not.toContain('http')
  await scope.close()
  expect(hook.received).toHaveLength(1)
  expect(watcher.received).toHaveLength(1)
})

test('a first round that fails is in the log: at once, when no waiting mends it', async () => {
  const lines: { level: number; err?: { message: string }; msg: string }[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const failing = (code: string) => ({
    query: async () => Promise.reject(Object.assign(new Error('permission denied'), { code, severity: 'ERROR' })),
    connect: async () => Promise.reject(Object.assign(new Error('permission denied'), { code, severity: 'ERROR' })),
  })
  const run = async (code: string): Promise<void> => {
    const dispatcher = startDispatcher({
      ...{ pool: failing(code) as never, clock: () => new Date(), log, publicUrl: undefined, worker: 'w' },
      ...{ city: () => Promise.reject(new Error('unused')), send: () => Promise.reject(new Error('unused')) },
      onOutcome: () => {},
    })
    await sleep(300)
    await dispatcher.close()
  }
  await run('42P01')
  expect(lines).toEqual([])
  await run('42501')
  expect(lines).toMatchObject([
    { err: { message: 'permission denied' }, msg: expect.stringContaining('outage started') },
  ])
})
