import type { Meaning } from '../../names/meaning.ts'

/** A resource of LwM2M, `/3303/0/5700`: object, instance, resource. */
export type IpsoValue = {
  /** what stands before the path; '' where the topic has to name the device */
  readonly device: string
  readonly path: string
  /** undefined where object and unit do not make it certain */
  readonly meaning: Meaning | undefined
}

const SENSOR_VALUE = '5700'
/**
 * Sensor objects by number, whose value is in the unit of its record; units of others are those of their resource.
 * Source: OMA LwM2M registry (technical.openmobilealliance.org), IPSO Smart Objects. Pressure (3323), loudness (3324) and
 * concentration (3325) do not say of what, or how weighted.
 */
const SENSORS: ReadonlyMap<string, string> = new Map([
  ['3301', 'illuminance'],
  ['3303', 'temperature'],
  ['3304', 'relative_humidity'],
  ['3315', 'pressure'],
  ['3316', 'voltage'],
  ['3317', 'current'],
  ['3318', 'frequency'],
  ['3328', 'active_power'],
  ['3329', 'power_factor'],
])
const RESOURCES: ReadonlyMap<string, Meaning> = new Map([
  ['3/9', { property: 'battery_level', unit: '%' }],
  ['3305/5800', { property: 'active_power', unit: 'W' }],
  ['3305/5805', { property: 'energy', unit: 'W.h' }],
  ['3331/5805', { property: 'energy', unit: 'W.h' }],
])

const PATH = /^(?:(.*)\/|)(\d{1,5})\/(\d{1,5})\/(\d{1,5})$/

/** A SenML name that is, or ends with, the path of a resource. The instance is the channel, except the first. */
export function ipsoValue(name: string, unit: string | undefined): IpsoValue | undefined {
  const match = PATH.exec(name)
  if (!match) return undefined
  const [, device = '', object = '', instance = '', resource = ''] = match
  const fixed = RESOURCES.get(`${object}/${resource}`)
  const property = resource === SENSOR_VALUE && unit !== undefined ? SENSORS.get(object) : undefined
  const meaning = fixed ?? (property === undefined ? undefined : { property, unit: unit ?? '' })
  return {
    device,
    path: `${object}/${instance}/${resource}`,
    meaning: meaning && instance !== '0' ? { ...meaning, channel: instance } : meaning,
  }
}
