import { deviceId, type Encode } from './format.ts'

/** Units of the SenML registries (RFC 8428, table 1; RFC 8798, table 1), by property; factor from our canonical unit. */
const UNITS: Readonly<Record<string, { unit: string; factor?: number }>> = {
  pm1: { unit: 'ug/m3' },
  pm2_5: { unit: 'ug/m3' },
  pm10: { unit: 'ug/m3' },
  no2: { unit: 'ug/m3' },
  o3: { unit: 'ug/m3' },
  so2: { unit: 'ug/m3' },
  temperature: { unit: 'Cel' },
  relative_humidity: { unit: '%RH' },
  active_power: { unit: 'W' },
  energy: { unit: 'kWh' },
  energy_produced: { unit: 'kWh' },
  customers_interrupted: { unit: 'count' },
  water_volume: { unit: 'm3' },
  water_flow: { unit: 'l/s', factor: 1 / 60 },
  water_level: { unit: 'm' },
  vehicle_count: { unit: 'count' },
  speed: { unit: 'm/s', factor: 1 / 3.6 },
  occupancy: { unit: '/', factor: 0.01 },
  clients: { unit: 'count' },
  online: { unit: '/' },
}

/** Names of quantities whose property has a name that others use for other things. */
const NAMES: Readonly<Record<string, string>> = { speed: 'average_vehicle_speed', occupancy: 'road_occupancy' }

/** A SenML pack (RFC 8428): base name ends in a colon, base time in seconds, one record a value. */
export const senml: Encode = (thing, reading, ms) => {
  const records = Object.entries(reading.values).map(([name, value], i) => {
    const { unit, factor = 1 } = UNITS[name] ?? { unit: 'count' }
    const v = factor === 1 ? value : Math.round(value * factor * 1e4) / 1e4
    return {
      ...(i === 0 && { bn: `${deviceId(thing)}:`, bt: Math.round(ms / 1000) }),
      n: NAMES[name] ?? name,
      u: unit,
      v,
    }
  })
  return { topic: `senml/${thing.key}`, payload: JSON.stringify(records) }
}
