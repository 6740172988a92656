/** `npm run city -- check FOLDER --broker URL`: what the sources of a pack receive. */
import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type EmbeddedBroker, openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { createScope } from '#infra/runtime/scope.ts'
import { check } from '#start/city-command/check/check.ts'
import { city, good, pack, removePacks } from '#test/unit/domain/packs.ts'

let broker: EmbeddedBroker
let device: MqttClient
beforeAll(async () => {
  broker = await openEmbeddedBroker({ port: 0 })
  device = await connectAsync(broker.publicUrl, { clientId: 'device' })
})
afterAll(async () => {
  await device.endAsync(true)
  await broker.close()
})
afterEach(removePacks)

const publish = (topic: string, payload: object): Promise<unknown> =>
  device.publishAsync(topic, JSON.stringify({ time: new Date().toISOString(), ...payload }), { retain: true, qos: 1 })

async function run(sources: object[], url = broker.url) {
  const scope = createScope()
  const folder = await pack({ ...good, 'city.json': JSON.stringify({ ...city, sources }) })
  return check(folder, { broker: url, seconds: 1 }, scope).finally(() => scope.close())
}

test('a source that receives, one with a mistyped topic, one whose messages are not understood', async () => {
  await publish('city/air/mill', { pm2_5: 8.5, pm10: 12 })
  await publish('telemetry/plug/SENSOR', { ENERGY: { Power: 3 } })
  await publish('strange/1', { a: 'b' })
  const { lines, isValid } = await run([
    { name: 'native', topic: 'city/#', format: 'native' },
    { name: 'plugs', topic: 'telemtry/#', format: 'tasmota' },
    { name: 'strange', topic: 'strange/#', format: 'native' },
  ])
  expect(isValid).toBe(false)
  expect(lines.join('\n')).toContain('source "native": 1 message with 2 values')
  expect(lines).toContain(
    'city.json, sources[1].topic: no message on "telemtry/#" within 1 s; did you mean "telemetry/#"?',
  )
  expect(lines.join('\n')).toMatch(/source "strange": 1 message with 0 values; not understood: /)
  expect(lines.at(-1)).toBe('2 problems')
})

test('topics with messages are named when none is near', async () => {
  await publish('city/air/mill', { pm2_5: 8.5 })
  const { lines } = await run([{ name: 'lora', topic: 'v3/+/devices/+/up' }])
  expect(lines[0]).toMatch(/no message on "v3\/\+\/devices\/\+\/up" within 1 s; messages came on .*"city\/#"/)
})

test.each([
  ['mqtt://127.0.0.1:1', 'mqtt://127.0.0.1:1 cannot be reached'],
  ['no address', 'is no address; valid: such as mqtt://broker.example:1883'],
])('a broker that cannot be reached: %s', async (url, message) => {
  const { lines, isValid } = await run([{ name: 'native', topic: 'city/#' }], url)
  expect(isValid).toBe(false)
  expect(lines[0]).toContain(message)
})
