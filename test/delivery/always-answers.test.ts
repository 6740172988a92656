/** A city answers from the first second and says what is missing; and what stopped cities before does not any more. */
import { connectAsync } from 'mqtt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import type { ReadyResponse } from '#model/api/ready.ts'
import { freePort, newDataDir, removeDataDir, type System, spawnStart, startSystem } from '../e2e/system.ts'

let scope: Scope
let dataDir: string
beforeEach(async () => {
  scope = createScope()
  dataDir = await newDataDir()
  scope.defer(() => removeDataDir(dataDir))
})
afterEach(() => scope.close())

const PATIENCE = { timeout: 60_000, interval: 100 }
const ask = (port: number, path: string): Promise<Response | undefined> =>
  fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
const readyOf = async (port: number): Promise<ReadyResponse> =>
  (await ask(port, '/ready'))?.json() as Promise<ReadyResponse>
const start = async (env: Record<string, string>): Promise<number> => {
  const port = await freePort()
  const run = spawnStart({ dataDir, env: { PORT: `${port}`, SIMULATE: 'off', ...env } })
  scope.defer(() => run.stop('SIGTERM'))
  await expect.poll(async () => (await ask(port, '/health'))?.status, PATIENCE).toBe(200)
  return port
}
const open = async (): Promise<System> => {
  const system = await startSystem({ dataDir, env: { SIMULATE: 'off' } })
  scope.defer(() => system.stop('SIGTERM').catch(() => {}))
  return system
}
const latestOf = async (system: System, thing: string): Promise<number | undefined> => {
  type Things = { features: { properties: { datastreams: { latest: { result: number } | null }[] } }[] }
  const things = await system.get<Things>(`/api/v1/things?thing=${thing}`)
  return things.features?.[0]?.properties.datastreams[0]?.latest?.result
}

test('an unreachable broker: HTTP answers, /ready names it, and the rest follows when it is reachable', async () => {
  const mqttPort = await freePort()
  const port = await start({ MQTT_URL: `mqtt://citywell:known-before@127.0.0.1:${mqttPort}` })
  await expect
    .poll(async () => (await readyOf(port)).missing.sort(), PATIENCE)
    .toEqual(['broker', 'live', 'subscription'])
  expect((await readyOf(port)).parts['broker']?.detail).toMatch(/not connected/)
  const broker = await openEmbeddedBroker({
    port: mqttPort,
    cityCredentials: { username: 'citywell', password: 'known-before' },
  })
  scope.defer(() => broker.close())
  await expect.poll(async () => (await ask(port, '/ready'))?.status, PATIENCE).toBe(200)
})

test('an unreachable database: HTTP answers, /ready names it, and requests are answered with retry later', async () => {
  const port = await start({ DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none`, MQTT_PORT: '0' })
  const ready = await readyOf(port)
  expect(ready.status).toBe('not_ready')
  expect(ready.missing).toEqual(expect.arrayContaining(['database', 'ingest']))
  const things = await ask(port, '/api/v1/things')
  expect([things?.status, things?.headers.get('retry-after')]).toEqual([503, '5'])
})

test('QoS 2 and text that no database stores: the city continues, restarts, and is ready', async () => {
  const first = await open()
  const publisher = await connectAsync(`mqtt://127.0.0.1:${first.mqttPort}`)
  await publisher.publishAsync('city/air/twice-sure', '{"pm2_5": 6}', { qos: 2 })
  // the second one finds what the first has left
  for (let n = 0; n < 2; n += 1)
    await publisher.publishAsync('city/air/poison', '{"pm2_5": 6, "channel": "\\ud800"}', { qos: 1 })
  await publisher.publishAsync('city/air/after', '{"pm2_5": 7}', { qos: 1 })
  for (const [thing, value] of [
    ['twice-sure', 6],
    ['poison', 6],
    ['after', 7],
  ] as const)
    await expect.poll(() => latestOf(first, thing), { timeout: 5_000 }).toBe(value)
  expect(await readyOf(first.port)).toMatchObject({ status: 'ready', missing: [] })
  expect(Object.keys((await readyOf(first.port)).parts).sort()).toEqual([
    'broker',
    'database',
    'in_flight',
    'live',
    'migrations',
    'subscription',
    'writers',
  ])
  await publisher.endAsync()
  expect(await first.stop('SIGTERM')).toBe(0)
  const second = await open()
  expect((await readyOf(second.port)).status).toBe('ready')
})
