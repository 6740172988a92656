/** `npm start`, killed under load: database, ingest and (in the second case) the broker die in the same instant. */
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPool } from '#infra/db/pool.ts'
import { openEmbeddedDatabase } from '#infra/embedded/database/database.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { freePort, newDataDir, removeDataDir, type System, startSystem, until } from '../e2e/system.ts'
import { countRows, countStored, publishLoad } from './load.ts'
import { hasMosquitto, startMosquitto } from './mosquitto.ts'

type Ledger = { total: { stored: number; balanced: boolean } }

const KILLS = 2
const PATIENCE_MS = 60_000

let scope: Scope
let dataDir: string
beforeEach(async () => {
  scope = createScope()
  dataDir = await newDataDir()
  scope.defer(() => removeDataDir(dataDir))
})
afterEach(() => scope.close())

const storedBy = async (city: System): Promise<number> => (await city.get<Ledger>('/api/v1/ingest/ledger')).total.stored

/** Publishes without a pause, kills the city `KILLS` times in between, and lets the last one finish. */
async function killUnderLoad(start: () => Promise<System>, mqttUrl: string): Promise<number> {
  let city = await start()
  scope.defer(() => city.process.kill('SIGKILL')) // whichever is left when an expectation fails
  const load = publishLoad(mqttUrl, { rate: 500, most: 60_000 })
  scope.defer(() => load.stop())
  for (let kills = 0; kills < KILLS; kills += 1) {
    const before = await storedBy(city)
    const more = async () => (await storedBy(city)) > before + 300
    await until(more, PATIENCE_MS, () => `nothing is stored:\n${city.output()}`)
    await city.stop('SIGKILL')
    city = await start()
  }
  load.stop()
  const sent = await load.done
  const all = async () => (await storedBy(city)) >= sent
  await until(all, PATIENCE_MS, () => `of ${sent} messages some are not stored:\n${city.output()}`)
  expect((await city.get<Ledger>('/api/v1/ingest/ledger')).total).toMatchObject({ stored: sent, balanced: true })
  expect(await city.stop('SIGTERM')).toBe(0)
  return sent
}

/** Counted in the folder itself, by value and time, not by what the city says of it. */
async function expectExactlyOnce(messages: number): Promise<void> {
  const database = await openEmbeddedDatabase({ dataDir: join(dataDir, 'database') })
  scope.defer(() => database.close())
  const options = { max: 1, applicationName: 'test', onIdleError: () => {} }
  const pool = createPool({ embedded: database.poolConfig }, options)
  scope.defer(() => pool.end())
  expect(await countStored(pool)).toEqual({ messages, values: 2 * messages })
  expect(await countRows(pool)).toBe(2 * messages)
}

describe('a city killed under load loses nothing that was acknowledged and stores nothing twice', () => {
  test.skipIf(!hasMosquitto)('with Mosquitto (needs it on the PATH)', { timeout: 300_000 }, async () => {
    const broker = await startMosquitto()
    scope.defer(() => broker.close())
    const env = { SIMULATE: 'off', MQTT_URL: broker.url }
    await expectExactlyOnce(await killUnderLoad(() => startSystem({ dataDir, env }), broker.url))
  })

  test('with the embedded broker, which dies with it', { timeout: 300_000 }, async () => {
    const mqttPort = `${await freePort()}`
    const env = { SIMULATE: 'off', MQTT_PORT: mqttPort }
    await expectExactlyOnce(await killUnderLoad(() => startSystem({ dataDir, env }), `mqtt://127.0.0.1:${mqttPort}`))
  })
})
