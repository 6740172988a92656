import type { Reading } from '../physics/readings.ts'
import type { SimThing } from '../world/world.ts'
import type { Message } from './format.ts'

/** Citywell's own format: topic city/<domain>/<thingId>, one JSON object, or an array of them for what was buffered. */
export const nativeTopic = (thing: SimThing): string => `city/${thing.domain}/${thing.key}`

export function nativeObject(reading: Reading, ms: number): Record<string, unknown> {
  return {
    time: new Date(ms).toISOString(),
    ...(reading.location && { location: reading.location }),
    ...(reading.channel !== undefined && { channel: reading.channel }),
    ...reading.values,
  }
}
export const native = (thing: SimThing, reading: Reading, ms: number): Message => ({
  topic: nativeTopic(thing),
  payload: JSON.stringify(nativeObject(reading, ms)),
})
