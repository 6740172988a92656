import { MINUTE_MS } from '#model/basics/durations.ts'
import { hash } from '../random/random.ts'
import { deviceId, type Encode } from './format.ts'

/**
 * The body that airRohr firmware posts, bridged to MQTT: all values are text, P1 is PM10 and P2 is PM2.5, pressure is in
 * Pa, there is no time; samples, micros and signal are housekeeping. Source: opendata-stuttgart/sensors-software.
 */
export const sensorCommunity: Encode = (thing, { values: v }, ms) => {
  const id = deviceId(thing)
  const text = (n: number | undefined, decimals = 2) => (n ?? 0).toFixed(decimals)
  const entries = [
    { value_type: 'SDS_P1', value: text(v['pm10']) },
    { value_type: 'SDS_P2', value: text(v['pm2_5']) },
    { value_type: 'BME280_temperature', value: text(v['temperature']) },
    { value_type: 'BME280_pressure', value: text((v['pressure'] ?? 0) * 100) },
    { value_type: 'BME280_humidity', value: text(v['relative_humidity']) },
    { value_type: 'samples', value: String(4_000_000 + (hash(thing.seed, Math.floor(ms / MINUTE_MS)) % 300_000)) },
    { value_type: 'min_micro', value: '28' },
    { value_type: 'max_micro', value: '20121' },
    { value_type: 'interval', value: '60000' },
    { value_type: 'signal', value: String(-48 - (thing.seed % 40)) },
  ]
  const body = { esp8266id: id.replace('esp8266-', ''), software_version: 'NRZ-2024-135', sensordatavalues: entries }
  return { topic: `sensor.community/${id}`, payload: JSON.stringify(body) }
}
