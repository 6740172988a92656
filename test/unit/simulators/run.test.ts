import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startSimulator } from '#simulators/run.ts'
import { startSimulatorThread } from '#simulators/thread.ts'
import { openTestBroker } from '#test/environment.ts'

const DEMO = join(import.meta.dirname, '../../../simulators/cities/demo')
const quiet = { info: () => {}, warn: () => {} }
/** 22 November 2026, 02:30 UTC: what is owed of one day is two slices */
const NOW = Date.UTC(2026, 10, 22, 2, 30)

let broker: Awaited<ReturnType<typeof openTestBroker>>
let folder: string
const topics = new Map<string, number>()
beforeAll(async () => {
  broker = await openTestBroker()
  folder = await mkdtemp(join(tmpdir(), 'citywell-simulator-'))
  const listener = await mqtt.connectAsync(broker.url)
  listener.on('message', (topic) => topics.set(topic, (topics.get(topic) ?? 0) + 1))
  await listener.subscribeAsync(['city/#', 'senml/#', 'v3/#', 'tele/#', 'zigbee2mqtt/#', 'sensor.community/#'], {
    qos: 1,
  })
  return async () => listener.endAsync(true)
})
afterAll(async () => {
  await broker.close()
  await rm(folder, { recursive: true, force: true })
})
const options = (over: object = {}) => ({
  packFolder: DEMO,
  mqttUrl: broker.url,
  stateFolder: folder,
  backfillDays: 1,
  log: quiet,
  now: () => NOW,
  historyPerSecond: 2000,
  live: false,
  ...over,
})

test('a day of history goes through the broker, and a restart owes nothing', { timeout: 120_000 }, async () => {
  const shares: number[] = []
  const first = await startSimulator(options({ onProgress: (share: number) => shares.push(share) }))
  await first.backfilled
  expect(first.progress()).toBe(1)
  expect(shares.at(-1)).toBe(1)
  expect(shares).toEqual([...shares].sort((a, b) => a - b))
  await first.close()
  expect([...topics.keys()].every((topic) => topic.startsWith('city/'))).toBe(true)
  // all 460 Things have a daily message but the 12 vehicles, in the garage from midnight to 02:30, and 4 silent basins
  expect(topics.size).toBeGreaterThan(435)
  const sent = [...topics.values()].reduce((a, b) => a + b, 0)
  const again = await startSimulator(options())
  await again.backfilled
  await again.close()
  expect([...topics.values()].reduce((a, b) => a + b, 0)).toBe(sent)
  expect(JSON.parse(await readFile(join(folder, 'simulator.json'), 'utf8')).owed).toEqual([])
})

test('in its thread it is live in several formats at once, and closes when asked', { timeout: 120_000 }, async () => {
  topics.clear()
  const { now: _now, live: _live, ...rest } = options({ backfillDays: 0, stateFolder: join(folder, 'live') })
  const thread = await startSimulatorThread(rest)
  await expect
    .poll(() => new Set([...topics.keys()].map((t) => t.split('/')[0])).size, { timeout: 60_000 })
    .toBeGreaterThan(3)
  expect(thread.progress()).toBe(1)
  await thread.close()
})

test('a broker that is not there is said at the start', async () => {
  await expect(startSimulator(options({ mqttUrl: 'mqtt://127.0.0.1:1' }))).rejects.toThrow(/ECONNREFUSED/)
})
