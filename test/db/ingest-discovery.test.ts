/**
 * Home Assistant discovery with two workers that share nothing but the database: one hears the discovery, the other one
 * the states.
 */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { DiscoveryState } from '#ingest/interpret/discovery/state.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { type IngestWorker, startIngest } from '#ingest/worker.ts'
import { openTestBroker, openTestDatabase, type TestBroker, type TestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database.close())

let scope: Scope
let broker: TestBroker
let client: MqttClient
let id: string
beforeEach(async () => {
  scope = createScope()
  broker = await openTestBroker()
  scope.defer(() => broker.close())
  id = broker.prefix
  client = await connectAsync(broker.url)
  scope.defer(() => client.endAsync())
  await database.pool.query('truncate rejected_message, discovered_entity')
})
afterEach(() => scope.close())

const start = async (name: string, topic: string): Promise<IngestWorker> => {
  const worker = await startIngest({
    pool: database.poolFor({ max: 6 }),
    mqttUrl: broker.url,
    pack: { timeZone: 'UTC', sources: [{ name, topic }] },
    log: createLog('test', 'silent'),
    clientId: `${name}-${id}`,
  })
  scope.defer(() => worker.close())
  await worker.ready
  return worker
}
const say = (topic: string, payload: unknown, retain = false) =>
  client.publishAsync(topic, typeof payload === 'string' ? payload : JSON.stringify(payload), { qos: 1, retain })
const things = async (): Promise<unknown[]> =>
  (
    await database.pool.query(
      `select t.name, t.verified, t.profile, t.attributes, t.domain, array_agg(s.property || ' ' || s.unit order by s.property) as streams
       from thing t join thing_device d on d.thing_id = t.id join datastream s on s.thing_id = t.id
       where d.device = $1 group by t.id`,
      [`home-assistant/${id}`],
    )
  ).rows
const latest = async (): Promise<string> =>
  (
    await database.pool.query<{ property: string; result: number }>(
      `select s.property, l.result from latest_observation l join datastream s on s.id = l.datastream_id
       join thing_device d on d.thing_id = s.thing_id where d.device = $1 order by 1`,
      [`home-assistant/${id}`],
    )
  ).rows
    .map(({ property, result }) => `${property} ${Number(result.toFixed(6))}`)
    .join()
const rejected = async (): Promise<string[]> =>
  (await database.pool.query<{ reason: string }>('select reason from rejected_message order by id')).rows.map(
    ({ reason }) => reason,
  )

const config = (): object => ({
  '~': id,
  name: 'Hall Temperature',
  stat_t: '~/state',
  avty_t: '~/status',
  val_tpl: '{{ value_json.t }}',
  unit_of_meas: '°F',
  dev_cla: 'temperature',
  dev: { ids: [id], name: 'Hall', mf: 'Own', mdl: 'Box' },
})

test('one worker hears the discovery, the other reads the states', async () => {
  const hears = await start('discovery', 'homeassistant/#')
  await start('states', `${id}/#`)
  await say(`homeassistant/sensor/${id}/config`, config())
  const expected = {
    ...{
      name: 'Hall',
      verified: false,
      domain: 'weather',
      profile: 'Box',
      attributes: { manufacturer: 'Own', model: 'Box' },
    },
    streams: ['online 1', 'temperature Cel'],
  }
  await until(things, (found) => found.length === 1)
  expect(await things()).toEqual([expected])
  await say(`${id}/state`, { t: 68 })
  await say(`${id}/status`, 'online')
  await until(latest, (now) => now === 'online 1,temperature 20')
  expect(await rejected()).toEqual([])
  await until(
    () => hears.state().ledger.get('discovery')?.stored,
    (stored) => stored === 1,
  )
  expect(hears.state()).toMatchObject({ inFlight: 0, balanced: true })
  await say(`${id}/other`, '7')
  await until(rejected, (reasons) => reasons.length > 0)
  expect(await rejected()).toEqual(['unknown_format'])
})

test('a config retained before the worker started; of states without a time only whether it is online is taken', async () => {
  await say(`homeassistant/sensor/${id}/config`, config(), true)
  await say(`${id}/status`, 'offline', true)
  await say(`${id}/state`, { t: 68 }, true)
  await start('discovery', 'homeassistant/#')
  await until(things, (found) => found.length === 1)
  await start('states', `${id}/#`)
  await until(rejected, (reasons) => reasons.length > 0)
  expect(await rejected()).toEqual(['retained_without_time'])
  await until(latest, (now) => now === 'online 0')
  await say(`homeassistant/sensor/${id}/config`, '', true)
  await say(`${id}/state`, '', true)
  await until(
    async () => (await database.pool.query('select 1 from discovered_entity')).rowCount,
    (left) => left === 0,
  )
})

const discovery = () => new DiscoveryState((db, device, topic) => new Registry().admit(db, device, topic))

test('an unreadable entity is recorded with its reason; names edited by people stay', async () => {
  await start('discovery', 'homeassistant/#')
  await say(`homeassistant/sensor/${id}/config`, { ...config(), val_tpl: '{{ value_json.t * 2 }}' })
  await say('homeassistant/light/x/config', { cmd_t: 'a' })
  await until(rejected, (reasons) => reasons.length === 2)
  expect(await rejected()).toEqual(['unsupported_template', 'no_measurement'])
  const state = discovery()
  await database.pool.query(`update thing set name = 'Town hall', edited = '{name}' where name = 'Hall'`)
  const topic = `homeassistant/sensor/${id}/config`
  await state.lookUp(database.pool, [{ topic, payload: Buffer.from(JSON.stringify(config())) }])
  expect(await things()).toMatchObject([{ name: 'Town hall' }])
})

test('what a worker looked up is looked up again', async () => {
  const [a, b] = [discovery(), discovery()]
  const state = { topic: `${id}/state`, payload: Buffer.from('{"t":1}') }
  expect(await a.lookUp(database.pool, [state])).toEqual([undefined])
  const told = { topic: `homeassistant/sensor/${id}/config`, payload: Buffer.from(JSON.stringify(config())) }
  expect(await b.lookUp(database.pool, [told, state])).toMatchObject([{ kind: 'config' }, { kind: 'entities' }])
  await until(
    () => a.lookUp(database.pool, [state]),
    ([found]) => found !== undefined,
  )
}, 120_000)

test('a SensorThings Datastream on its own topic names what its Observations measure', async () => {
  const topic = `${id}/v1.1/Datastreams(9)`
  await start('things', `${id}/v1.1/#`)
  const unitOfMeasurement = { symbol: '°F', name: 'degree Fahrenheit', definition: '' }
  await say(topic, { '@iot.id': 9, name: 'Pier', ObservedProperty: { name: 'Air Temperature' }, unitOfMeasurement })
  await say(`${topic}/Observations`, { result: 68, phenomenonTime: '2026-05-31T11:00:00Z' })
  const stored = () =>
    database.pool.query<{ name: string; result: number; time: Date }>(
      `select t.name, o.result, o.phenomenon_time as time from observation o join datastream d on d.id = o.datastream_id
       join thing t on t.id = d.thing_id join thing_device n on n.thing_id = t.id
       where n.device = 'sensorthings/Datastreams(9)'`,
    )
  const { rows } = await until(stored, (answer) => answer.rows.length > 0)
  // 68 F is 20 Cel
  expect(rows).toEqual([{ name: 'Pier', result: expect.closeTo(20, 9), time: new Date('2026-05-31T11:00:00Z') }])
})
