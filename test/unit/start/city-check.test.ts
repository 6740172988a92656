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

async function run(sources: object[], url = broker.url, files: object = {}) {
  const scope = createScope()
  const folder = await pack({ ...good, 'city.json': JSON.stringify({ ...city, sources }), ...files })
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

test('a Thing that sends under another name is a mistake; silent Things and unlisted devices are named', async () => {
  await publish('tele/Lamp_Post-17/SENSOR', { Time: new Date().toISOString(), BME280: { Temperature: 21.5 } })
  const head = 'key,name,domain,kind,serial\n'
  const sources = [{ name: 'plugs', topic: 'tele/#' }]
  const { lines, isValid } = await run(sources, broker.url, {
    'things.csv': `${head}p-1,Post,air,air_station,lamp post 17\np-2,Other,air,air_station,x\n`,
  })
  expect(isValid).toBe(false)
  const told = 'things.csv: Thing "p-1" has no message, and its serial is that of tasmota/Lamp_Post-17'
  expect(lines[0]).toBe(`${told}; write tasmota/Lamp_Post-17 into its column device`)
  expect(lines).toContain('things.csv: 0 Things of 2 sent a value; none within 1 s from p-1, p-2')
  const joined = await run(sources, broker.url, {
    'things.csv': 'key,name,domain,kind,device\np-1,Post,air,air_station,tasmota/Lamp_Post-17\n',
  })
  expect(joined.lines).toContain('things.csv: 1 Thing of 1 sent a value')
  expect(joined.isValid).toBe(true)
  const apart = await run(sources, broker.url, { 'things.csv': `${head}p-2,Other,air,air_station,x\n` })
  expect(apart.isValid).toBe(true)
  expect(apart.lines.join('\n')).toMatch(/in no row of things.csv.*tasmota\/Lamp_Post-17/)
})

test('descriptions of MQTT discovery measure nothing, and are understood', async () => {
  await publish('homeassistant/sensor/a/config', { state_topic: 'x', unique_id: 'a', name: 'a' })
  const { lines, isValid } = await run([{ name: 'discovery', topic: 'homeassistant/#' }])
  expect({ lines, isValid }).toMatchObject({ isValid: true })
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

/** Each pack has one mistake; it is said once, with what is valid. */
const HEAD = 'key,name,domain,kind,device,lon,lat,expected_interval_s\n'
const row = (n: number, { kind = 'air_station', device = '', interval = '900' } = {}): string =>
  `p-${n},Post ${n},air,${kind},${device},,,${interval}\n`
test.each<[mistake: string, files: object, told: string | RegExp]>([
  [
    'thousands with a point',
    { 'city.json': JSON.stringify({ ...city, population: '36.550' }) },
    'city.json, population: "36.550" is text, not a number; write 36.55 or 36550, without quotation marks',
  ],
  [
    'fewer people than in the districts',
    { 'city.json': JSON.stringify({ ...city, population: 3 }) },
    /^city\.json, population: 3 people, fewer than the \d+ of its districts together$/,
  ],
  [
    'a comment',
    { 'city.json': `// my city\n${JSON.stringify(city)}` },
    /^city\.json, line 1, column 1: is not JSON: Unexpected token/,
  ],
  [
    'an address without its scheme',
    { 'city.json': JSON.stringify({ ...city, feeds: [{ name: 'b', format: 'gbfs', url: 'a.example/gbfs.json' }] }) },
    'city.json, feeds[0].url: "a.example/gbfs.json": must be an address that begins with http:// or https://',
  ],
  ['no heading', { 'things.csv': row(1) + row(2) }, /^things\.csv, line 1: has no heading: the first line names /],
  [
    'an interval in words',
    { 'things.csv': HEAD + row(1, { interval: '15 min' }) + row(2, { interval: '15 min' }) },
    'things.csv, line 2, column expected_interval_s; line 3, column expected_interval_s: "15 min" is text, not a number',
  ],
  [
    'a kind in another spelling',
    { 'things.csv': HEAD + row(1, { kind: 'airStation' }) + row(2, { kind: 'airStation' }) },
    'things.csv, Thing "p-1", column kind; Thing "p-2", column kind: "airStation" is not "air_station"; write it so',
  ],
  [
    'a device of a mistyped format',
    { 'things.csv': HEAD + row(1, { device: 'tasmotta/a' }) + row(2, { device: 'tasmotta/b' }) },
    /^things\.csv, Thing "p-1", .*Thing "p-2", column device: "tasmotta\/a" begins with no known format; did you mean "tasmota"\?$/,
  ],
  [
    'a device without a format',
    { 'things.csv': HEAD + row(1, { device: 'sonoff_desk' }) },
    /column device: "sonoff_desk" is not <format>\/<device id>, such as "tasmota\/sonoff_desk"/,
  ],
  [
    'a device of two Things',
    { 'things.csv': HEAD + row(1, { device: 'tasmota/a' }) + row(2, { device: 'tasmota/a' }) },
    'things.csv, Thing "p-2", column device: "tasmota/a" is the device of Thing "p-1" already',
  ],
  ['a mistyped file name', { 'thing.csv': HEAD + row(1) }, 'thing.csv: is not read; did you mean "things.csv"?'],
])('one mistake is one message: %s', async (_, files, told) => {
  const scope = createScope()
  const { 'things.csv': __, ...rest } = good as Record<string, string>
  const folder = await pack({ ...rest, ...files } as typeof good)
  const { lines, isValid } = await check(folder, { broker: undefined, seconds: 1 }, scope)
  await scope.close()
  expect(isValid).toBe(false)
  expect(lines).toEqual([typeof told === 'string' ? told : expect.stringMatching(told), '1 problem'])
})
