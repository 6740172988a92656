/** The bundled city through its whole way: pack, simulated history, broker, ingest, rollups, indicators. */
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { loadCityPack } from '#domain/city-pack/load-pack.ts'
import { readCityPack } from '#domain/city-pack/read-pack.ts'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { createLog } from '#infra/runtime/log.ts'
import { createScope, type Scope } from '#infra/runtime/scope.ts'
import { startIngest } from '#ingest/worker.ts'
import { recompute } from '#model/indicators/recompute.ts'
import { historyMessage } from '#simulators/history.ts'
import { createModels } from '#simulators/physics/readings.ts'
import { readWorld } from '#simulators/world/world.ts'
import { openTestDatabase } from '#test/environment.ts'
import { until } from '../delivery/until.ts'
import { rollUp } from './indicators-fixture.ts'

const DEMO = join(import.meta.dirname, '../../simulators/cities/demo')
/** A Thursday with two long interruptions and a short one; Lisbon keeps UTC in winter. */
const DAY = '2026-11-19'
const MIDNIGHT = Date.parse(`${DAY}T00:00:00Z`)
const HOUR = 3_600_000
const KINDS =
  /^(water_intake|water_district|district_meter|reservoir|pumping_station|drain_basin|feeder|car_station|field_probe|building)$/

let scope: Scope
let indicators: ReturnType<typeof createIndicators>
beforeAll(async () => {
  scope = createScope()
  const database = await openTestDatabase()
  scope.defer(() => database.close())
  const pack = await readCityPack(DEMO)
  await loadCityPack(database.pool, pack)
  const broker = await openEmbeddedBroker({ port: 0, host: '127.0.0.1' })
  scope.defer(() => broker.close())
  const worker = await startIngest({
    pool: database.poolFor({ max: 4 }),
    mqttUrl: broker.url,
    pack: pack.city,
    log: createLog('test', 'silent'),
  })
  scope.defer(() => worker.close())
  await worker.ready
  const client = await mqtt.connectAsync(broker.url)
  const world = await readWorld(DEMO)
  const models = createModels(world)
  let values = 0
  for (const thing of world.things.filter(({ kind }) => KINDS.test(kind))) {
    // the hour before gives each meter its opening reading
    const message = historyMessage(models, thing, undefined, MIDNIGHT - HOUR, MIDNIGHT + 24 * HOUR)
    if (!message) continue
    for (const { time: _time, ...row } of JSON.parse(message.payload)) values += Object.keys(row).length
    await client.publishAsync(message.topic, message.payload, { qos: 1 })
  }
  await client.endAsync()
  const stored = async () => (await database.pool.query('select count(*)::int as n from observation')).rows[0].n
  await until(stored, (n) => n === values, 120_000)
  await rollUp(database.pool)
  const clock = () => new Date(MIDNIGHT + 30 * HOUR)
  indicators = createIndicators({ pool: database.pool, microdata: openMicrodata(database.pool), clock })
}, 300_000)
afterAll(() => scope.close())

const measuredOn = async (code: string) => {
  const { values } = await indicators.evaluate(code, { period: DAY })
  const [value] = values
  if (!value) throw new Error(`${code} has no data point`)
  expect(value.missing ?? null, code).toBeNull()
  expect(value.evidence && recompute(value.evidence), code).toBe(value.value)
  return value
}

// Sums of the columns of things.csv and of the properties of zones.geojson, and arithmetic by hand.
test.each([
  ['EC:ICT:WS:1C', '9873 of 27,624 water meters are smart', (100 * 9873) / 27_624],
  ['EC:ICT:WS:2A', 'every inlet and every district is metered', 100],
  ['EC:ICT:D:1A', '113.7 of 142.8 km drain to an outfall with an instrument', (100 * 113.7) / 142.8],
  ['EC:ICT:ES:2A', 'every feeder is metered', 100],
  ['EC:ICT:ES:3A', '3007 of 28,684 customers', (100 * 3007) / 28_684],
  ['EC:I:T:8A', '2798 of 26,905 cars', (100 * 2798) / 26_905],
  ['EN:EN:EQ:1C', '13 of 14 masts: four measured, the others declared', 1300 / 14],
  ['EC:I:ES:1C', '142 + 633 of 28,684 customers cut off, 365 such days', (775 / 28_684) * 365],
  ['EC:I:ES:2C', '142 for 21 min, 57 for 54; 633 for 33, 253 for 164', (2982 + 3078 + 20_889 + 41_492) / 775],
] as const)('%s: %s', async (code, _, expected) => {
  const { value, origin } = await measuredOn(code)
  expect(value).toBeCloseTo(expected, 9)
  expect(origin).toBe('measured')
})

// What depends on the weather and the hour: the parameters of the registry give the mean of a year.
test.each([
  ['EN:EN:WS:2C', '9,668,810 L a day by litresPerHead for 60,480 people', 159.9, 0.1],
  ['EC:I:WS:3C', 'leakage by ILI x UARL 2734 m3 a day, next to 9669 used', 22.0, 0.12],
  ['EN:E:E:3C', 'hot water 2.75 GJ, rooms 42 m2 x 1.3 W/K x 3 K all year 5.2 GJ', 6.5, 0.5],
  ['EC:I:T:7A', 'at most 34 cars at the stations: 56.2 per 100 000, a few always out', 52, 0.1],
  ['EC:I:UP:1A', '109,181 m2 of streets about two market places, of 25.83 km2', 0.4227, 0.01],
] as const)('%s: %s', async (code, _, expected, tolerance) => {
  const { value } = await measuredOn(code)
  expect(Math.abs((value ?? 0) / expected - 1)).toBeLessThan(tolerance)
})
