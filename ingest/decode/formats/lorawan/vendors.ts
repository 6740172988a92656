import type { Meaning } from '../../names/meaning.ts'

/**
 * What the codecs of manufacturers mean by names that say nothing certain by themselves. A device is known by the block of
 * its EUI (IEEE registration authority) or by the brand that the network states. All other names are read as those of any
 * codec (names/vocabulary.ts).
 */
export type Vendor = {
  readonly brand: string
  readonly eui: RegExp
  readonly fields: Readonly<Record<string, Field>>
}
type Field = { readonly meaning: Meaning | 'uncertain'; readonly beside?: string; readonly unless?: string }
type Entry = Vendor['fields'][string]

const is = (property: string, unit: string, channel?: string): Entry => ({
  meaning: { property, unit, ...(channel !== undefined && { channel }) },
})
/** Certain only where the message has another name too: other devices of the manufacturer use the name for something else. */
const beside = (other: string, entry: Entry): Entry => ({ ...entry, beside: other })

/** Not certain, whatever the name says elsewhere, because some devices of the manufacturer measure something else under it. */
const uncertain: Entry = { meaning: 'uncertain' }
const uncertainUnless = (other: string): Entry => ({ ...uncertain, unless: other })

const VENDORS: readonly Vendor[] = [
  {
    // github.com/TheThingsNetwork/lorawan-devices, vendor/elsys/elsys.js
    brand: 'elsys',
    eui: /^a81758/,
    fields: {
      light: is('illuminance', 'lx'),
      vdd: is('battery_voltage', 'mV'),
      pressure: is('pressure', 'hPa'),
      // of the sensor itself, also where a leak or pulses are counted beside it
      temperature: is('temperature', 'Cel'),
    },
  },
  {
    // github.com/Milesight-IoT/SensorDecoders, README of each device
    brand: 'milesight-iot',
    eui: /^24e124/,
    fields: {
      battery: is('battery_level', '%'),
      // alone it is that of a probe (EM500-PT100, TS101, TS201), of a container (EM400) or of the device (AT101, VS350)
      temperature: uncertainUnless('humidity'),
      moisture: is('soil_moisture', '%'),
      // of an ambience sensor; that of EM500-PP is in a pipe
      pressure: beside('humidity', is('pressure', 'hPa')),
      o3: is('o3', '[ppm]'),
      wind_speed: is('wind_speed', 'm/s'),
      rainfall_total: is('precipitation_total', 'mm'),
      power_consumption: is('energy', 'W.h'),
      // of a socket
      voltage: beside('power_consumption', is('voltage', 'V')),
      current: beside('power_consumption', is('current', 'mA')),
      power: beside('power_consumption', is('active_power', 'W')),
      active_power: is('active_power', 'W'),
      power_factor: is('power_factor', '%'),
    },
  },
  {
    // github.com/decentlab/decentlab-decoders; units are beside the values
    brand: 'decentlab',
    eui: /^70b3d57ba/,
    fields: {
      pm1_0_mass_concentration: is('pm1', 'ug/m3'),
      pm2_5_mass_concentration: is('pm2_5', 'ug/m3'),
      pm4_mass_concentration: is('pm4', 'ug/m3'),
      pm10_mass_concentration: is('pm10', 'ug/m3'),
      cumulative_precipitation: is('precipitation_total', 'mm'),
      volumetric_water_content: is('soil_moisture', '1'),
      total_solar_radiation: is('solar_irradiance', 'W/m2'),
      // that of the air is air_temperature; this one is of a black globe, a probe, water, or the ground
      temperature: uncertain,
      // of an analogue input and of a vibrating wire (DL-DLR2, DL-KL66)
      ...{ current: uncertain, voltage: uncertain, frequency: uncertain },
    },
  },
]

export const vendorOf = (eui: string | undefined, brand?: string | undefined): Vendor | undefined =>
  VENDORS.find((vendor) => vendor.brand === brand || (eui !== undefined && vendor.eui.test(eui.toLowerCase())))
