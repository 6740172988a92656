import type { Position } from '#model/basics/geo.ts'
import { isPropertyName } from '#model/observation/properties.ts'
import { DOMAINS, type Domain } from '#model/things/domain.ts'
import { isNumeric, mappingOf } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, positionOf } from '../../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../../helpers/result.ts'
import { readCovered } from '../../helpers/time.ts'
import type { Decoded, Format, Input, Sample } from '../../helpers/types.ts'

export const THING_KEY = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$/
const RESERVED: ReadonlySet<string> = new Set(['time', 'location', 'units', 'channel'])
/** Keys that identify the Thing of a record (records.ts). */
export const RECORD_KEYS: ReadonlySet<string> = new Set([...RESERVED, 'thing', 'domain'])
export const isDomain = (name: string | undefined): name is Domain =>
  (DOMAINS as readonly (string | undefined)[]).includes(name)

/**
 * Citywell's own format: topic `city/<domain>/<thingId>`, one object or an array of them: `time` (ISO 8601 with offset, or an
 * interval start/end),
 * `location` [lon, lat], `units` { property: unit }, `channel`, and one number per canonical property name.
 */
export const native: Format = {
  name: 'native',
  claims: ({ levels }) => levels[0] === 'city' && levels.length === 3 && isDomain(levels[1]),
  decode,
}

function decode(input: Input): Decoded {
  const { levels } = input
  const domain = levels[1]
  const thing = levels[2]
  if (levels[0] !== 'city' || thing === undefined || levels.length > 3)
    return reject('wrong_topic', `"${clip(input.topic)}" is not city/<domain>/<thingId>`)
  if (!isDomain(domain))
    return reject('wrong_topic', `"${clip(domain ?? '')}" is not a domain; valid are ${DOMAINS.join(', ')}`)
  if (!THING_KEY.test(thing))
    return reject(
      'wrong_topic',
      `"${clip(thing)}" is not a Thing key; allowed are letters, digits and _ . : -, at most 128`,
    )
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  const objects = Array.isArray(json) ? json : [json]
  if (objects.length > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} objects in one message`)
  const out = new Collector()
  const head: Head = { device: `key/${thing}`, domain }
  for (let index = 0; index < objects.length; index += 1) {
    const object: unknown = objects[index]
    const at = Array.isArray(json) ? `[${index}].` : ''
    if (isObject(object)) readObject(object, at, head, input, out)
    else out.problem(at.slice(0, -1) || 'payload', 'wrong_shape', `expected an object, not ${show(object)}`)
    if (out.full) break
  }
  return out.finish('the object has no property')
}

export type Head = Pick<Sample, 'device'> & { domain?: Domain }

/** One object of values; `reserved` are the keys that are not values. */
export function readObject(
  object: JsonObject,
  at: string,
  head: Head,
  input: Input,
  out: Collector,
  reserved = RESERVED,
): void {
  const base = readBase(object, at, out)
  if (!base) return
  const units = ownObject(object, 'units')
  for (const key of Object.keys(object)) {
    if (reserved.has(key)) continue
    const mapped = mappingOf(input.source, key, key, head.device)
    const property = mapped?.property ?? key
    if (!isPropertyName(property)) {
      out.problem(at + key, 'unknown_property', `"${clip(property)}" is not an observed property`, head.device)
      const value = object[key]
      if (isNumeric(value))
        out.keepUnmapped({
          field: clip(key, 200),
          name: clip(key, 200),
          device: head.device,
          value: clip(String(value), 24),
        })
      continue
    }
    const stated = units && own(units, key)
    out.add({
      device: head.device,
      domain: head.domain,
      property,
      channel: mapped?.channel ?? base.channel,
      value: object[key],
      unit: stated === undefined || stated === null ? mapped?.unit : String(stated),
      time: base.time,
      end: base.end,
      location: base.location,
      field: at + key,
    })
  }
}

type Base = { channel: string; time: Date | undefined; end: Date | undefined; location: Position | undefined }

/** Properties shared by all values of an object; undefined, with the problem recorded, when its time is invalid. */
function readBase(object: JsonObject, at: string, out: Collector): Base | undefined {
  const base: Base = { channel: '', time: undefined, end: undefined, location: undefined }
  const time = own(object, 'time')
  if (time !== undefined && time !== null) {
    const read = readCovered(time)
    if (!read) {
      out.problem(
        `${at}time`,
        'bad_time',
        `${show(time)} is no ISO 8601 time with offset, nor an interval of such (start/end)`,
      )
      return undefined
    }
    base.time = read.time
    base.end = read.end
  }
  const location = own(object, 'location')
  if (location !== undefined && location !== null)
    base.location =
      Array.isArray(location) && location.length >= 2 ? positionOf(location[0], location[1]) : positionOf(0, '')
  const channel = own(object, 'channel')
  if (channel !== undefined && channel !== null) {
    if (typeof channel !== 'string' || channel.length > 64) {
      out.problem(`${at}channel`, 'wrong_shape', 'channel must be a text of at most 64 characters')
      return undefined
    }
    base.channel = channel
  }
  return base
}
