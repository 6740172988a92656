/** Local times without an offset on days on which clocks change: the right hour, or a flag. Instants come from Temporal. */
import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test } from 'vitest'
import type { Decoded } from '#ingest/decode/helpers/types.ts'
import { normalise } from '#ingest/observe/normalise.ts'
import { QUALITY, REASONS } from '#model/observation/quality.ts'
import { read } from './read.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const ZONES = Intl.supportedValuesOf('timeZone')
const at = (ms: number, zone: string) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
const offsetOf = (ms: number, zone: string): number => at(ms, zone).offsetNanoseconds / 1e6
/** What a clock shows with an offset, right or wrong. */
const shown = (ms: number, offset: number): string => new Date(ms + offset).toISOString().slice(0, 19)
const stampOf = (text: string): string => text.replaceAll(/\D/g, '').slice(2)

/** A change of clocks in some zone, and a moment within four hours of it. */
type Case = { zone: string; change: number; distance: number; ms: number; before: number; after: number }
const moments = fc
  .record({
    zone: fc.constantFrom(...ZONES),
    from: fc.date({ min: new Date('2000-01-01'), max: new Date('2035-01-01'), noInvalidDate: true }),
    seconds: fc.integer({ min: -4 * 3600, max: 4 * 3600 }),
  })
  .map(({ zone, from, seconds }): Case | undefined => {
    const change = at(from.getTime(), zone).getTimeZoneTransition('next')?.epochMilliseconds
    if (change === undefined) return undefined
    const [before, after] = [offsetOf(change - 1000, zone), offsetOf(change, zone)]
    return { zone, change, distance: Math.abs(after - before), ms: change + seconds * 1000, before, after }
  })
  // a zone that changes sides of the date line has no hour that is ambiguous, but a day
  .filter((one): one is Case => one !== undefined && one.distance > 0 && one.distance < DAY / 2)

function timeOf(decoded: Decoded): { ms: number | undefined; isFlagged: boolean } {
  if (!decoded.ok) throw new Error(`${decoded.reason}: ${decoded.detail}`)
  const [sample] = decoded.samples
  return { ms: sample?.time?.getTime(), isFlagged: ((sample?.flags ?? 0) & REASONS.ambiguous_time) !== 0 }
}
const tasmota = (time: string, timeZone: string, arrival: number, retain = false) =>
  timeOf(
    read('tele/desk/SENSOR', { Time: time, ENERGY: { Power: 1 } }, { timeZone, receivedAt: new Date(arrival), retain }),
  )
const gas = (stamp: string, timeZone: string, arrival: number) =>
  timeOf(
    read(
      'p1/data',
      { total_power_import_kwh: null, gas_timestamp: stamp, total_gas_m3: 5 },
      {
        timeZone,
        receivedAt: new Date(arrival),
        source: { format: 'dsmr-p1' },
      },
    ),
  )
const telegram = (stamp: string, timeZone: string, arrival: number) =>
  timeOf(
    read('dsmr/raw', ['/XYZ5TEST', '', `0-0:1.0.0(${stamp})`, '1-0:1.8.1(000100.500*kWh)', '!'].join('\r\n'), {
      timeZone,
      receivedAt: new Date(arrival),
    }),
  )

const siri = (stamp: string, timeZone: string, arrival: number) =>
  timeOf(
    read(
      'feeds/siri',
      {
        Siri: {
          ServiceDelivery: {
            ResponseTimestamp: stamp,
            VehicleMonitoringDelivery: [
              {
                VehicleActivity: [
                  { RecordedAtTime: stamp, MonitoredVehicleJourney: { LineRef: '4', VehicleRef: 'v1' } },
                ],
              },
            ],
          },
        },
      },
      { timeZone, receivedAt: new Date(arrival) },
    ),
  )
const fiware = (dateObserved: string, timeZone: string, arrival: number, more: object = {}) =>
  read(
    'context',
    { id: 'urn:ngsi-ld:AirQualityObserved:one', type: 'AirQualityObserved', dateObserved, NO2: 5, ...more },
    { receivedAt: new Date(arrival), source: { format: 'fiware', timeZone } },
  )
/** Vehicles on the street by hour, in the time zone that the query names. */
const mds = (stamp: string, timeZone: string, arrival: number) =>
  timeOf(
    read(
      'feeds/mds',
      {
        query: { timezone: timeZone },
        columns: [
          { name: 'interval_start', column_type: 'dimension' },
          { name: 'dockless.available.avg', column_type: 'measure' },
        ],
        rows: [[stamp, 5]],
      },
      { receivedAt: new Date(arrival), source: { format: 'mds' } },
    ),
  )

describe('all zones, from 2000 to 2035', () => {
  const seconds = (max: number) => fc.integer({ min: 0, max })

  test('a message that comes at once has its time, without a flag', () => {
    fc.assert(
      fc.property(moments, seconds(600), ({ zone, ms }, delay) => {
        const arrival = ms + delay * 1000
        expect(tasmota(shown(ms, offsetOf(ms, zone)), zone, arrival)).toEqual({ ms, isFlagged: false })
        const stamp = stampOf(shown(ms, offsetOf(ms, zone)))
        expect(telegram(stamp, zone, arrival)).toEqual({ ms, isFlagged: false })
      }),
      { seed: 20_261_025, numRuns: 400 },
    )
  })

  test('so does one of a clock that was not changed in spring', () => {
    fc.assert(
      fc.property(moments, fc.double({ min: 0, max: 0.999, noNaN: true }), seconds(600), (one, part, delay) => {
        fc.pre(one.after > one.before)
        const ms = one.change + Math.floor((part * one.distance) / 1000) * 1000
        expect(tasmota(shown(ms, one.before), one.zone, ms + delay * 1000)).toEqual({ ms, isFlagged: false })
      }),
      { seed: 20_260_329, numRuns: 300 },
    )
  })

  test('however late a message comes, its time is right or flagged', () => {
    const delays = fc.oneof(seconds(4 * 3600), seconds(30 * 86_400))
    fc.assert(
      fc.property(moments, delays, fc.boolean(), ({ zone, ms, distance }, delay, retain) => {
        const late = delay * 1000
        // nobody can tell a message that waited for just this hour from one that came at once in the next
        fc.pre(retain || late < distance - 5 * MINUTE || late > distance + 15 * MINUTE)
        const found = tasmota(shown(ms, offsetOf(ms, zone)), zone, ms + late, retain)
        expect(found.isFlagged || found.ms === ms).toBe(true)
        expect([0, distance]).toContain(Math.abs((found.ms ?? 0) - ms))
      }),
      { seed: 20_251_026, numRuns: 600 },
    )
  })

  test('a gas meter that is read every hour: right or flagged, whenever it comes', () => {
    fc.assert(
      fc.property(moments, seconds(4 * 3600), ({ zone, ms }, delay) => {
        const found = gas(stampOf(shown(ms, offsetOf(ms, zone))), zone, ms + delay * 1000)
        expect(found.isFlagged || found.ms === ms).toBe(true)
      }),
      { seed: 20_241_027, numRuns: 400 },
    )
  })

  test('feeds of buses: at once without a flag, later right or flagged', () => {
    fc.assert(
      fc.property(moments, seconds(4 * 3600), ({ zone, ms, distance }, delay) => {
        const stamp = shown(ms, offsetOf(ms, zone))
        expect(siri(stamp, zone, ms + 1000 * (delay % 600))).toEqual({ ms, isFlagged: false })
        const late = delay * 1000
        fc.pre(late < distance - 5 * MINUTE || late > distance + 15 * MINUTE)
        const found = siri(stamp, zone, ms + late)
        expect(found.isFlagged || found.ms === ms).toBe(true)
      }),
      { seed: 20_231_029, numRuns: 300 },
    )
  })

  test('entities of a context broker and hours of shared vehicles: right or flagged, whenever they come', () => {
    fc.assert(
      fc.property(moments, seconds(4 * 3600), ({ zone, ms }, delay) => {
        const stamp = shown(ms, offsetOf(ms, zone))
        const arrival = ms + delay * 1000
        for (const found of [timeOf(fiware(stamp, zone, arrival)), mds(stamp, zone, arrival)])
          expect(found.isFlagged || found.ms === ms).toBe(true)
      }),
      { seed: 20_221_030, numRuns: 300 },
    )
  })

  test('intervals of an entity, in one attribute, in two, or with a duration: both ends right, or flagged', () => {
    fc.assert(
      fc.property(
        moments,
        fc.constantFrom(15 * MINUTE, 60 * MINUTE, 180 * MINUTE),
        seconds(4 * 3600),
        ({ zone, ms }, length, delay) => {
          const [from, to] = [ms, ms + length].map((one) => shown(one, offsetOf(one, zone)))
          const arrival = ms + length + delay * 1000
          const bounds = { dateObservedFrom: from, dateObservedTo: to }
          for (const decoded of [
            fiware(`${from}/${to}`, zone, arrival),
            fiware(`${from}/PT${length / 1000}S`, zone, arrival),
            fiware(`PT${length / 1000}S/${to}`, zone, arrival),
            fiware(`${to}`, zone, arrival, bounds),
          ]) {
            const { ms: found, isFlagged } = timeOf(decoded)
            const end = decoded.ok ? decoded.samples[0]?.end?.getTime() : undefined
            expect(isFlagged || (found === ms && end === ms + length)).toBe(true)
          }
        },
      ),
      { seed: 20_211_031, numRuns: 300 },
    )
  })

  test('S and W of DSMR are exact, whenever a telegram comes', () => {
    fc.assert(
      fc.property(moments, seconds(30 * 86_400), ({ zone, ms, before, after }, delay) => {
        const year = at(ms, zone).year
        const [january, july] = [1, 7].map(
          (month) => Temporal.PlainDateTime.from({ year, month, day: 1 }).toZonedDateTime(zone).offsetNanoseconds / 1e6,
        )
        // a zone whose clocks change for summer, and not for good
        fc.pre(january !== july && [january, july].includes(before) && [january, july].includes(after))
        const offset = offsetOf(ms, zone)
        const stamp = `${stampOf(shown(ms, offset))}${offset === Math.max(before, after) ? 'S' : 'W'}`
        expect(telegram(stamp, zone, ms + delay * 1000)).toEqual({ ms, isFlagged: false })
      }),
      { seed: 20_231_029, numRuns: 400 },
    )
  })
})

describe('Berlin, 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC', () => {
  const time = '2026-10-25T02:30:00'
  const [first, second] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)]

  test.each([
    ['in the first hour', '2026-10-25T00:30:05Z', first, false],
    ['late in the first hour', '2026-10-25T01:20:00Z', first, false],
    ['in the second hour', '2026-10-25T01:30:05Z', second, false],
    ['late in the second hour: it may have waited for more than an hour', '2026-10-25T02:20:00Z', second, true],
    ['much later', '2026-10-25T02:31:00Z', first, true],
  ])('%s', (_, arrival, ms, isFlagged) => {
    expect(tasmota(time, 'Europe/Berlin', Date.parse(arrival))).toEqual({ ms, isFlagged })
  })

  test('retained by the broker, so that the arrival says nothing', () => {
    expect(tasmota(time, 'Europe/Berlin', second + 1000, true)).toEqual({ ms: first, isFlagged: true })
    expect(tasmota('2026-10-25T03:30:00', 'Europe/Berlin', second + 3_601_000, true).isFlagged).toBe(false)
  })

  test('a flagged value is suspect, with the reason', () => {
    const receivedAt = new Date('2026-10-26T00:00:00Z')
    const decoded = read('tele/desk/SENSOR', { Time: time, ENERGY: { Power: 1 } }, { receivedAt })
    const { samples } = normalise(decoded.ok ? decoded.samples : [], { receivedAt, source: { name: 's', topic: '#' } })
    expect(samples).toMatchObject([{ quality: QUALITY.suspect, reasons: REASONS.ambiguous_time }])
  })

  test('spring: an hour that does not occur, of a clock that was changed too late or too early', () => {
    const missing = '2026-03-29T02:30:00'
    const [early, late] = [Date.UTC(2026, 2, 29, 0, 30), Date.UTC(2026, 2, 29, 1, 30)]
    expect(tasmota(missing, 'Europe/Berlin', late + 1000)).toEqual({ ms: late, isFlagged: false })
    expect(tasmota(missing, 'Europe/Berlin', early + 1000)).toEqual({ ms: early, isFlagged: false })
    expect(tasmota(missing, 'Europe/Berlin', late + 2 * 3_600_000)).toEqual({ ms: late, isFlagged: true })
  })
})
