import { addReading, type Base, locationIn } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'
import { coarse, isApiAnswer, readApiAnswer } from './purpleair-api.ts'
import { addParticles, type Particles } from './purpleair-lasers.ts'

/**
 * PurpleAir, the local JSON of a sensor (`/json?live=true`): particles as CF=1 and as ATM, of one or two lasers (`_b`);
 * temperatures in Fahrenheit, inside the housing; and the answers of the web API, of many sensors or of one
 * (purpleair-api.ts). Source: community.purpleair.com, "Sensor JSON documentation".
 */
export const purpleair: Format = {
  name: 'purpleair',
  claims: ({ json }) =>
    isObject(json) &&
    (isApiAnswer(json) || (typeof own(json, 'SensorId') === 'string' && own(json, 'pm2_5_atm') !== undefined)),
  decode,
}

const PM: readonly [string, string][] = [
  ['pm1_0', 'pm1'],
  ['pm2_5', 'pm2_5'],
  ['pm10_0', 'pm10'],
]
const FIELDS: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['current_temp_f', { property: 'temperature', unit: '[degF]' }],
  ['current_humidity', { property: 'relative_humidity', unit: '%' }],
  ['current_dewpoint_f', { property: 'dew_point', unit: '[degF]' }],
  ['pressure', { property: 'pressure', unit: 'hPa' }],
  ['rssi', { property: 'rssi', unit: 'dB{mW}' }],
])

/** Fields without a suffix belong to laser A, or to the only laser. */
function particlesOf(json: JsonObject): Particles[] {
  const field = (name: string) => ({ value: own(json, name), name })
  const none = { value: undefined, name: '' }
  return PM.flatMap(([name, property]) =>
    [
      { channel: '', key: `${name}_atm` },
      { channel: 'cf_1', key: `${name}_cf_1` },
    ].map(({ channel, key }) => {
      const [a, b] = [field(key), field(`${key}_b`)]
      const isPair = [a, b].every(({ value }) => value !== undefined && value !== null)
      return { property, channel, mean: isPair ? none : a, a: isPair ? a : none, b }
    }),
  )
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (isObject(json) && isApiAnswer(json)) return readApiAnswer(json)
  const id = isObject(json) ? ownString(json, 'SensorId') : undefined
  if (!isObject(json) || id === undefined) return reject('wrong_shape', 'no SensorId')
  const base: Base = { device: `purpleair/${clip(id, 40)}` }
  const text = own(json, 'DateTime')
  if (text !== undefined) {
    // 2024/08/20T18:59:56z
    const time = typeof text === 'string' ? readIso(text.replaceAll('/', '-')) : undefined
    if (!time) return reject('bad_time', `DateTime: ${show(text)} is not a time`)
    base.time = time
  }
  const location = locationIn(json)
  if (location) base.location = coarse(location)
  const out = new Collector()
  addParticles(out, base, particlesOf(json), {
    ...{ flags: undefined, confidence: undefined },
    counts: [own(json, 'p_0_3_um'), own(json, 'p_0_3_um_b')],
  })
  for (const [key, meaning] of FIELDS) {
    const value = own(json, key)
    if (value !== undefined) addReading(out, base, meaning, value, key)
  }
  return out.finish('no particles, temperature or humidity')
}
