import { DAY_MS, HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import type { Message } from './formats/format.ts'
import type { Reading } from './physics/readings.ts'
import { hash, hash01 } from './random/random.ts'
import type { SimThing } from './world/world.ts'

/** What is wrong with a device. A few have one; the rest have none. Reference instruments are looked after. */
export const FAULTS = ['drift', 'dropout', 'stuck', 'spike', 'clock_skew', 'duplicate', 'garbage'] as const
export type Fault = (typeof FAULTS)[number]

/** How many devices have each fault, in a city of about 460 Things. */
const SHARE: Readonly<Record<Fault, number>> = {
  drift: 4,
  dropout: 5,
  stuck: 4,
  spike: 5,
  clock_skew: 3,
  duplicate: 5,
  garbage: 5,
}
const SUBJECT = /air_station|traffic_counter|building|wifi_hotspot|bike_counter|weather_station/
const GAUGES: readonly string[] = ['pm1', 'pm2_5', 'pm10', 'no2', 'o3', 'temperature', 'speed']

/** Which device has which fault: by the seed of each Thing, which carries that of the city. */
export function assignFaults(things: readonly SimThing[]): Map<string, Fault> {
  const order = things
    .filter((t) => SUBJECT.test(t.kind) && t.grade !== 'reference')
    .sort((a, b) => hash(a.seed, 801) - hash(b.seed, 801))
  const faults = new Map<string, Fault>()
  for (const fault of FAULTS) {
    let left = SHARE[fault]
    for (const thing of order) {
      if (left === 0) break
      if (faults.has(thing.key) || !suits(fault, thing)) continue
      faults.set(thing.key, fault)
      left--
    }
  }
  return faults
}
/** A drifting, stuck or spiking device must measure something that shows it; a clock can only be wrong where it is sent. */
function suits(fault: Fault, thing: SimThing): boolean {
  if (fault === 'drift' || fault === 'spike' || fault === 'stuck')
    return thing.kind === 'air_station' || thing.kind === 'weather_station'
  if (fault === 'clock_skew') return !/^(zigbee2mqtt|sensor-community|things-stack)/.test(thing.device ?? '')
  return true
}

/** The instant whose reading is reported: a stuck device repeats the one at which it got stuck, some hours every day. */
export function reportedInstant(fault: Fault | undefined, thing: SimThing, ms: number): number {
  if (fault !== 'stuck') return ms
  const start =
    Math.floor(ms / DAY_MS) * DAY_MS + Math.floor(hash01(thing.seed, 811, Math.floor(ms / DAY_MS)) * 10) * HOUR_MS
  return ms >= start && ms < start + 9 * HOUR_MS ? start : ms
}

/** Silent for whole hours now and then. */
export const isSilent = (fault: Fault | undefined, thing: SimThing, ms: number): boolean =>
  fault === 'dropout' && hash01(thing.seed, 812, Math.floor(ms / 7_200_000)) < 0.3

/** Drift grows by a few per cent a day and is calibrated away every eight weeks; a spike is one reading in 150. */
export function distort(fault: Fault | undefined, thing: SimThing, ms: number, reading: Reading): Reading {
  if (fault !== 'drift' && fault !== 'spike') return reading
  const days = (ms / DAY_MS + 56 * hash01(thing.seed, 813)) % 56
  const spiked = fault === 'spike' && hash01(thing.seed, 814, Math.floor(ms / MINUTE_MS)) < 1 / 150
  const factor = fault === 'drift' ? 1 + 0.022 * days : spiked ? 14 : 1
  if (factor === 1) return reading
  const values = Object.fromEntries(
    Object.entries(reading.values).map(([name, value]) => [
      name,
      GAUGES.includes(name) ? Math.round(distorted(name, value, factor) * 10) / 10 : value,
    ]),
  )
  return { ...reading, values }
}
const distorted = (name: string, value: number, factor: number): number =>
  name === 'temperature' ? value + (factor - 1) * 4 : value * factor

/** A clock that runs 50 minutes ahead. */
export const skewedTime = (fault: Fault | undefined, ms: number): number =>
  fault === 'clock_skew' ? ms + 50 * MINUTE_MS : ms

/** What leaves the device for one reading: the message, the message twice, or in part of the cases something broken. */
export function deliver(fault: Fault | undefined, thing: SimThing, ms: number, message: Message): Message[] {
  const draw = hash01(thing.seed, 821, Math.floor(ms / 1000))
  if (fault === 'duplicate' && draw < 0.4) return [message, message]
  if (fault !== 'garbage' || draw > 0.12) return [message]
  return [{ ...message, payload: garble(message.payload, hash(thing.seed, 822, Math.floor(ms / 1000)) % 3) }]
}
/** Cut off in the middle; a bare nan, which is no JSON; a unit that does not fit, or a word for a number. */
function garble(payload: string, kind: number): string {
  if (kind === 0) return payload.slice(0, Math.max(3, Math.floor(payload.length * 0.6)))
  if (kind === 1) return payload.replace(/:\s*"?-?\d+(\.\d+)?"?(?=[,}\]][^:]*$)/, ':nan')
  const native = /^\{"time"/.test(payload)
  return native
    ? payload.replace(/\}$/, ',"units":{"pm2_5":"Cel","speed":"ug/m3","active_power":"Cel","clients":"Cel"}}')
    : payload.replace(/:\s*-?\d+(\.\d+)?(?=[,}])/g, ':"err"')
}
