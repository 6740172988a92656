import type { Meaning } from '../../names/meaning.ts'

/** null: not a measurement (an identifier, a capacity, an index computed from other values). */
export type Attribute = Meaning | null

const rows = (property: string, unit: string | undefined, names: string): [string, Attribute][] =>
  names.split(' ').map((name) => [name, unit === undefined ? { property } : { property, unit }])
const none = (names: string): [string, Attribute][] => names.split(' ').map((name) => [name, null])

/** Attributes for identity, place, accuracy and time, in every model. */
const ABOUT = none(
  'name alternateName description address areaServed location owner source dataProvider seeAlso refDevice refPointOfInterest ' +
    'refRoadSegment reliability stationCode stationName laneId laneDirection reversedLane reverseLane congested measurand ' +
    'airQualityIndex airQualityLevel typeOfLocation contactPoint dateObserved dateObservedFrom dateObservedTo observationDate ' +
    'observationDateTime dateModified dateCreated TimeInstant timestamp phaseType dateEnergyMeteringStarted status provider ' +
    'totalSlotNumber totalSpotNumber outOfServiceSlotNumber capacity socketNumber socketType amountCollected taxAmountCollected ' +
    'transactionId transactionType chargingUnitId startDateTime endDateTime itemType itemSubType vehicleType vehicleSubType ' +
    'measuredArea sonometerClass openingHours allowedVehicleType chargeType operator network seq laneUsage',
)

const WEATHER: [string, Attribute][] = [
  ...rows('temperature', 'Cel', 'temperature'),
  ...rows('wind_speed', 'm/s', 'windSpeed'),
  ...rows('wind_direction', 'deg', 'windDirection'),
  ...rows('pressure', 'hPa', 'atmosphericPressure pressure'),
  ...rows('precipitation', 'mm', 'precipitation'),
  ...rows('solar_irradiance', 'W/m2', 'solarRadiation'),
  ...rows('illuminance', 'lx', 'illuminance'),
  ...rows('dew_point', 'Cel', 'dewPoint'),
  ...none('feelLikesTemperature feelsLikeTemperature weatherType uVIndexMax'),
]

const AIR: [string, Attribute][] = [
  ...rows('co', 'mg/m3', 'co CO'),
  ...rows('no', 'ug/m3', 'no NO'),
  ...rows('no2', 'ug/m3', 'no2 NO2'),
  ...rows('nox', 'ug/m3', 'nox NOx'),
  ...rows('o3', 'ug/m3', 'o3 O3'),
  ...rows('so2', 'ug/m3', 'so2 SO2'),
  ...rows('nh3', 'ug/m3', 'nh3 NH3'),
  ...rows('h2s', 'ug/m3', 'sh2 h2s H2S'),
  ...rows('co2', '[ppm]', 'co2 CO2'),
  ...rows('pm1', 'ug/m3', 'pm1 PM1'),
  ...rows('pm2_5', 'ug/m3', 'pm25 PM25 pm2_5'),
  ...rows('pm4', 'ug/m3', 'pm4'),
  ...rows('pm10', 'ug/m3', 'pm10 PM10'),
]

/** Per phase as { L1, L2, L3 }; totals are separate numbers. */
const ELECTRICITY: [string, Attribute][] = [
  ...rows('active_power', 'W', 'activePower totalActivePower'),
  ...rows('reactive_power', 'var', 'reactivePower totalReactivePower'),
  ...rows('apparent_power', 'V.A', 'apparentPower totalApparentPower'),
  ...rows('energy', 'kW.h', 'activeEnergyImport totalActiveEnergyImport'),
  ...rows('energy_export', 'kW.h', 'activeEnergyExport totalActiveEnergyExport'),
  ...rows('power_factor', '1', 'powerFactor totalPowerFactor'),
  ['displacementPowerFactor', { property: 'power_factor', unit: '1', channel: 'displacement' }],
  ...rows('voltage', 'V', 'phaseVoltage phaseToPhaseVoltage'),
  ...rows('current', 'A', 'current'),
  ...rows('frequency', 'Hz', 'frequency'),
]

const model = (...attributes: [string, Attribute][]): ReadonlyMap<string, Attribute> =>
  new Map([...ABOUT, ...attributes])

const electricity = model(...ELECTRICITY)

/**
 * Attributes of the Smart Data Models that are read, by entity type, with the unit that applies where a message
 * states none. Source: github.com/smart-data-models (Environment, Weather, Energy, Transportation, Parking).
 * For NO, NO2, ... the models recommend ug/m3 (GQ), for CO mg/m3 (GP).
 */
export const MODELS: ReadonlyMap<string, ReadonlyMap<string, Attribute>> = new Map([
  ['AirQualityObserved', model(...WEATHER, ...AIR)],
  ['WeatherObserved', model(...WEATHER, ...AIR)],
  [
    'NoiseLevelObserved',
    model(...rows('sound_level', undefined, 'LAeq'), ...rows('sound_level_max', undefined, 'LAmax'), ...WEATHER),
  ],
  ['ACMeasurement', electricity],
  ['ThreePhaseAcMeasurement', electricity],
  [
    'TrafficFlowObserved',
    model(...rows('speed', 'km/h', 'averageVehicleSpeed'), ...rows('occupancy', '1', 'occupancy')),
  ],
  ['ItemFlowObserved', model(...rows('speed', 'km/h', 'averageSpeed'), ...rows('occupancy', '1', 'occupancy'))],
  [
    'WaterObserved',
    model(...rows('water_level', 'm', 'waterLevel'), [
      'height',
      { property: 'water_level', unit: 'm', channel: 'height' },
    ]),
  ],
  ['WaterQualityObserved', model(...rows('water_temperature', 'Cel', 'temperature'))],
  [
    'BikeHireDockingStation',
    model(
      ...rows('bikes_available', undefined, 'availableBikeNumber'),
      ...rows('docks_available', undefined, 'freeSlotNumber'),
    ),
  ],
  ['EVChargingStation', model(...rows('active_power', 'W', 'instantaneousPower'))],
  ['OffStreetParking', model(...rows('spaces_available', undefined, 'availableSpotNumber'))],
  ['OnStreetParking', model(...rows('spaces_available', undefined, 'availableSpotNumber'))],
  // its only value is a field strength, for which there is no property
  ['ElectroMagneticObserved', model()],
])
export const UNMODELLED = model()

/** Of the model Device: both are shares from 0 to 1 (dataModel.Device), not per cent and not dBm. */
export const OF_A_DEVICE: ReadonlyMap<string, Meaning | 'uncertain'> = new Map<string, Meaning | 'uncertain'>([
  ['batteryLevel', { property: 'battery_level', unit: '1' }],
  ['rssi', 'uncertain'],
])

/** Attributes whose unit the models leave open: without a unitCode the number is meaningless. */
export const UNIT_REQUIRED: ReadonlyMap<string, Meaning> = new Map([['flow', { property: 'water_flow' }]])

/** The property of an `intensity`, by what is counted: vehicleType of traffic, itemType elsewhere. */
export function countOf(type: string, kind: string): Meaning | undefined {
  if (/^(bicycle|bike|cyclist)s?$/i.test(kind)) return { property: 'bicycle_count' }
  if (/^(pedestrian|person|people)s?$/i.test(kind)) return { property: 'pedestrian_count' }
  const vehicles = type === 'TrafficFlowObserved' || /^(car|vehicle|truck|lorry|bus|motorcycle)(e?s)?$/i.test(kind)
  return vehicles ? { property: 'vehicle_count' } : undefined
}

/** Common codes of UN/CEFACT Recommendation 20 (revision 17) in UCUM. */
export const UNIT_CODES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ GP: 'mg/m3', GQ: 'ug/m3', '59': '[ppm]', '61': '[ppb]', P1: '%', C62: '1', EA: '{count}', H87: '{count}' },
    ...{ CEL: 'Cel', FAH: '[degF]', KEL: 'K', PAL: 'Pa', A97: 'hPa', KPA: 'kPa', MBR: 'mbar', BAR: 'bar' },
    ...{ MTS: 'm/s', KMH: 'km/h', HM: '[mi_i]/h', KNT: '[kn_i]', DD: 'deg', LUX: 'lx', D54: 'W/m2' },
    ...{ WTT: 'W', KWT: 'kW', MAW: 'MW', D46: 'V.A', KVA: 'kV.A', D44: 'var', KVR: 'kvar' },
    ...{ KWH: 'kW.h', WHR: 'W.h', MWH: 'MW.h', GWH: 'GW.h', JOU: 'J', KJO: 'kJ', '3B': 'MJ' },
    ...{ VLT: 'V', '2Z': 'mV', KVT: 'kV', AMP: 'A', '4K': 'mA', HTZ: 'Hz', KHZ: 'kHz', MHZ: 'MHz' },
    ...{
      MTR: 'm',
      CMT: 'cm',
      MMT: 'mm',
      KMT: 'km',
      LTR: 'L',
      MTQ: 'm3',
      L2: 'L/min',
      E32: 'L/h',
      G51: 'L/s',
      MQH: 'm3/h',
    },
    ...{ SEC: 's', C26: 'ms', MIN: 'min', HUR: 'h', DAY: 'd', DBM: 'dB{mW}' },
  }),
)
