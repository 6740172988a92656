/** Last wills and availability topics over a restart of the worker: what a broker kept says whether a device is online, and no more. */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { startIngest } from '#ingest/worker.ts'
import { QUALITY, reasonsOf } from '#model/observation/quality.ts'
import { openTestBroker, openTestDatabase, type TestBroker, type TestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'

let scope: Scope
let broker: TestBroker
let database: TestDatabase
let client: MqttClient
let restarts = 0
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())
beforeEach(async () => {
  scope = createScope()
  await database.pool.query('truncate latest_observation, rejected_message')
  await database.pool.query('delete from observation')
  await database.pool.query('delete from thing')
  broker = await openTestBroker()
  scope.defer(() => broker.close())
  client = await connectAsync(broker.url)
  scope.defer(() => client.endAsync())
})
afterEach(() => scope.close())

/** A worker with a session of its own: the broker delivers what it keeps, as after a restart without a session. */
async function start() {
  restarts += 1
  const worker = await startIngest({
    pool: database.poolFor({ max: 6 }),
    mqttUrl: broker.url,
    pack: {
      timeZone: 'UTC',
      sources: [
        { name: 'plugs', topic: `${broker.prefix}/tele/+/+`, format: 'tasmota' },
        { name: 'zigbee', topic: `${broker.prefix}-z/#`, format: 'zigbee2mqtt' },
      ],
    },
    log: createLog('test', 'silent'),
    clientId: `worker-${broker.prefix}-${restarts}`,
  })
  await worker.ready
  scope.defer(() => worker.close())
  return worker
}
const FORMATS = [
  {
    format: 'Tasmota',
    measure: () => say(`${broker.prefix}/tele/plug/SENSOR`, JSON.stringify({ ENERGY: { Power: 12 } })),
    state: (online: boolean) => say(`${broker.prefix}/tele/plug/LWT`, online ? 'Online' : 'Offline', true),
  },
  {
    format: 'Zigbee2MQTT',
    measure: () => say(`${broker.prefix}-z/plug`, JSON.stringify({ temperature: 21 })),
    state: (online: boolean) => say(`${broker.prefix}-z/plug/availability`, online ? 'online' : 'offline', true),
  },
]
const say = (topic: string, payload: string, retain = false) => client.publishAsync(topic, payload, { qos: 1, retain })

const states = async () =>
  (
    await database.pool.query<{ result: number; quality: number; reasons: number }>(
      `select o.result, o.quality, o.reasons from observation o join datastream d on d.id = o.datastream_id
       where d.property = 'online' order by o.phenomenon_time`,
    )
  ).rows.map(({ result, quality, reasons }) => [result, quality === QUALITY.suspect, reasonsOf(reasons)])
const things = async () => (await database.pool.query('select key from thing')).rows.length
const rejected = async () =>
  (await database.pool.query<{ reason: string }>('select reason from rejected_message')).rows.map(
    ({ reason }) => reason,
  )

test.for(FORMATS)(
  '$format: a death while the worker runs, and what the broker kept after it',
  async ({ measure, state }) => {
    let worker = await start()
    await measure()
    await until(things, (n) => n === 1)
    await state(false)
    await until(states, (all) => all.length === 1)
    // live: at its time of arrival, as trusted as anything without a time
    expect(await states()).toEqual([[0, false, expect.not.arrayContaining(['retained_state'])]])

    // it came back and died again while the worker was down: two restarts deliver the same, kept, state
    await worker.close()
    await state(true)
    await state(false)
    for (const count of [2, 3]) {
      worker = await start()
      await until(states, (all) => all.length === count)
      await worker.close()
    }
    expect((await states()).slice(1)).toEqual([
      [0, true, expect.arrayContaining(['time_of_arrival', 'retained_state'])],
      [0, true, expect.arrayContaining(['time_of_arrival', 'retained_state'])],
    ])
    expect(await rejected()).toEqual([])
  },
)

test.for(FORMATS)(
  '$format: what a broker kept of a device that never reported registers nothing',
  async ({ state }) => {
    await state(true)
    await start()
    await until(rejected, (all) => all.length > 0)
    expect(await rejected()).toEqual(['retained_without_time'])
    expect(await things()).toBe(0)
  },
)
