import { addReading, type Base, isNumeric, mappingOf, unmapped } from '../../helpers/fields.ts'
import { clip, show } from '../../helpers/input.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isElsewhere, isOfTheAir } from '../../names/context.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'

/**
 * ESPEasy (controller "OpenHAB MQTT"): `/<unit>/<task>/<value name>`, one bare number per topic, and `/<unit>/status/LWT`.
 * Names contain spaces and dots as typed by people. The task is the channel, because messages are independent.
 * Source: espeasy.readthedocs.io, "Controller".
 */
export const espeasy: Format = {
  name: 'espeasy',
  claims: ({ levels, text }) =>
    levels.length === 4 && levels[0] === '' && (isNumeric(text) || (levels[3] === 'LWT' && levels[2] === 'status')),
  decode,
}

/** Default names of the values of plugins whose unit the name does not say (espeasy.readthedocs.io, BMx280 and BMP085). */
const PLUGIN_VALUES: ReadonlyMap<string, Meaning> = new Map([['Pressure', { property: 'pressure', unit: 'hPa' }]])

function decode(input: Input): Decoded {
  const [unit = '', task = '', name = ''] = input.levels.slice(-3)
  if (input.levels.length < 3 || unit === '' || name === '')
    return reject('wrong_topic', `"${clip(input.topic)}" is not /<unit>/<task>/<value>`)
  const base: Base = { device: `espeasy/${unit}` }
  const text = input.text.trim()
  const out = new Collector()
  if (task === 'status' && name === 'LWT') {
    if (text !== 'Connected' && text !== 'Connection Lost')
      return reject('wrong_shape', `LWT is Connected or Connection Lost, not ${show(text)}`)
    addReading(out, base, { property: 'online' }, text === 'Connected' ? 1 : 0, 'LWT')
    return out.finish('')
  }
  const field = clip(`${task}.${name}`)
  const mapped = mappingOf(input.source, `${task}.${name}`, name, base.device)
  const named = PLUGIN_VALUES.get(name) ?? meaningOf(name)
  const elsewhere = typeof named === 'object' && isOfTheAir(named.property) && isElsewhere(task)
  const meaning = mapped ?? (elsewhere ? undefined : named)
  if (meaning === 'housekeeping') return reject('no_measurement', `${field} is about the device itself`)
  if (meaning) addReading(out, base, { ...meaning, channel: meaning.channel ?? task }, text, field)
  else unmapped(out, field, name, text, base.device)
  return out.finish(`${field} is not a number`)
}
