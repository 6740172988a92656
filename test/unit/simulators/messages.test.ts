import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Sample } from '#ingest/decode/helpers/types.ts'
import { decode } from '#ingest/decode/index.ts'
import { isPropertyName, propertyOf } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'
import { DOMAINS } from '#model/things/domain.ts'
import { assignFaults, FAULTS, type Fault } from '#simulators/faults.ts'
import type { Message } from '#simulators/formats/format.ts'
import { encoderOf, formatOf } from '#simulators/formats/index.ts'
import { historyMessage } from '#simulators/history.ts'
import { createModels, type Models, type Reading } from '#simulators/physics/readings.ts'
import { liveMessages } from '#simulators/run.ts'
import { planSlices, progressOf } from '#simulators/state.ts'
import { readWorld, type SimThing, type World } from '#simulators/world/world.ts'

const DEMO = join(import.meta.dirname, '../../../simulators/cities/demo')
/** Wednesday 15 July 2026, 12:00:30 UTC; Lisbon keeps UTC+1 in summer */
const NOON = Date.UTC(2026, 6, 15, 12, 0, 30)
const DAY = 86_400_000

let world: World
let models: Models
let faults: Map<string, Fault>
beforeAll(async () => {
  world = await readWorld(DEMO)
  models = createModels(world)
  faults = assignFaults(world.things)
})
const withFormat = (format: string) => world.things.filter((t) => formatOf(t) === format)
const messageOf = (thing: SimThing) => {
  const reading = models.read(thing, NOON, 60)
  return reading && { ...encoderOf(thing)(thing, reading, NOON, models.clock), reading }
}
const each = (format: string) =>
  withFormat(format).map((thing) => ({
    thing,
    ...(messageOf(thing) ?? { topic: '', payload: '{}', reading: { values: {} } }),
  }))

/** Sensors inside a device, which are the channels of their values. */
const SENSORS: ReadonlySet<string> = new Set(['BME280', 'SDS0X1'])

/** What the decoder makes of a message, by property, in canonical units, rounded as it was sent. */
function arrived(thing: SimThing, { topic, payload, reading }: Message & { reading: Reading }): Record<string, number> {
  const source = { name: 'test', topic: '#', format: formatOf(thing) }
  const message = { topic, payload: Buffer.from(payload), receivedAt: new Date(NOON) }
  const decoded = decode(message, source, { timeZone: world.timeZone })
  if (!decoded.ok) throw new Error(`${thing.key}: ${decoded.detail}`)
  expect(decoded.rejected, thing.key).toEqual([])
  const mine = decoded.samples.filter(
    (s) =>
      s.device === (thing.device ?? `key/${thing.key}`) &&
      (s.channel === (reading.channel ?? '') || SENSORS.has(s.channel)) &&
      s.property in reading.values,
  )
  return Object.fromEntries(mine.map((s) => [s.property, canonical(s, reading.values[s.property] ?? Number.NaN)]))
}
/** The value itself where it came back within the rounding of its format (a ten-thousandth). */
function canonical({ property, unit, value }: Sample, sent: number): number {
  if (!isPropertyName(property)) throw new Error(`${property} is no property`)
  const back = toCanonical(Number(value), unit ?? propertyOf(property).unit, propertyOf(property)) ?? Number.NaN
  return Math.abs(back - sent) < 0.006 ? sent : back
}

describe('payloads follow their formats', () => {
  test('native: topic city/<domain>/<key>, ISO time with offset, canonical names', () => {
    for (const { thing, topic, payload } of each('native').filter((m) => m.topic)) {
      expect(topic).toBe(`city/${thing.domain}/${thing.key}`)
      expect(DOMAINS).toContain(thing.domain)
      const { time, location, channel, ...values } = JSON.parse(payload) as Record<string, unknown>
      expect(time).toBe('2026-07-15T12:00:30.000Z')
      for (const [name, value] of Object.entries(values)) {
        expect(isPropertyName(name), name).toBe(true)
        expect(Number.isFinite(value), name).toBe(true)
      }
      void location
      void channel
    }
  })
  test('SenML (RFC 8428): base name and time in the first record, names of allowed characters, registered units', () => {
    const registered = ['ug/m3', 'Cel', '%RH', 'W', 'kWh', 'count', 'm/s', '/', 'm', 'm3', 'l/s']
    for (const { payload } of each('senml')) {
      const records = JSON.parse(payload) as { bn?: string; bt?: number; n: string; u: string; v: number }[]
      expect(records[0]?.bt).toBe(Math.round(NOON / 1000))
      for (const { n, u, v } of records) {
        expect(`${records[0]?.bn}${n}`).toMatch(/^[A-Za-z0-9][A-Za-z0-9\-:./_]*$/)
        expect(registered).toContain(u)
        expect(typeof v).toBe('number')
      }
    }
  })
  test('The Things Stack v3: device in topic and body, nine decimals of a second, EUI in upper case', () => {
    for (const { topic, payload } of each('things-stack')) {
      const uplink = JSON.parse(payload)
      expect(topic).toBe(`v3/selmora-city@ttn/devices/${uplink.end_device_ids.device_id}/up`)
      expect(uplink.received_at).toMatch(/^2026-07-15T12:00:30\.\d{9}Z$/)
      expect(uplink.end_device_ids.dev_eui).toMatch(/^[0-9A-F]{16}$/)
      expect(uplink.uplink_message.rx_metadata.length).toBeGreaterThan(0)
      expect(typeof uplink.uplink_message.settings.frequency).toBe('string')
    }
  })
  test('Tasmota: tele/<topic>/SENSOR with the wall clock of the city, one hour ahead of UTC in summer', () => {
    for (const { topic, payload } of each('tasmota')) {
      expect(topic).toMatch(/^tele\/[a-z0-9_]+\/SENSOR$/)
      expect(JSON.parse(payload).Time).toBe('2026-07-15T13:00:30')
    }
  })
  test('Zigbee2MQTT: friendly name in the topic, link quality 0 to 255, no time', () => {
    for (const { topic, payload } of each('zigbee2mqtt')) {
      expect(topic).toMatch(/^zigbee2mqtt\/[^/]+$/)
      const state = JSON.parse(payload)
      expect(state.linkquality).toBeLessThanOrEqual(255)
      expect(state).not.toHaveProperty('time')
    }
  })
  test('sensor.community: every value is text, pressure in Pa, P1 not below P2', () => {
    for (const { payload } of each('sensor-community')) {
      const body = JSON.parse(payload) as {
        esp8266id: string
        sensordatavalues: { value_type: string; value: unknown }[]
      }
      expect(body.sensordatavalues.every((v) => typeof v.value === 'string')).toBe(true)
      const value = (type: string) => Number(body.sensordatavalues.find((v) => v.value_type === type)?.value)
      expect(value('BME280_pressure')).toBeGreaterThan(90_000)
      expect(value('SDS_P1')).toBeGreaterThan(0)
    }
  })
})

describe('what leaves the simulator comes in whole', () => {
  test('the decoders read every value of every healthy Thing, with its unit, and refuse nothing', () => {
    for (const thing of world.things) {
      const message = messageOf(thing)
      if (message) expect(arrived(thing, message), thing.key).toEqual(message.reading.values)
    }
  })
  test('history is one native array a day, in steps of the promised interval, and equals what live would say', () => {
    const [thing] = world.things.filter((t) => t.kind === 'feeder')
    if (!thing) throw new Error('the demo city has feeders')
    const from = Date.UTC(2026, 6, 14)
    const rows = JSON.parse(historyMessage(models, thing, undefined, from, from + DAY)?.payload ?? '[]') as Record<
      string,
      unknown
    >[]
    expect(rows).toHaveLength(96)
    expect(rows[4]).toEqual({ time: '2026-07-14T01:00:00.000Z', ...models.read(thing, from + 3_600_000, 900)?.values })
  })
  test('history never reaches beyond the stretch that was asked for', () => {
    const [from, to] = [Date.UTC(2026, 6, 14, 9, 7), Date.UTC(2026, 6, 14, 11, 1)]
    for (const thing of world.things.filter(({ kind }) => kind === 'probe' || kind === 'feeder')) {
      const rows = JSON.parse(historyMessage(models, thing, undefined, from, to)?.payload ?? '[]') as { time: string }[]
      for (const { time } of rows) {
        expect(Date.parse(time), thing.key).toBeGreaterThanOrEqual(from)
        expect(Date.parse(time), thing.key).toBeLessThan(to)
      }
    }
  })
})

describe('faults', () => {
  test('every fault is there, on less than a tenth of the Things, never on a reference instrument', () => {
    expect(new Set(faults.values())).toEqual(new Set(FAULTS))
    expect(faults.size).toBeLessThan(world.things.length / 10)
    for (const key of faults.keys()) expect(world.things.find((t) => t.key === key)?.grade).not.toBe('reference')
  })
  const day = (fault: Fault) => {
    const thing = world.things.find((t) => faults.get(t.key) === fault)
    if (!thing) throw new Error(`no Thing has ${fault}`)
    return Array.from({ length: 1440 }, (_, m) => liveMessages({ models, faults }, thing, NOON + m * 60_000))
  }
  test('a duplicating device sends some messages twice, byte for byte', () => {
    const twice = day('duplicate').filter((m) => m.length === 2)
    expect(twice.length).toBeGreaterThan(200)
    for (const [a, b] of twice) expect(a).toEqual(b)
  })
  test('a failing device sends some payloads that are no JSON, and mostly good ones', () => {
    const broken = day('garbage')
      .flat()
      .filter(({ payload }) => {
        try {
          JSON.parse(payload)
          return false
        } catch {
          return true
        }
      })
    expect(broken.length).toBeGreaterThan(20)
    expect(broken.length).toBeLessThan(250)
  })
  test('a device with dropouts is silent for hours, then comes back', () => {
    const counts = day('dropout').map((m) => m.length)
    expect(counts).toContain(0)
    expect(counts).toContain(1)
  })
  test('a wrong clock runs fifty minutes ahead', () => {
    const thing = world.things.find((t) => faults.get(t.key) === 'clock_skew' && formatOf(t) === 'native')
    if (!thing) return
    const [message] = liveMessages({ models, faults }, thing, NOON)
    expect(JSON.parse(message?.payload ?? '{}').time).toBe(new Date(NOON + 50 * 60_000).toISOString())
  })
})

describe('what is owed of history', () => {
  const now = Date.UTC(2026, 10, 22, 2, 30)
  test('at the first start: thirty days, cut at midnight UTC, most recent first', () => {
    const { owed } = planSlices(undefined, 7, 30, now)
    expect(owed).toHaveLength(31)
    expect(owed[0]).toEqual({ from: Date.UTC(2026, 10, 22), to: now, sent: 0 })
    expect(owed[1]?.to).toBe(Date.UTC(2026, 10, 22))
    expect(owed.at(-1)?.from).toBe(now - 30 * DAY)
  })
  test('after a restart: the pause first, then what was left; a short pause costs nothing', () => {
    const before = { ...planSlices(undefined, 7, 30, now), liveUntil: now + 3_600_000 }
    before.owed = before.owed.slice(20)
    const later = planSlices(before, 7, 30, now + 4 * 3_600_000)
    expect(later.owed[0]).toEqual({ from: now + 3_600_000, to: now + 4 * 3_600_000, sent: 0 })
    expect(later.owed.slice(1)).toEqual(before.owed)
    expect(planSlices(before, 7, 30, before.liveUntil + 60_000).owed).toEqual(before.owed)
  })
  test('another seed is another city: all of its history is owed', () => {
    const before = { ...planSlices(undefined, 7, 30, now), owed: [] }
    expect(planSlices(before, 8, 30, now).owed).toHaveLength(31)
  })
  test('progress goes from 0 to 1', () => {
    const state = planSlices(undefined, 7, 30, now)
    expect(progressOf(state, 400)).toBe(0)
    expect(progressOf({ ...state, owed: state.owed.slice(16) }, 400)).toBeGreaterThan(0.45)
    expect(progressOf({ ...state, owed: [] }, 400)).toBe(1)
  })
})
