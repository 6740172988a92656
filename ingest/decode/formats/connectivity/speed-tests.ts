import { parseJson } from '#model/text/lenient-json.ts'
import { addReading, type Base } from '../../helpers/fields.ts'
import { notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject, ownString } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readIso } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import type { Meaning } from '../../names/meaning.ts'

/**
 * Output of command line speed tests, published unchanged. A probe is named by its topic, because results contain only
 * servers and addresses of the connection (ignored). Positions in them are those of servers.
 */
type Readings = readonly (readonly [meaning: Meaning, value: unknown, field: string])[]

function readResult(format: string, input: Input, stamp: unknown, readings: Readings): Decoded {
  const base: Base = { device: `${format}/${input.topic}` }
  if (stamp !== undefined) {
    const time = typeof stamp === 'string' ? readIso(stamp, 'UTC') : undefined
    if (!time) return reject('bad_time', `timestamp: ${show(stamp)} is not a time`)
    base.time = time
  }
  const out = new Collector()
  for (const [meaning, value, field] of readings) if (value !== undefined) addReading(out, base, meaning, value, field)
  return out.finish('the result has no measurement')
}

const ms = (property: string, channel = ''): Meaning => ({ property, unit: 'ms', channel })
const inner = (object: JsonObject, part: string, key: string): unknown => {
  const found = ownObject(object, part)
  return found && own(found, key)
}

/** Ookla Speedtest CLI, `speedtest -f json`: bandwidth in bytes per second. */
export const ooklaCli: Format = {
  name: 'ookla-cli',
  claims: ({ json }) => isObject(json) && typeof inner(json, 'download', 'bandwidth') === 'number',
  decode: (input) => {
    const { json } = input
    if (json === undefined) return reject('not_json', notJson(input))
    if (!isObject(json)) return reject('wrong_shape', 'expected an object')
    if (own(json, 'type') !== 'result')
      return reject('no_measurement', `a ${show(own(json, 'type'))} line, not a result`)
    return readResult('ookla-cli', input, own(json, 'timestamp'), [
      [{ property: 'download', unit: 'By/s' }, inner(json, 'download', 'bandwidth'), 'download.bandwidth'],
      [{ property: 'upload', unit: 'By/s' }, inner(json, 'upload', 'bandwidth'), 'upload.bandwidth'],
      [ms('latency'), inner(json, 'ping', 'latency'), 'ping.latency'],
      [ms('jitter'), inner(json, 'ping', 'jitter'), 'ping.jitter'],
      [{ property: 'packet_loss', unit: '%' }, own(json, 'packetLoss'), 'packetLoss'],
    ])
  },
}

/** speedtest-cli (Python), `--json`: bits per second, and `bytes_sent`. */
export const speedtestCli: Format = {
  name: 'speedtest-cli',
  claims: ({ json }) =>
    isObject(json) && typeof own(json, 'download') === 'number' && own(json, 'bytes_received') !== undefined,
  decode: (input) => {
    const { json } = input
    if (json === undefined) return reject('not_json', notJson(input))
    if (!isObject(json)) return reject('wrong_shape', 'expected an object')
    return readResult('speedtest-cli', input, own(json, 'timestamp'), [
      [{ property: 'download', unit: 'bit/s' }, own(json, 'download'), 'download'],
      [{ property: 'upload', unit: 'bit/s' }, own(json, 'upload'), 'upload'],
      [ms('latency'), own(json, 'ping'), 'ping'],
    ])
  },
}

/**
 * M-Lab ndt7-client: the summary (`{Value, Unit}` per figure, no time), or its events, of which the last of the client
 * gives the mean over the test. Latency is that under load, in the direction of its channel.
 */
export const ndt7: Format = {
  name: 'mlab-ndt7',
  claims: ({ json, text }) =>
    (isObject(json) && isObject(own(json, 'Download')) && typeof own(json, 'ServerFQDN') === 'string') ||
    text.startsWith('{"Key":"'),
  decode: (input) => {
    const { json, text } = input
    if (isObject(json) && ownString(json, 'Key') === undefined)
      return readResult('mlab-ndt7', input, undefined, summary(json))
    if (!text.startsWith('{')) return reject('not_json', notJson(input))
    return readResult('mlab-ndt7', input, undefined, events(text))
  },
}

function summary(json: JsonObject): Readings {
  return (['Download', 'Upload'] as const).flatMap((direction) => {
    const part = ownObject(json, direction)
    if (!part) return []
    const property = direction.toLowerCase()
    return [
      ...figure(part, 'Throughput', { property }, direction),
      ...figure(part, 'Latency', ms('latency', property), direction),
    ]
  })
}

/** A figure without a unit was not measured. */
function figure(part: JsonObject, name: string, meaning: Meaning, direction: string): Readings {
  const found = ownObject(part, name)
  const unit = found && ownString(found, 'Unit')
  return found && unit ? [[{ ...meaning, unit }, own(found, 'Value'), `${direction}.${name}`]] : []
}

function events(text: string): Readings {
  const last = new Map<string, number>()
  for (const line of text.split('\n')) {
    const event = line.trim() === '' ? undefined : parseJson(line)
    const value = isObject(event) && own(event, 'Key') === 'measurement' ? ownObject(event, 'Value') : undefined
    const info = value && own(value, 'Origin') === 'client' ? ownObject(value, 'AppInfo') : undefined
    const test = value && own(value, 'Test')
    if (!info || (test !== 'download' && test !== 'upload')) continue
    const [bytes, microseconds] = [Number(own(info, 'NumBytes')), Number(own(info, 'ElapsedTime'))]
    if (microseconds > 0) last.set(test, (bytes * 8) / (microseconds / 1e6))
  }
  return [...last].map(([property, rate]) => [{ property, unit: 'bit/s' }, rate, `AppInfo.${property}`] as const)
}
