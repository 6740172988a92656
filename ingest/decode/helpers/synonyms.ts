import type { PropertyName } from '#model/observation/properties.ts'
import { isPropertyName } from '#model/observation/properties.ts'

/** Meaning of a field name: the property, the unit implied by the name or its format, and the channel. */
export type Meaning = { readonly property: string; readonly unit?: string; readonly channel?: string }

const table = (property: PropertyName, unit: string | undefined, names: string): [string, Meaning][] =>
  names.split(/\s+/).map((name) => [name, unit === undefined ? { property } : { property, unit }])

/**
 * Field names found in payloads, by property and by the unit that the name implies. Compared without letter case,
 * accents and punctuation. Collected from the codecs of the LoRaWAN device repository (Dragino, Milesight, Elsys,
 * Decentlab, SenseCAP), the firmware of sensor.community, Tasmota, ESPHome and PurpleAir, and the FIWARE data models.
 */
const SYNONYMS: ReadonlyMap<string, Meaning> = new Map([
  // particles: "P1" is PM10 and "P2" is PM2.5 in sensor.community's notation
  ...table('pm1', undefined, 'pm1 pm10atm pm1atm pm1p0 pm1ugm3 pm010 p0 masspm1 mcpm1 pm10std10'),
  ...table(
    'pm2_5',
    undefined,
    'pm25 pm2p5 pm25atm pm25ugm3 p2 masspm25 mcpm25 particulatematter25 airqualitypm25 pm025 pm2',
  ),
  ...table('pm4', undefined, 'pm4 pm40 pm4p0 mcpm40 mcpm4'),
  ...table(
    'pm10',
    undefined,
    'pm10 p1 pm100 pm10p0 pm100atm pm10ugm3 masspm10 mcpm10 mcpm100 particulatematter10 airqualitypm10',
  ),
  // gases; without a stated unit the value is ug/m3 only where the name says so
  ...table('no2', undefined, 'no2 nitrogendioxide'),
  ...table('no2', '[ppb]', 'no2ppb'),
  ...table('no2', 'ug/m3', 'no2ugm3'),
  ...table('no', undefined, 'nitrogenmonoxide nitricoxide'),
  ...table('nox', undefined, 'nox'),
  ...table('o3', undefined, 'o3 ozone ozono ozon'),
  ...table('o3', '[ppb]', 'o3ppb'),
  ...table('so2', undefined, 'so2 sulphurdioxide sulfurdioxide'),
  ...table('so2', '[ppb]', 'so2ppb'),
  ...table('nh3', undefined, 'nh3 ammonia'),
  ...table('nh3', '[ppm]', 'nh3ppm'),
  ...table('h2s', undefined, 'h2s'),
  ...table('h2s', '[ppm]', 'h2sppm'),
  ...table('co', undefined, 'co carbonmonoxide'),
  ...table('co', '[ppm]', 'coppm'),
  ...table('co2', '[ppm]', 'co2 co2ppm carbondioxide co2concentration scd30co2ppm eco2'),
  ...table('voc_index', undefined, 'vocindex'),
  ...table('nox_index', undefined, 'noxindex'),
  // weather
  ...table(
    'temperature',
    'Cel',
    'temperature temp tempc temperaturec temperaturecelsius temperatura temperatur airtemperature ambienttemperature tempcsht tempcds externaltemperature internaltemperature outdoortemperature tmp tc ambtemp temperaturedegc localtemperature lufttemperatur exttemperature degreesc',
  ),
  ...table('temperature', '[degF]', 'tempf temperaturef temperaturefahrenheit currenttempf degreesf'),
  ...table(
    'relative_humidity',
    '%',
    'relativehumidity humidity hum rh humsht umidade humedad humidite feuchte luftfeuchtigkeit luftfeuchte umidita humi humidityrh relhumidity airhumidity ambienthumidity currenthumidity vochtigheid humiditypercent humpct',
  ),
  ...table(
    'pressure',
    undefined,
    'pressure barometer barometricpressure airpressure atmosphericpressure pressao presion luftdruck baro press pressurehpa barometricpressurehpa pressurembar',
  ),
  ...table('pressure', 'Pa', 'pressurepa'),
  ...table('dew_point', 'Cel', 'dewpoint dewpointc'),
  ...table('dew_point', '[degF]', 'dewpointf currentdewpointf'),
  ...table('wind_speed', undefined, 'windspeed windspeedavg windspeedms vento windgeschwindigkeit avgwindspeed'),
  ...table('wind_speed', 'km/h', 'windspeedkmh'),
  ...table('wind_direction', undefined, 'winddirection winddir winddirdeg windrichtung winddirectiondeg'),
  ...table(
    'solar_irradiance',
    undefined,
    'solarirradiance solarradiation solarradiationwm2 irradiance globalradiation',
  ),
  ...table(
    'illuminance',
    undefined,
    'illuminance lux illum lightlux illuminancelux light illlx illuminancelx luminosite',
  ),
  ...table(
    'soil_moisture',
    '%',
    'soilmoisture watersoil soilhumidity moisture soilmoist bodenfeuchte soilwatercontent',
  ),
  ...table('soil_temperature', 'Cel', 'soiltemperature tempsoil soiltemp bodentemperatur'),
  ...table('water_temperature', 'Cel', 'watertemperature watertemp'),
  // noise
  ...table('sound_level', undefined, 'soundlevel noise laeq noiselaeq noiselevel sound soundavg dba leq dnmsnoiselaeq'),
  ...table('sound_level_max', undefined, 'lamax noiselamax soundpeak lmax dnmsnoiselamax'),
  // energy
  ...table(
    'active_power',
    'W',
    'activepower power watt watts powerw potencia leistung activepowerw poweractive wattage',
  ),
  ...table('active_power', 'kW', 'powerkw activepowerkw'),
  ...table('reactive_power', 'var', 'reactivepower powerreactive'),
  ...table('apparent_power', 'V.A', 'apparentpower powerapparent'),
  ...table('power_factor', '1', 'powerfactor pf cosphi'),
  ...table('voltage', 'V', 'voltage volt volts mainsvoltage spannung tensao vrms voltagerms'),
  ...table('current', 'A', 'current ampere amps amp strom corrente irms currentrms'),
  ...table('current', 'mA', 'currentma'),
  ...table('frequency', 'Hz', 'gridfrequency mainsfrequency acfrequency frequencyhz'),
  ...table(
    'energy',
    'kW.h',
    'energy energykwh totalenergy kwh energytotal activeenergy totalkwh energyimport activeenergyimport',
  ),
  ...table('energy', 'W.h', 'energywh totalenergywh wh'),
  ...table('energy_export', 'kW.h', 'energyexport exportkwh activeenergyexport energyreturned producedenergy'),
  ...table('energy_produced', 'kW.h', 'energyproduced productionkwh yieldtotal'),
  ...table(
    'battery_level',
    '%',
    'batterylevel batterypercent batterypercentage batpct batpercent soc batterypct bateria akku',
  ),
  ...table(
    'battery_voltage',
    'V',
    'batteryvoltage batv batvoltage batteryv vbat vbatt vbattery battv batvolt voltagebattery',
  ),
  ...table('battery_voltage', 'mV', 'batmv batterymv batterymillivolt vbatmv battmv vdd'),
  // water
  ...table('water_volume', 'm3', 'watervolume watermeter waterconsumed totalvolumem3'),
  ...table('water_volume', 'L', 'waterl waterliters waterlitres totalliters'),
  ...table('water_flow', undefined, 'waterflow waterflowrate'),
  ...table('water_level', undefined, 'waterlevel waterlevelm niveau wasserstand'),
  ...table('water_level', 'cm', 'waterlevelcm'),
  ...table('water_level', 'mm', 'waterlevelmm'),
  ...table('precipitation', 'mm', 'precipitation'),
  // mobility
  ...table('vehicle_count', undefined, 'vehiclecount'),
  ...table('bicycle_count', undefined, 'bicyclecount'),
  ...table('pedestrian_count', undefined, 'pedestriancount'),
  ...table('speed', 'km/h', 'speedkmh averagevehiclespeed averagespeed avgspeed'),
  // connectivity
  ...table('rssi', 'dB{mW}', 'rssi signalstrength wifirssi'),
  ...table('snr', 'dB', 'snr'),
  ...table('link_quality', '1', 'linkquality lqi'),
])

/** Names whose meaning depends on letter case, or whose normalised form would collide. */
const EXACT: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['TempC_SHT', { property: 'temperature', unit: 'Cel' }],
  ['TempC_DS', { property: 'temperature', unit: 'Cel', channel: 'DS' }],
  ['TempC1', { property: 'temperature', unit: 'Cel' }],
  ['TempC2', { property: 'temperature', unit: 'Cel', channel: '2' }],
  ['TempC3', { property: 'temperature', unit: 'Cel', channel: '3' }],
  ['NO2', { property: 'no2' }],
  ['NO', { property: 'no' }],
  ['CO', { property: 'co' }],
  // normalised, they would become pm10 (PM1.0) and pm25, pm100
  ['pm1.0', { property: 'pm1' }],
  ['PM1.0', { property: 'pm1' }],
  ['pm1_0', { property: 'pm1' }],
  ['PM1_0', { property: 'pm1' }],
  ['pm1.0_atm', { property: 'pm1' }],
  ['pm1_0_atm', { property: 'pm1' }],
  ['pm10_0', { property: 'pm10' }],
  ['pm10.0', { property: 'pm10' }],
  ['pm10_0_atm', { property: 'pm10' }],
  ['pm10.0_atm', { property: 'pm10' }],
  ['pm10_atm', { property: 'pm10' }],
])

/** Fields about the device or its firmware: neither stored nor reported as unmapped. */
const HOUSEKEEPING: ReadonlySet<string> = new Set(
  (
    'batstatus ext extsensor extsensortype worktype workmode mode model sensormodel firmwareversion hardwareversion softwareversion fwversion hwversion version ' +
    'freqband subband frequencyband seq sequence fcnt counter uptime heap freeheap interval samples minmicro maxmicro signal id deviceid devid type status ' +
    'err error valid checksum payloadver payloadversion protocol protocolversion interruptflag interruptstatus alarm alarmflag timestamp time ts datalogflag ' +
    'nodetype hexstatus systimestamp pollmessagestatus retransmissionstatus msgid port bytes raw channel height altitude hdop satellites alt accuracy ' +
    'pressuresealevel pressureatsealevel tempsealevel'
  ).split(' '),
)

/**
 * Names of amounts that do not say whether the number is an increment since the last message, a level, or a running total.
 * A wrong guess would add totals as if they were increments, so a person decides, with the possible properties listed.
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
]

/** The properties that an unmapped amount may have, where its name allows more than one. */
export const suggestionFor = (name: string): string | undefined => {
  const squeezed = squeeze(name)
  return AMBIGUOUS.find(([pattern]) => pattern.test(squeezed))?.[1]
}

export const squeeze = (name: string): string =>
  name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')

export type Lookup = Meaning | 'housekeeping' | undefined

const CACHE_LIMIT = 4096
const cache = new Map<string, Lookup>()

/**
 * The meaning of a field name: canonical names first, then synonyms, then a name with a trailing number, whose number
 * becomes the channel (temperature_2). Undefined when the name is unknown.
 */
export function meaningOf(name: string): Lookup {
  if (cache.has(name)) return cache.get(name)
  const found = name.length > 64 ? undefined : search(name)
  if (cache.size >= CACHE_LIMIT) cache.clear()
  cache.set(name, found)
  return found
}

function search(name: string): Lookup {
  const exact = EXACT.get(name)
  if (exact) return exact
  if (isPropertyName(name)) return { property: name }
  const squeezed = squeeze(name)
  if (HOUSEKEEPING.has(squeezed)) return 'housekeeping'
  const synonym = SYNONYMS.get(squeezed)
  if (synonym) return synonym
  const numbered = /^(.*[^\d_])_?(\d{1,2})$/.exec(name)
  if (!numbered) return undefined
  const [, stem = '', channel = ''] = numbered
  const base = isPropertyName(stem) ? { property: stem } : SYNONYMS.get(squeeze(stem))
  return base && { ...base, channel }
}
