import { addReading, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * OpenDTU, solar inverters: `<base>/<serial>/<channel>/<name>`, one number per topic; channel 0 is the output of the inverter,
 * the others are its modules. Source: opendtu.solar/firmware/mqtt_topics.
 */
export const openDtu: Format = {
  name: 'opendtu',
  claims: ({ levels }) => {
    const [serial = '', channel = '', name = ''] = levels.slice(-3)
    return (
      levels.length >= 4 && /^1\d{11}$/.test(serial) && /^\d$/.test(channel) && (TABLE.has(name) || IGNORED.has(name))
    )
  },
  decode,
}

const TABLE: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['power', { property: 'active_power', unit: 'W' }],
  ['powerdc', { property: 'active_power', unit: 'W', channel: 'dc' }],
  ['reactivepower', { property: 'reactive_power', unit: 'var' }],
  ['powerfactor', { property: 'power_factor', unit: '1' }],
  ['voltage', { property: 'voltage', unit: 'V' }],
  ['current', { property: 'current', unit: 'A' }],
  ['frequency', { property: 'frequency', unit: 'Hz' }],
  ['yieldtotal', { property: 'energy_produced', unit: 'kW.h' }],
])
/** The yield of today restarts every day; the temperature is that of the inverter. */
const IGNORED: ReadonlySet<string> = new Set(['yieldday', 'efficiency', 'irradiation', 'temperature', 'name'])

function decode({ levels, text, topic, source }: Input): Decoded {
  const [serial = '', channel = '', name = ''] = levels.slice(-3)
  if (levels.length < 3 || !/^\d+$/.test(channel))
    return reject('wrong_topic', `"${clip(topic)}" is not <serial>/<channel>/<name>`)
  const device = `opendtu/${clip(serial, 40)}`
  const field = `${channel}.${clip(name)}`
  const mapped = mappingOf(source, field, name, device)
  if (!mapped && IGNORED.has(name)) return reject('no_measurement', `${clip(name)} is about the inverter itself`)
  const out = new Collector()
  const meaning = mapped ?? TABLE.get(name)
  const part = channel === '0' ? (meaning?.channel ?? '') : `module.${channel}`
  if (meaning) addReading(out, { device }, { ...meaning, channel: mapped?.channel ?? part }, text.trim(), field)
  else unmapped(out, field, name, text.trim(), device)
  return out.finish(`${field} is not a number`)
}
