import { distort, type Fault, isSilent, reportedInstant } from './faults.ts'
import type { Message } from './formats/format.ts'
import { nativeObject, nativeTopic } from './formats/native.ts'
import type { Models } from './physics/readings.ts'
import { hash01 } from './random/random.ts'
import type { SimThing } from './world/world.ts'

/**
 * The readings of one Thing over a stretch of time, as a native array: the form in which a gateway hands over what it
 * buffered. Times are whole multiples of the Thing's interval, so that a repeat meets its own key in the store.
 */
export function historyMessage(
  models: Models,
  thing: SimThing,
  fault: Fault | undefined,
  from: number,
  to: number,
): Message | undefined {
  const rows: Record<string, unknown>[] = []
  for (const at of timesOf(models, thing, from, to)) {
    if (isSilent(fault, thing, at)) continue
    const reading = models.read(thing, reportedInstant(fault, thing, at), thing.interval)
    if (reading) rows.push(nativeObject(distort(fault, thing, at, reading), at))
  }
  return rows.length === 0 ? undefined : { topic: nativeTopic(thing), payload: JSON.stringify(rows) }
}

/** The multiples of the interval in [from, to); a feeder also tells when customers lose supply and when they have it again. */
function timesOf(models: Models, thing: SimThing, from: number, to: number): number[] {
  const step = thing.interval * 1000
  const regular: number[] = []
  for (let ms = Math.ceil(from / step) * step; ms < to; ms += step) regular.push(ms)
  if (thing.kind === 'probe') return regular.flatMap((ms) => driveTimes(thing, ms, step)).filter((at) => at < to)
  if (thing.kind !== 'feeder') return regular
  return [...new Set([...regular, ...models.supply.changes(thing, from, to)])].sort((a, b) => a - b)
}

/** Drive tests come in stretches: two samples a quarter of an hour, at times of their own. */
const driveTimes = (thing: SimThing, ms: number, step: number): number[] =>
  [0.08, 0.55].map(
    (part, i) =>
      ms + Math.floor(((part + 0.35 * hash01(thing.seed, 91, Math.floor(ms / step), i)) * step) / 1000) * 1000,
  )
