import { MINUTE_MS } from '#model/basics/durations.ts'
import { hash } from '../random/random.ts'
import { deviceId, type Encode } from './format.ts'

const FIELDS: Readonly<Record<string, string>> = {
  pm1: 'pm1',
  pm2_5: 'pm25',
  pm10: 'pm10',
  temperature: 'temperature',
  relative_humidity: 'humidity',
  active_power: 'power',
  energy: 'energy',
}

/** Zigbee2MQTT state: topic is the friendly name, no time (last_seen is off by default), linkquality 0 to 255. */
export const zigbee2mqtt: Encode = (thing, { values }, ms) => {
  const state: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(values)) if (FIELDS[name]) state[FIELDS[name]] = value
  if (values['active_power'] !== undefined) {
    state['voltage'] = 229 + (hash(thing.seed, 75, Math.floor(ms / MINUTE_MS)) % 6)
    state['state'] = 'ON'
  }
  state['linkquality'] = 40 + (hash(thing.seed, 76, Math.floor(ms / MINUTE_MS)) % 180)
  return { topic: `zigbee2mqtt/${deviceId(thing)}`, payload: JSON.stringify(state) }
}
