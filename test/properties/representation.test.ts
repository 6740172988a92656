import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIndicators } from '#api/indicators/engine.ts'
import { openMicrodata } from '#api/surveys/microdata.ts'
import { createLog } from '#infra/runtime/log.ts'
import { Ledger } from '#ingest/commit/ledger.ts'
import { Writer } from '#ingest/commit/writer.ts'
import { createInterpreter } from '#ingest/interpret/interpret.ts'
import type { IngestMessage } from '#ingest/message/ingest-message.ts'
import { Registry } from '#ingest/registry/registry.ts'
import { addCity, addThing, addZone, hourly, rollUp } from '../db/indicators-fixture.ts'
import { openTestDatabase, type TestDatabase } from '../environment.ts'

/**
 * Representation invariance: the unit a device sends, the time zone and form of its times, the format, and what it calls its
 * channels change no indicator. Through the decoders, the store and the indicator engine. Each run has a zone of its own.
 */
const DAY = '2026-03-04'
const ENDS = hourly('2026-03-03T23:59:00Z', 25)
const HOURS = hourly(`${DAY}T00:30:00Z`, 24)
const KWH_A_DAY = 12
/** 30 to 42 ug/m3, 36 on average: 24 hours are two whole waves */
const NO2 = HOURS.map((_, hour) => 36 + 6 * Math.sin((2 * Math.PI * hour) / 12))
const NO2_MEAN = 36

const ENERGY_UNITS = { 'kW.h': 1, kWh: 1, 'W.h': 1000, Wh: 1000, 'MW.h': 0.001, J: 3.6e6, kJ: 3600, MJ: 3.6 }
/** ug/m3 of NO2 in one ppb at 20 Cel and 101.3 kPa: M p / (R T) */
const PPB = (46.006 * 101.3) / (8.314462618 * 293.15)
const NO2_UNITS = { 'ug/m3': 1, 'µg/m³': 1, 'mg/m3': 0.001, 'ng/m3': 1000, ppb: 1 / PPB, ppm: 0.001 / PPB }
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Auckland', 'America/Los_Angeles']
/** Parts that add up to the whole, by any name; '' is the total next to them. */
const SPLITS = [
  [''],
  ['', 'l1', 'l2', 'l3'],
  ['l1', 'l2', 'l3'],
  ['a', 'b', 'c'],
  ['1', '2', '3'],
  ['phase1', 'phase2', 'phase3'],
  ['t1', 't2'],
  ['', 't1', 't2'],
  ['kitchen', 'everything else'],
  ['import'],
  ['Küche/Nord'],
]
const FORMATS = ['native', 'senml', 'tasmota'] as const

const representation = fc.record({
  format: fc.constantFrom(...FORMATS),
  energyUnit: fc.constantFrom(...Object.keys(ENERGY_UNITS)),
  no2Unit: fc.constantFrom(...Object.keys(NO2_UNITS)),
  zone: fc.constantFrom(...ZONES),
  time: fc.constantFrom('offset', 'seconds', 'milliseconds'),
  split: fc.constantFrom(...SPLITS),
  asText: fc.constantFrom('number', 'text', 'decimal comma'),
})
type Representation = typeof representation extends fc.Arbitrary<infer T> ? T : never

let db: TestDatabase
let write: (messages: readonly IngestMessage[]) => Promise<void>
beforeAll(async () => {
  db = await openTestDatabase()
  await addCity(db.pool, { population: 100 })
  const ledger = new Ledger(['all'])
  const writer = new Writer({
    ...{ pool: db.pool, session: 'test', ledger, log: createLog('test', 'silent') },
    registry: new Registry(),
    onCommitted: () => {},
    onRetry: () => {},
  })
  write = async (messages) => {
    for (const message of messages) {
      ledger.countReceived(message.source)
      ledger.addInFlight(message)
    }
    await writer.write(messages)
  }
})
afterAll(() => db.close())

let runs = 0
test('unit, time zone, form of the time, format and channel names change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(representation, async (how) => {
      const run = ++runs
      const key = `run-${run}`
      const zoneId = await addZone(db.pool, key, 100, run)
      await addThing(db.pool, { key: `${key}-feeder`, kind: 'feeder', domain: 'energy', zoneId }, [])
      await addThing(db.pool, { key: `${key}-air`, kind: 'air_station', domain: 'air', zoneId }, [])
      await db.pool.query(
        `insert into thing_device (device, thing_id) select d || key, id from thing, unnest($2::text[]) d where zone_id = $1`,
        [zoneId, ['senml/', 'tasmota/']],
      )
      await write(messagesOf(key, how))
      await rollUp(db.pool)
      expect(await valuesOf(key)).toEqual([expect.closeTo((KWH_A_DAY * 365) / 100, 6), expect.closeTo(NO2_MEAN, 6)])
    }),
    { seed: 20_260_304, numRuns: 14 },
  )
})

async function valuesOf(zone: string): Promise<(number | null | undefined)[]> {
  const { pool } = db
  const clock = () => new Date('2026-03-05T06:00:00Z')
  const indicators = createIndicators({ pool, microdata: openMicrodata(pool), clock })
  const pointOf = async (code: string, dataPoint: string) =>
    (await indicators.evaluate(code, { period: DAY, zone })).values.find((one) => one.dataPoint === dataPoint)?.value
  return [await pointOf('EN:E:E:2C', ''), await pointOf('EN:EN:AQ:1C', 'no2')]
}

type Raw = { topic: string; payload: unknown; at: Date }

function messagesOf(key: string, how: Representation): IngestMessage[] {
  const source = { name: 'all', topic: '#', timeZone: how.zone }
  const understand = createInterpreter({ sources: [source], timeZone: 'UTC' }, 1_000_000)
  return [...energyOf(key, how), ...no2Of(key, how)].map(({ topic, payload, at }) => {
    const bytes = Buffer.from(JSON.stringify(payload))
    const said = understand({
      ...{ topic, payload: bytes, fullBytes: bytes.length, receivedAt: new Date(at.getTime() + 1000) },
      ...{ qos: 1, dup: false, retain: false, messageId: undefined, acknowledge: () => {} },
    })
    if (said === 'own message') throw new Error('unreachable')
    expect([said.failure, said.problems]).toEqual([undefined, []])
    return said
  })
}

/** Tasmota knows kWh and phases by number only; SenML of this test has no channels. */
function energyOf(key: string, how: Representation): Raw[] {
  const factor = ENERGY_UNITS[how.energyUnit as keyof typeof ENERGY_UNITS]
  const thing = `${key}-feeder`
  return ENDS.flatMap((at, hour): Raw[] => {
    const kWh = 5000 + (KWH_A_DAY * hour) / 24
    if (how.format === 'senml')
      return [
        { topic: 'x', at, payload: [{ bn: `${thing}/`, bt: at.getTime() / 1000, n: 'energy', u: 'kWh', v: kWh }] },
      ]
    if (how.format === 'tasmota') {
      const phases = how.split.length > 2 ? [kWh / 2, kWh / 4, kWh / 4] : kWh
      return [
        { topic: `tele/${thing}/SENSOR`, at, payload: { Time: localTime(at, how.zone), ENERGY: { Total: phases } } },
      ]
    }
    const parts = how.split.filter((channel) => channel !== '')
    return how.split.map((channel) => ({
      topic: `city/energy/${thing}`,
      at,
      payload: {
        time: timeOf(at, how),
        ...(channel !== '' && { channel }),
        energy: numberOf((channel === '' ? kWh : kWh / parts.length) * factor, how),
        units: { energy: how.energyUnit },
      },
    }))
  })
}

const no2Of = (key: string, how: Representation): Raw[] =>
  HOURS.map((at, hour) => ({
    topic: `city/air/${key}-air`,
    at,
    payload: {
      time: timeOf(at, how),
      no2: numberOf((NO2[hour] ?? 0) * NO2_UNITS[how.no2Unit as keyof typeof NO2_UNITS], how),
      units: { no2: how.no2Unit },
    },
  }))

function numberOf(value: number, { asText }: Representation): number | string {
  if (asText === 'number') return value
  // With 9 decimals no comma can be one of thousands.
  return asText === 'text' ? String(value) : value.toFixed(9).replace('.', ',')
}

function timeOf(at: Date, { time, zone }: Representation): string | number {
  if (time === 'seconds') return at.getTime() / 1000
  if (time === 'milliseconds') return at.getTime()
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value
  const offset = name === 'GMT' ? '+00:00' : (name ?? '').slice(3)
  return `${localTime(at, zone)}${offset}`
}

/** The wall clock of a zone, without offset. */
const localTime = (at: Date, zone: string): string =>
  new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
    .format(at)
    .replace(' ', 'T')
