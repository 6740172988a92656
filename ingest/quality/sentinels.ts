import type { ObservedProperty } from '#model/observation/properties.ts'

/**
 * Numbers that devices send instead of a missing value, before unit conversion.
 * 0x7FFF, 0x8000 and 0xFFFF appear scaled by the decimals of the register: 327.67 (Dragino without probe), -3276.8, 65535.
 */
const INTEGER_LIMITS = [2147483647, -2147483648, 4294967295]
const MISSING_CODES = [-999, -999.9, -9999, -99999, 9999, 99999]
const SIXTEEN_BIT = [32767, -32768, 65535, 3276.7, -3276.8, 6553.5, 327.67, -327.68, 655.35]

const ANY: ReadonlySet<number> = new Set(INTEGER_LIMITS)
const WEATHER: ReadonlySet<number> = new Set([...INTEGER_LIMITS, ...MISSING_CODES, ...SIXTEEN_BIT])
/** -127: a DS18B20 that does not respond */
const TEMPERATURE: ReadonlySet<number> = new Set([...WEATHER, -127])
const PERCENT: ReadonlySet<number> = new Set([...WEATHER, -1, 255])
/** without 327.67 and 655.35, which are possible concentrations */
const AIR: ReadonlySet<number> = new Set([
  ...INTEGER_LIMITS,
  ...MISSING_CODES,
  -1,
  32767,
  -32768,
  65535,
  3276.7,
  -3276.8,
  6553.5,
])
/** without 327.67 W/m2, 9999 lx and 32767 lx, which are possible; the saturated 65535 is left to the range test */
const LIGHT: ReadonlySet<number> = new Set([...INTEGER_LIMITS, -999, -9999, -1])
/** as reported by Android and modem firmware for a cell without signal */
const RADIO: ReadonlySet<number> = new Set([...INTEGER_LIMITS, ...MISSING_CODES, ...SIXTEEN_BIT])

const BY_PROPERTY: Readonly<Record<string, ReadonlySet<number>>> = {
  temperature: TEMPERATURE,
  dew_point: TEMPERATURE,
  soil_temperature: TEMPERATURE,
  water_temperature: TEMPERATURE,
  relative_humidity: PERCENT,
  soil_moisture: PERCENT,
  battery_level: PERCENT,
  pressure: new Set([...INTEGER_LIMITS, ...MISSING_CODES, ...SIXTEEN_BIT.filter((code) => code !== 655.35), -1]),
  wind_speed: new Set([...WEATHER, -1]),
  wind_direction: new Set([...INTEGER_LIMITS, -999, -999.9, -9999, -99999, 32767, 65535, 3276.7, 6553.5, -1]),
  precipitation: new Set([...WEATHER, -1]),
  solar_irradiance: LIGHT,
  illuminance: LIGHT,
  sound_level: new Set([...WEATHER, -1]),
  sound_level_max: new Set([...WEATHER, -1]),
  rsrp: RADIO,
  rsrq: RADIO,
  rscp: RADIO,
  sinr: RADIO,
  rssi: RADIO,
  snr: RADIO,
  download: new Set([...INTEGER_LIMITS, -1]),
  upload: new Set([...INTEGER_LIMITS, -1]),
  latency: new Set([...INTEGER_LIMITS, -1]),
}

/** Whether this number is a code for "no value" in this property. Meters count past most codes, so only integer limits apply. */
export function isSentinel(raw: number, { name, domain }: Pick<ObservedProperty, 'name' | 'domain'>): boolean {
  const codes = Object.hasOwn(BY_PROPERTY, name) ? BY_PROPERTY[name] : domain === 'air' ? AIR : ANY
  return codes?.has(raw) ?? false
}
