import type { SimThing } from '../world/world.ts'
import type { Encode } from './format.ts'
import { native } from './native.ts'
import { senml } from './senml.ts'
import { sensorCommunity } from './sensor-community.ts'
import { tasmota } from './tasmota.ts'
import { thingsStack } from './things-stack.ts'
import { zigbee2mqtt } from './zigbee2mqtt.ts'

const ENCODERS: Readonly<Record<string, Encode>> = {
  native,
  senml,
  'things-stack': thingsStack,
  tasmota,
  zigbee2mqtt,
  'sensor-community': sensorCommunity,
}
export const formatOf = (thing: SimThing): string => thing.device?.slice(0, thing.device.indexOf('/')) ?? 'native'
/** How this Thing speaks. */
export const encoderOf = (thing: SimThing): Encode => ENCODERS[formatOf(thing)] ?? native
