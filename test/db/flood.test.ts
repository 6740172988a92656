/** One client that asks for what is expensive as fast as it can; another one goes on reading. Over HTTP, with the pools of a city. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openApi } from '#api/open.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { openTestBroker, openTestDatabase, type TestDatabase } from '#test/environment.ts'
import { addThing } from './api-fixture.ts'

const scope = createScope()
const FLOODERS = 64
const FLOOD_MS = 8_000
/**
 * Of the reader: less than three of the slowest heavy requests, of which a client has two under way. Measured: 0.4 s, and 3.9 s with 1,000 heavy
 * requests at a time, where the slowest takes 0.7 s.
 */
const FAST_MS = 1_000
let base: string
let database: TestDatabase

beforeAll(async () => {
  database = await openTestDatabase()
  scope.defer(() => database.close())
  const broker = await openTestBroker()
  scope.defer(() => broker.close())
  await database.pool.query(`insert into city (pack, base_map) values ($1, '{}')`, [
    JSON.stringify({
      ...{ name: 'Testville', timeZone: 'Europe/Lisbon', centre: [-9.1, 38.7], population: 1000 },
      sources: [{ name: 'native', topic: 'city/#' }],
    }),
  ])
  await database.pool.query(
    `insert into zone (key, name, population, area_km2, geometry) values ('west', 'West', 600, 97,
      '{"type":"Polygon","coordinates":[[[-9.2,38.6],[-9.1,38.6],[-9.1,38.7],[-9.2,38.7],[-9.2,38.6]]]}')`,
  )
  for (let n = 0; n < 40; n += 1) {
    const id = await addThing(database.pool, { key: `station-${n}` }, 'pm2_5')
    await database.pool.query(
      `insert into observation (datastream_id, phenomenon_time, result, quality)
       select $1, now() - n * interval '15 minutes', n % 40, 1 from generate_series(1, 2000) n`,
      [id],
    )
  }
  const { port } = await openApi({
    ...{ address: database.address, mqttUrl: broker.url, key: 'a-key-for-the-tests-0123456789', publicAccess: true },
    ...{ notify: { publicUrl: undefined, mail: undefined, privateAddresses: [], heartbeat: undefined } },
    ...{ log: createLog('test', 'silent'), host: '127.0.0.1', port: 0, scope, trustProxy: '127.0.0.1' },
  })
  base = `http://127.0.0.1:${port}`
}, 240_000)
afterAll(() => scope.close())

/** Other parameters each time: nothing is answered from what was computed before. */
function heavyPath(n: number): string {
  const from = new Date(Date.now() - 20 * 86_400_000 + n * 60_000)
  const to = new Date(from.getTime() + 14 * 86_400_000)
  const period = 2000 + (n % 26)
  const paths = [
    `/api/v1/history?property=pm2_5&from=${from.toISOString()}&to=${to.toISOString()}&every=1h`,
    `/api/v1/indicators/scoreboard?period=${period}`,
    `/api/v1/brief?period=${period}`,
    `/api/v1/reports/${period}.pdf`,
    `/api/v1/indicators/export?period=${period}`,
  ]
  return base + paths[n % paths.length]
}

test('another client is answered at once meanwhile', { timeout: 120_000 }, async () => {
  let heavyMs = 0
  for (let kind = 1; kind <= 5; kind += 1) {
    const began = performance.now()
    await (await fetch(heavyPath(125 + kind))).arrayBuffer()
    heavyMs = Math.max(heavyMs, performance.now() - began)
  }
  const end = performance.now() + FLOOD_MS
  const statuses = new Map<number, number>()
  let n = 0
  const flood = async (): Promise<void> => {
    while (performance.now() < end) {
      n += 1
      const path = heavyPath(n)
      const answer = await fetch(path, { headers: { 'x-forwarded-for': '203.0.113.7' } }).catch(() => undefined)
      statuses.set(answer?.status ?? 0, (statuses.get(answer?.status ?? 0) ?? 0) + 1)
      await answer?.arrayBuffer().catch(() => {})
    }
  }
  const flooding = Promise.all(Array.from({ length: FLOODERS }, flood))
  await sleep(1_000)
  const times: number[] = []
  while (performance.now() < end) {
    for (const path of ['/health', '/api/v1/things?thing=station-3', '/ready']) {
      const began = performance.now()
      const answer = await fetch(base + path, { headers: { 'x-forwarded-for': '198.51.100.1' } })
      await answer.arrayBuffer()
      times.push(performance.now() - began)
      expect(answer.status, path).toBe(200)
    }
    await sleep(100)
  }
  await flooding
  const sorted = times.sort((a, b) => a - b)
  // the flood did arrive, and was answered or refused in order
  expect([...statuses.keys()].filter((status) => ![200, 429, 503].includes(status))).toEqual([])
  expect(statuses.get(200)).toBeGreaterThan(5)
  expect(sorted.at(-1)).toBeLessThan(Math.max(FAST_MS, 3 * heavyMs))
})
