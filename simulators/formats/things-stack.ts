import { MINUTE_MS } from '#model/basics/durations.ts'
import { hash, hash01 } from '../random/random.ts'
import { deviceId, type Encode } from './format.ts'

/** Names of payload formatters, by property; those of quantities with several units in use contain the unit. */
const FIELDS: Readonly<Record<string, string>> = {
  relative_humidity: 'humidity',
  no2: 'no2_ugm3',
  o3: 'o3_ugm3',
  so2: 'so2_ugm3',
  co: 'co_mgm3',
  pressure: 'barometric_pressure',
  wind_speed: 'wind_speed_m_s',
  water_level: 'water_level_m',
  sound_level: 'laeq',
  sound_level_max: 'lamax',
  active_power: 'active_power_w',
  energy: 'energy_kwh',
  water_volume: 'water_volume_m3',
  water_flow: 'water_flow_l_min',
}
const hex = (n: number, digits: number): string => n.toString(16).toUpperCase().padStart(digits, '0')

/**
 * An uplink of The Things Stack v3 as its MQTT integration publishes it. Like the original it leaves out
 * fields of the envelope that are zero, times have nine decimals, the frequency is text, and each gateway that heard the frame adds an entry.
 * Source: thethingsindustries.com/docs, "Data formats".
 */
export const thingsStack: Encode = (thing, reading, ms) => {
  const id = deviceId(thing)
  const time = new Date(ms).toISOString().replace('Z', '000000Z')
  const minute = Math.floor(ms / MINUTE_MS)
  const gateways = 1 + (hash(thing.seed, 71, minute) % 2)
  const decoded = Object.fromEntries(
    Object.entries(reading.values).map(([name, value]) => [FIELDS[name] ?? name, value]),
  )
  const uplink = {
    end_device_ids: {
      device_id: id,
      application_ids: { application_id: 'selmora-city' },
      dev_eui: `70B3D57E${hex(thing.seed, 8)}`,
      dev_addr: `260B${hex(thing.seed & 0xffff, 4)}`,
    },
    received_at: time,
    uplink_message: {
      f_port: 2,
      f_cnt: minute % 65_536,
      decoded_payload: decoded,
      rx_metadata: Array.from({ length: gateways }, (_, g) => ({
        gateway_ids: { gateway_id: `selmora-gw-${1 + (hash(thing.seed, 72, g) % 5)}` },
        rssi: -62 - Math.round(48 * hash01(thing.seed, 73, minute, g)),
        snr: Math.round((11 - 16 * hash01(thing.seed, 74, minute, g)) * 4) / 4 || 0.25,
      })),
      settings: {
        data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7 + (thing.seed % 4) } },
        frequency: '868100000',
      },
      received_at: time,
    },
  }
  return { topic: `v3/selmora-city@ttn/devices/${id}/up`, payload: JSON.stringify(uplink) }
}
