import { PROPERTIES } from '#model/observation/properties.ts'
import { toCanonical } from '#model/observation/units.ts'
import { unitsAtEnd } from './units-in-names.ts'
import { CERTAIN } from './vocabulary.ts'

/**
 * What an unmapped field may be, for the person who maps it: names of amounts that do not say whether the number is an
 * increment since the last message, a level or a running total, and names that stand for different things in different
 * devices.
 */
const AMBIGUOUS: readonly (readonly [pattern: RegExp, suggestion: string])[] = [
  [
    /rain|precip|niederschlag|chuva|lluvia|pluie/,
    'precipitation (mm since the last message) or precipitation_total (running total of the gauge)',
  ],
  [/vehicle|^cars?$|^carcount/, 'vehicle_count (passed since the last message) or vehicles_available (present)'],
  [/^bikes?$|bikecount|cyclists?/, 'bicycle_count (passed since the last message) or bikes_available (present)'],
  [/people|pedestrians?|persons?|visitors?/, 'pedestrian_count, where it counts who passed since the last message'],
  [
    /(energy|kwh|consumption|production|yield).*(today|day|daily|month|week|hour|yesterday|period|interval)/,
    'no property: it restarts with its period; send the running total of the meter (energy)',
  ],
  [/^rate$/, 'water_flow, with the unit that is set on the device (per minute or per interval)'],
  [/flow/, 'water_flow (L/min, m3/h) of a pipe, or flow (vehicles per hour) of a road'],
  [/occupancy/, 'occupancy only where it is the share of time in which a road is occupied (%)'],
  [/speed/, 'speed (mean speed of traffic) or wind_speed; the speed of one tracker is no property'],
  [/freq/, 'frequency only where it is that of the mains (50 or 60 Hz)'],
  [/batt?(ery)?$/, 'battery_level (%) or battery_voltage (V or mV)'],
  [/vdd|vbat/, 'battery_voltage, with its unit (V or mV)'],
  [/volt|spannung|tensao/, 'voltage (of the mains) or battery_voltage, with the unit (V or mV)'],
  [/power|leistung|potencia/, 'active_power, with the unit (W or kW)'],
  [/current|ampere|strom/, 'current, with the unit (A or mA)'],
  [/press|druck/, 'pressure where it is that of the air, with the unit (hPa, kPa, Pa); that of a pipe is no property'],
  [
    /temp/,
    'temperature where it is that of the air, soil_temperature, or water_temperature; that of a device is no property',
  ],
  [/moist|humid|feucht/, 'relative_humidity (of the air) or soil_moisture'],
  [/noise|sound|^l[ac]?eq|dba?$/, 'sound_level where it is the A-weighted equivalent level'],
  [/radiation|solar/, 'solar_irradiance, with the unit (W/m2)'],
  [/light(?!ning)|lumi/, 'illuminance, with the unit (lx)'],
  [/level|niveau/, 'water_level, with the unit (m, cm or mm)'],
  [/water|volume/, 'water_volume (reading of the meter), with the unit (m3 or L)'],
  [/pulse|counter/, 'energy, water_volume or gas_volume where it is the reading of a meter, with unit and scale'],
]

/** The properties that an unmapped field may have, where its name allows any; none that its unit excludes. */
export function suggestionFor(name: string, squeezed: string): string | undefined {
  const certain = CERTAIN.get(squeezed)
  if (certain && certain.unit === undefined && !certain.only) return `${certain.property}, once its unit is known`
  const units = unitsAtEnd(name).map(({ unit }) => unit)
  return AMBIGUOUS.find(([pattern, text]) => pattern.test(squeezed) && fits(text, units))?.[1]
}

function fits(text: string, units: readonly string[]): boolean {
  const named = text.match(/\b[a-z0-9_]+\b/g)?.flatMap((word) => PROPERTIES.get(word) ?? []) ?? []
  return (
    units.length === 0 ||
    text.startsWith('no property') ||
    named.some((property) => units.some((unit) => toCanonical(1, unit, property) !== undefined))
  )
}
