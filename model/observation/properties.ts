import type { Domain } from '../things/domain.ts'

/**
 * How a property's numbers behave in time:
 * - `gauge`: a state at an instant, averaged over time
 * - `counter`: a cumulative reading (kWh, m3), stored raw and differenced with resets handled
 * - `interval`: an amount since the last message (vehicles passed), summed over time
 */
export type PropertyKind = 'gauge' | 'counter' | 'interval'

export type ObservedProperty = {
  readonly name: string
  readonly domain: Domain
  readonly kind: PropertyKind
  /** canonical unit, a UCUM code; annotations in braces carry the reference of a level: dB{mW} is what people call dBm */
  readonly unit: string
  /** how the unit is written for people */
  readonly unitLabel: string
  /** English name; the dashboard translates by `name` */
  readonly label: string
  /**
   * what no working instrument reports (fail) and what is rare enough to look at (suspect), canonical unit; how high an
   * instrument measures pollutants depends on its grade (model/air-quality/measuring-ranges.ts)
   */
  readonly grossRange: readonly [number, number]
  readonly plausibleRange?: readonly [number, number]
  /** relative molar mass in g/mol, for gases given as a mixing ratio */
  readonly molarMass?: number
  /** measured while moving: a sample that carries its own position goes to mobile_observation */
  readonly positioned?: true
  /** a direction in degrees, where 360 is 0 again: no minimum, maximum or sum, and a mean of vectors (model/observation/directions.ts) */
  readonly circular?: true
  /** the highest value of an interval: of several intervals the highest counts, and no mean */
  readonly maximum?: true
}

type Row = Omit<ObservedProperty, 'name'>

/** A gram per cubic metre: not air any more. Nothing below it is failed for being high, or smoke would look like clean air. */
const NOT_AIR = 1e6

const gas = (label: string, molarMass: number): Row => ({
  domain: 'air',
  kind: 'gauge',
  unit: 'ug/m3',
  unitLabel: 'µg/m³',
  label,
  molarMass,
  grossRange: [-10, NOT_AIR],
  plausibleRange: [0, NOT_AIR],
})
const particles = (label: string): Row => ({
  domain: 'air',
  kind: 'gauge',
  unit: 'ug/m3',
  unitLabel: 'µg/m³',
  label,
  // the noise of an instrument at zero; cutting it off would raise the mean of clean air (AQS takes PM from -10 on)
  grossRange: [-10, NOT_AIR],
  plausibleRange: [0, NOT_AIR],
})
const gauge = (
  domain: Domain,
  label: string,
  unit: string,
  unitLabel: string,
  grossRange: readonly [number, number],
  plausibleRange?: readonly [number, number],
): Row => ({ domain, kind: 'gauge', unit, unitLabel, label, grossRange, ...(plausibleRange && { plausibleRange }) })
const counter = (domain: Domain, label: string, unit: string, unitLabel: string): Row => ({
  domain,
  kind: 'counter',
  unit,
  unitLabel,
  label,
  grossRange: [0, 1e12],
})
const amount = (domain: Domain, label: string): Row => ({
  domain,
  kind: 'interval',
  unit: '{count}',
  unitLabel: '',
  label,
  grossRange: [0, 1e6],
})
const radio = (label: string, unit: string, unitLabel: string, grossRange: readonly [number, number]): Row => ({
  domain: 'connectivity',
  kind: 'gauge',
  unit,
  unitLabel,
  label,
  grossRange,
  positioned: true,
})

/**
 * The observed properties Citywell knows, by canonical name. Gross ranges: instrument limits in common data sheets,
 * physical limits elsewhere;
 * 3GPP TS 36.133 and 38.133 for the reporting ranges of RSRP, RSRQ and SINR.
 */
const CATALOGUE = {
  // air
  pm1: particles('PM1'),
  pm2_5: particles('PM2.5'),
  pm4: particles('PM4'),
  pm10: particles('PM10'),
  no2: gas('Nitrogen dioxide', 46.006),
  no: gas('Nitrogen monoxide', 30.006),
  nox: gas('Nitrogen oxides (as NO2)', 46.006),
  o3: gas('Ozone', 47.998),
  so2: gas('Sulphur dioxide', 64.066),
  nh3: gas('Ammonia', 17.031),
  h2s: gas('Hydrogen sulphide', 34.081),
  co: { ...gas('Carbon monoxide', 28.01), unit: 'mg/m3', unitLabel: 'mg/m³' },
  co2: gauge('air', 'Carbon dioxide', '[ppm]', 'ppm', [0, 40_000], [350, 5000]),
  voc_index: gauge('air', 'VOC index', '1', '', [0, 500]),
  nox_index: gauge('air', 'NOx index', '1', '', [0, 500]),
  // weather, also read by air stations
  temperature: gauge('weather', 'Air temperature', 'Cel', '°C', [-60, 85], [-45, 50]),
  relative_humidity: gauge('weather', 'Relative humidity', '%', '%', [0, 105], [2, 100]),
  pressure: gauge('weather', 'Air pressure', 'hPa', 'hPa', [300, 1100], [850, 1070]),
  dew_point: gauge('weather', 'Dew point', 'Cel', '°C', [-80, 60]),
  wind_speed: gauge('weather', 'Wind speed', 'm/s', 'm/s', [0, 75], [0, 45]),
  wind_direction: { ...gauge('weather', 'Wind direction', 'deg', '°', [0, 360]), circular: true },
  precipitation: { ...amount('weather', 'Precipitation'), unit: 'mm', unitLabel: 'mm', grossRange: [0, 300] },
  precipitation_total: { ...counter('weather', 'Precipitation (gauge reading)', 'mm', 'mm'), grossRange: [0, 1e6] },
  solar_irradiance: gauge('weather', 'Solar irradiance', 'W/m2', 'W/m²', [-20, 1800], [-10, 1400]),
  illuminance: gauge('weather', 'Illuminance', 'lx', 'lx', [0, 200_000]),
  soil_moisture: gauge('weather', 'Soil moisture', '%', '%', [0, 100]),
  soil_temperature: gauge('weather', 'Soil temperature', 'Cel', '°C', [-60, 85]),
  water_temperature: gauge('water', 'Water temperature', 'Cel', '°C', [-5, 60]),
  // noise
  sound_level: gauge('noise', 'Sound level (LAeq)', 'dB{A}', 'dB(A)', [10, 140], [25, 120]),
  sound_level_max: { ...gauge('noise', 'Maximum sound level', 'dB{A}', 'dB(A)', [10, 150]), maximum: true },
  // energy
  active_power: gauge('energy', 'Active power', 'W', 'W', [-1e9, 1e9]),
  reactive_power: gauge('energy', 'Reactive power', 'var', 'var', [-1e9, 1e9]),
  apparent_power: gauge('energy', 'Apparent power', 'V.A', 'VA', [0, 1e9]),
  power_factor: gauge('energy', 'Power factor', '1', '', [-1, 1]),
  voltage: gauge('energy', 'Voltage', 'V', 'V', [0, 500_000]),
  current: gauge('energy', 'Current', 'A', 'A', [-100_000, 100_000]),
  customers_interrupted: gauge('energy', 'Customers without supply', '{count}', '', [0, 1e7]),
  frequency: gauge('energy', 'Mains frequency', 'Hz', 'Hz', [0, 1000]),
  energy: counter('energy', 'Electricity drawn (meter reading)', 'kW.h', 'kWh'),
  energy_export: counter('energy', 'Electricity fed in (meter reading)', 'kW.h', 'kWh'),
  energy_produced: counter('energy', 'Electricity produced (meter reading)', 'kW.h', 'kWh'),
  thermal_energy: counter('energy', 'Heat (meter reading)', 'kW.h', 'kWh'),
  gas_volume: counter('energy', 'Gas (meter reading)', 'm3', 'm³'),
  battery_level: gauge('energy', 'Battery level', '%', '%', [0, 100]),
  battery_voltage: gauge('energy', 'Battery voltage', 'V', 'V', [0, 100]),
  // water
  water_volume: counter('water', 'Water (meter reading)', 'm3', 'm³'),
  water_flow: gauge('water', 'Water flow', 'L/min', 'l/min', [0, 1e6]),
  water_level: gauge('water', 'Water level', 'm', 'm', [-100, 100]),
  // mobility
  vehicle_count: amount('mobility', 'Vehicles counted'),
  bicycle_count: amount('mobility', 'Bicycles counted'),
  pedestrian_count: amount('mobility', 'Pedestrians counted'),
  flow: gauge('mobility', 'Traffic flow', '/h', 'veh/h', [0, 20_000]),
  speed: gauge('mobility', 'Mean speed', 'km/h', 'km/h', [0, 300], [0, 180]),
  occupancy: gauge('mobility', 'Road occupancy', '%', '%', [0, 100]),
  travel_time: gauge('mobility', 'Travel time', 's', 's', [0, 36_000]),
  travel_time_index: gauge('mobility', 'Travel time index', '1', '', [0.3, 20], [0.7, 8]),
  bikes_available: gauge('mobility', 'Bicycles available', '{count}', '', [0, 500]),
  docks_available: gauge('mobility', 'Docks available', '{count}', '', [0, 500]),
  vehicles_available: gauge('mobility', 'Shared vehicles available', '{count}', '', [0, 10_000]),
  vehicles_in_service: gauge('mobility', 'Public transport vehicles in service', '{count}', '', [0, 100_000]),
  spaces_available: gauge('mobility', 'Parking spaces available', '{count}', '', [0, 100_000]),
  // connectivity
  rsrp: radio('Signal power (RSRP)', 'dB{mW}', 'dBm', [-156, -31]),
  rsrq: radio('Signal quality (RSRQ)', 'dB', 'dB', [-43, 20]),
  rscp: radio('Signal power (3G RSCP)', 'dB{mW}', 'dBm', [-125, -20]),
  sinr: radio('Signal to interference and noise', 'dB', 'dB', [-23, 50]),
  download: radio('Download speed', 'Mbit/s', 'Mbit/s', [0, 100_000]),
  upload: radio('Upload speed', 'Mbit/s', 'Mbit/s', [0, 100_000]),
  latency: radio('Latency', 'ms', 'ms', [0, 60_000]),
  jitter: radio('Jitter', 'ms', 'ms', [0, 60_000]),
  packet_loss: radio('Packet loss', '%', '%', [0, 100]),
  rssi: gauge('connectivity', 'Received signal strength (RSSI)', 'dB{mW}', 'dBm', [-160, 20]),
  snr: gauge('connectivity', 'Signal to noise ratio', 'dB', 'dB', [-40, 100]),
  link_quality: gauge('connectivity', 'Link quality', '1', '', [0, 255]),
  electric_field: gauge('connectivity', 'Electric field strength', 'V/m', 'V/m', [0, 1000], [0, 100]),
  clients: gauge('connectivity', 'Connected devices', '{count}', '', [0, 100_000]),
  online: gauge('connectivity', 'Online', '1', '', [0, 1]),
} as const satisfies Record<string, Row>

export type PropertyName = keyof typeof CATALOGUE

/** Every observed property, keyed by canonical name. */
export const PROPERTIES: ReadonlyMap<string, ObservedProperty> = new Map(
  Object.entries(CATALOGUE).map(([name, row]) => [name, { name, ...row }]),
)
export const PROPERTY_NAMES = Object.keys(CATALOGUE) as [PropertyName, ...PropertyName[]]
export const isPropertyName = (name: string): name is PropertyName => PROPERTIES.has(name)

/** The property with this canonical name; the compiler knows the name, so it is always there. */
export function propertyOf(name: PropertyName): ObservedProperty {
  return { name, ...CATALOGUE[name] }
}

/** Whether a value always stands for a stretch of time: amounts, and equivalent and maximum sound levels. */
export const coversInterval = ({ kind, domain }: ObservedProperty): boolean => kind === 'interval' || domain === 'noise'

/** Whether a property is a direction: its values lie on a circle of 360 degrees. */
export const isCircular = (property: string): boolean => PROPERTIES.get(property)?.circular ?? false
