import type { PropertyName } from '#model/observation/properties.ts'

/** What a field name says for certain. */
export type Certain = {
  readonly property: PropertyName
  /** unit by convention, or because the name itself is a unit (`watts`); without it a unit must be stated */
  readonly unit?: string
  /** the only units in which the quantity is this property: a pressure in hPa is that of air, one in bar may be that of a pipe */
  readonly only?: readonly string[]
  /** for a name that says which of several sensors it is */
  readonly channel?: string
}

type Entry = [name: string, certain: Certain]
const names = (property: PropertyName, unit: string | undefined, list: string): Entry[] =>
  list.split(/\s+/).map((name) => [name, unit === undefined ? { property } : { property, unit }])
/** The unit has to be stated, by the message or in the name: `no2_ppb`, `{ "value": 31, "unit": "ppb" }`. */
const stated = (property: PropertyName, list: string): Entry[] => names(property, undefined, list)
const only = (property: PropertyName, units: readonly string[], list: string): Entry[] =>
  list.split(/\s+/).map((name) => [name, { property, only: units }])
const channel = (property: PropertyName, unit: string, name: string, qualifier: string): Entry[] => [
  [name, { property, unit, channel: qualifier }],
]

const BAROMETRIC = ['hPa', 'mbar', 'mm[Hg]', "[in_i'Hg]"]

/**
 * Names that determine a property, without letter case, accents and punctuation, and without a unit at their end. A name
 * belongs here only if nobody uses it for anything else; the unit is a convention only if no device sends another one, or
 * if the range of the property (model/observation/properties.ts) excludes values in other units. All other names are
 * unmapped, with a suggestion (suggestions.ts). Collected from the codecs of the LoRaWAN device repository, the firmware of
 * sensor.community, Tasmota, ESPHome, PurpleAir and the FIWARE data models.
 */
export const CERTAIN: ReadonlyMap<string, Certain> = new Map([
  // particles: "pm2.5" arrives here as "pm2d5". PM1.0 written "pm10" is not distinguishable, hence no suffixed spellings.
  ...names('pm1', 'ug/m3', 'pm1 pm1d0 pm01d0 masspm1 mcpm1 mcpm1d0'),
  ...names('pm2_5', 'ug/m3', 'pm25 pm2d5 pm02d5 pm025 masspm25 mcpm25 mcpm2d5 particulatematter25 airqualitypm25'),
  ...names('pm4', 'ug/m3', 'pm4 pm4d0 pm04d0 mcpm4 mcpm4d0'),
  ...names('pm10', 'ug/m3', 'pm10 pm10d0 masspm10 mcpm10 mcpm10d0 particulatematter10 airqualitypm10'),
  ...channel('pm1', 'ug/m3', 'pm1d0atm', 'atm'),
  ...channel('pm2_5', 'ug/m3', 'pm2d5atm', 'atm'),
  ...channel('pm2_5', 'ug/m3', 'pm25atm', 'atm'),
  ...channel('pm10', 'ug/m3', 'pm10d0atm', 'atm'),
  // gases: ppb, ppm, ug/m3 and mg/m3 are all in use
  ...stated('no2', 'no2 nitrogendioxide'),
  ...stated('no', 'no nitrogenmonoxide nitricoxide'),
  ...stated('nox', 'nox'),
  ...stated('o3', 'o3 ozone ozono ozon'),
  ...stated('so2', 'so2 sulphurdioxide sulfurdioxide'),
  ...stated('nh3', 'nh3 ammonia'),
  ...stated('h2s', 'h2s hydrogensulphide hydrogensulfide'),
  ...stated('co', 'co carbonmonoxide'),
  ...names('co2', '[ppm]', 'co2 carbondioxide co2concentration'),
  ...channel('co2', '[ppm]', 'scd30co2', 'scd30'),
  ...channel('co2', '[ppm]', 'eco2', 'eco2'),
  ...names('voc_index', '1', 'vocindex'),
  ...names('nox_index', '1', 'noxindex'),
  // weather
  ...names(
    'temperature',
    'Cel',
    'temperature temp temperatura temperatur airtemperature airtemp ambienttemperature ambienttemp outdoortemperature lufttemperatur temperaturesensor',
  ),
  ...names('temperature', 'Cel', 'tempcsht'),
  ...channel('temperature', 'Cel', 'tempcds', 'DS'),
  ...channel('temperature', 'Cel', 'externaltemperature', 'external'),
  ...channel('temperature', 'Cel', 'exttemperature', 'external'),
  ...channel('temperature', 'Cel', 'localtemperature', 'local'),
  ...names(
    'relative_humidity',
    '%',
    'relativehumidity humidity hum rh relhumidity airhumidity ambienthumidity outdoorhumidity umidade humedad humidite feuchte luftfeuchtigkeit luftfeuchte umidita vochtigheid humsht humiditysensor',
  ),
  ...names(
    'pressure',
    'hPa',
    'barometer barometricpressure airpressure atmosphericpressure atmosphericpress luftdruck',
  ),
  ...only('pressure', BAROMETRIC, 'pressure press pressao presion'),
  ...names('dew_point', 'Cel', 'dewpoint dewpointtemperature'),
  ...stated('wind_speed', 'windspeed windspeedavg avgwindspeed windgeschwindigkeit'),
  ...names('wind_direction', 'deg', 'winddirection winddir windrichtung'),
  ...names('solar_irradiance', 'W/m2', 'solarirradiance irradiance'),
  ...stated('solar_irradiance', 'solarradiation globalradiation'),
  ...names('illuminance', 'lx', 'illuminance lux illum illumination illuminancesensor'),
  ...only('illuminance', ['lx', 'klx'], 'light lightlevel'),
  ...names('soil_moisture', '%', 'soilmoisture watersoil soilhumidity soilmoist bodenfeuchte'),
  ...names('soil_temperature', 'Cel', 'soiltemperature tempsoil soiltemp bodentemperatur'),
  ...names('water_temperature', 'Cel', 'watertemperature watertemp'),
  // noise: LAeq names the weighting; a level without it may be A, C or Z
  ...names('sound_level', 'dB{A}', 'laeq noiselaeq soundlevellaeq dnmsnoiselaeq'),
  ...only('sound_level', ['dB{A}'], 'soundlevel noise noiselevel sound'),
  ...names('sound_level_max', 'dB{A}', 'lamax lafmax noiselamax dnmsnoiselamax'),
  // energy
  ...names('active_power', 'W', 'watt watts wattage'),
  ...stated('active_power', 'activepower power poweractive potencia leistung'),
  ...stated('reactive_power', 'reactivepower powerreactive'),
  ...stated('apparent_power', 'apparentpower powerapparent'),
  ...names('power_factor', '1', 'powerfactor cosphi'),
  ...only('voltage', ['V', 'kV'], 'voltage volt volts spannung tensao'),
  ...names('voltage', 'V', 'mainsvoltage gridvoltage linevoltage vrms netzspannung'),
  ...names('current', 'A', 'ampere amperes amps'),
  ...stated('current', 'current activecurrent irms currentrms corrente strom'),
  ...only('frequency', ['Hz'], 'frequency'),
  ...names('frequency', 'Hz', 'gridfrequency mainsfrequency acfrequency netzfrequenz'),
  ...names('energy', 'kW.h', 'kwh'),
  ...stated('energy', 'energy totalenergy energytotal activeenergy energyimport activeenergyimport'),
  ...stated('energy_export', 'energyexport activeenergyexport energyreturned'),
  ...stated('energy_produced', 'energyproduced'),
  ...stated('thermal_energy', 'thermalenergy heatenergy'),
  ...stated('gas_volume', 'gasvolume'),
  ...names('battery_level', '%', 'batterylevel batterypercent batterypercentage batpct batpercent batterypct'),
  ...names(
    'battery_voltage',
    'V',
    'batteryvoltage batv batvoltage batteryv vbat vbatt vbattery battv batvolt voltagebattery',
  ),
  ...only('battery_voltage', ['V', 'mV'], 'bat battery batt'),
  // water
  ...stated('water_volume', 'watervolume watermeter waterconsumed'),
  ...stated('water_flow', 'waterflow waterflowrate'),
  ...stated('water_level', 'waterlevel wasserstand'),
  // mobility, connectivity
  ...only('flow', ['/h', '/min', '/s'], 'flow trafficflow'),
  ...names('bikes_available', '{count}', 'bikesavailable'),
  ...names('docks_available', '{count}', 'docksavailable'),
  ...names('vehicles_available', '{count}', 'vehiclesavailable'),
  ...names('vehicles_in_service', '{count}', 'vehiclesinservice'),
  ...names('spaces_available', '{count}', 'spacesavailable parkingspacesavailable'),
  ...stated('speed', 'averagevehiclespeed meanvehiclespeed trafficspeed'),
  ...names('occupancy', '%', 'roadoccupancy laneoccupancy loopoccupancy'),
  ...stated('travel_time', 'traveltime'),
  ...names('clients', '{count}', 'clients connectedclients'),
  ...stated('electric_field', 'electricfield electricfieldstrength'),
  ...stated('download', 'download downloadspeed'),
  ...stated('upload', 'upload uploadspeed'),
  ...stated('latency', 'latency'),
  ...stated('jitter', 'jitter'),
  ...stated('packet_loss', 'packetloss'),
  ...stated('precipitation_total', 'precipitationtotal raintotal'),
  ...names('rsrp', 'dB{mW}', 'rsrp'),
  ...names('rsrq', 'dB', 'rsrq'),
  ...names('rscp', 'dB{mW}', 'rscp'),
  ...names('sinr', 'dB', 'sinr'),
  ...names('rssi', 'dB{mW}', 'rssi'),
  ...names('snr', 'dB', 'snr'),
  ...names('link_quality', '1', 'linkquality lqi'),
  ...names('online', '1', 'online'),
])

/**
 * Names with a unit glued to them and those whose meaning depends on letter case. TempC1 is the first probe,
 * beside the sensor of TempC_SHT.
 */
export const EXACT: ReadonlyMap<string, Certain> = new Map<string, Certain>([
  ['TempC1', { property: 'temperature', unit: 'Cel', channel: '1' }],
  ['TempC2', { property: 'temperature', unit: 'Cel', channel: '2' }],
  ['TempC3', { property: 'temperature', unit: 'Cel', channel: '3' }],
  // spelled exactly as the properties of Citywell, which are increments
  ['precipitation', { property: 'precipitation', unit: 'mm' }],
  ['vehicle_count', { property: 'vehicle_count', unit: '{count}' }],
  ['bicycle_count', { property: 'bicycle_count', unit: '{count}' }],
  ['pedestrian_count', { property: 'pedestrian_count', unit: '{count}' }],
  ['customers_interrupted', { property: 'customers_interrupted', unit: '{count}' }],
  ['travel_time_index', { property: 'travel_time_index', unit: '1' }],
])
