import { wallClock } from '../physics/clock.ts'
import { deviceId, type Encode } from './format.ts'

/**
 * Tasmota telemetry (tele/<topic>/SENSOR): time is the wall clock of the city without offset; a meter sends ENERGY, an
 * air station SDS0X1 and BME280, with the units of pressure and temperature next to them.
 * Source: tasmota.github.io/docs, "MQTT" and the pages of the sensors.
 */
export const tasmota: Encode = (thing, { values: v }, ms, clock) => {
  const body: Record<string, unknown> = { Time: wallClock(ms, clock) }
  if (v['active_power'] !== undefined) {
    const power = v['active_power']
    const voltage = 400
    body['ENERGY'] = {
      TotalStartTime: '2026-01-01T00:00:00',
      Total: v['energy'],
      Power: power,
      ApparentPower: Math.round(power / 0.94),
      ReactivePower: Math.round(power * 0.363),
      Factor: 0.94,
      Voltage: voltage,
      Current: Math.round((power / voltage / 0.94) * 1000) / 1000,
    }
  }
  if (v['pm2_5'] !== undefined) body['SDS0X1'] = { 'PM2.5': v['pm2_5'], PM10: v['pm10'] }
  if (v['temperature'] !== undefined) {
    body['BME280'] = { Temperature: v['temperature'], Humidity: v['relative_humidity'], Pressure: v['pressure'] }
    body['PressureUnit'] = 'hPa'
    body['TempUnit'] = 'C'
  }
  return { topic: `tele/${deviceId(thing)}/SENSOR`, payload: JSON.stringify(body) }
}
