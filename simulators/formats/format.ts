import type { Clock } from '../physics/clock.ts'
import type { Reading } from '../physics/readings.ts'
import type { SimThing } from '../world/world.ts'

/** One MQTT message as a device would publish it. */
export type Message = { topic: string; payload: string }
export type Encode = (thing: SimThing, reading: Reading, ms: number, clock: Clock) => Message
/** What a device is called in its own format: the part of `device` behind the first slash. */
export const deviceId = (thing: SimThing): string => (thing.device ?? '').slice((thing.device ?? '').indexOf('/') + 1)
