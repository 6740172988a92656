import type { BirthMetric, SparkplugContext } from '../../helpers/decoding-context.ts'
import { addReading, type Base, type MappedSource, mappingOf, sampleOf, unmapped } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { isElsewhere, isOfTheAir } from '../../names/context.ts'
import { type Meaning, meaningOf } from '../../names/meaning.ts'
import { DATATYPE, type Metric, numberOf, readPayload, type SparkplugPayload } from './sparkplug-payload.ts'

export const NAMESPACE = 'spBv1.0'
export const REBIRTH = 'Node Control/Rebirth'

/**
 * Sparkplug B 3.0: `spBv1.0/<group>/<message type>/<node>[/<device>]`. Data may name its metrics by an alias
 * only, which a birth has defined (ingest/interpret/sparkplug/ stores births). A birth also means that a node or device is
 * online, a death that it is offline. Source: Eclipse Sparkplug specification 3.0.0.
 */
export const sparkplug: Format = { name: 'sparkplug-b', claims: ({ levels }) => levels[0] === NAMESPACE, decode }

export type SparkplugTopic = {
  readonly type: string
  /** `<group>/<node>` */
  readonly node: string
  /** `<group>/<node>` or `<group>/<node>/<device>` */
  readonly device: string
}
const OF_NODE: ReadonlySet<string> = new Set(['NBIRTH', 'NDEATH', 'NDATA', 'NCMD'])
const OF_DEVICE: ReadonlySet<string> = new Set(['DBIRTH', 'DDEATH', 'DDATA', 'DCMD'])

export function readTopic(levels: readonly string[]): SparkplugTopic | undefined {
  const [root, group = '', type = '', node = '', device, more] = levels
  const fits = device === undefined ? OF_NODE.has(type) : OF_DEVICE.has(type) && device !== ''
  if (root !== NAMESPACE || group === '' || node === '' || !fits || more !== undefined) return undefined
  const name = `${group}/${node}`
  return { type, node: name, device: device === undefined ? name : `${name}/${device}` }
}

function decode(input: Input): Decoded {
  if (input.levels[1] === 'STATE') return reject('no_measurement', 'the state of a host application')
  const topic = readTopic(input.levels)
  if (!topic)
    return reject('wrong_topic', `"${clip(input.topic)}" is not ${NAMESPACE}/<group>/<message type>/<node>[/<device>]`)
  if (topic.type.endsWith('CMD')) return reject('no_measurement', 'a command')
  let payload: SparkplugPayload
  try {
    payload = readPayload(input.bytes)
  } catch (error) {
    return reject('not_protobuf', `the payload is no Sparkplug B payload: ${clip((error as Error).message, 120)}`)
  }
  const context = input.context?.sparkplug
  if (topic.type.endsWith('DEATH')) return readDeath(topic, payload, context)
  return readMetrics(topic, payload, context, input)
}

/**
 * A death certificate is registered with the broker at the start of the session, so its time is that of arrival (section
 * 6.4.23, "NDEATH"). A death of an earlier session does not concern the current one.
 */
function readDeath(
  topic: SparkplugTopic,
  { timestamp }: SparkplugPayload,
  context: SparkplugContext | undefined,
): Decoded {
  if (!context?.ends) return reject('no_measurement', 'death of another session than the current one')
  const out = new Collector()
  const offline = (device: string, time?: Date): void =>
    addReading(out, { device: `sparkplug-b/${device}`, ...(time && { time }) }, { property: 'online' }, 0, topic.type)
  const ofDevice = topic.type === 'DDEATH'
  offline(topic.device, ofDevice && timestamp !== undefined ? new Date(timestamp) : undefined)
  for (const device of context.devices) offline(device)
  return out.finish('')
}

function readMetrics(
  topic: SparkplugTopic,
  payload: SparkplugPayload,
  context: SparkplugContext | undefined,
  input: Input,
): Decoded {
  const out = new Collector()
  const device = `sparkplug-b/${topic.device}`
  const birth = topic.type.endsWith('BIRTH')
  for (const metric of payload.metrics) {
    if (out.full) break
    const described = describe(metric, context)
    if (!described) {
      out.problem(`alias ${metric.alias}`, 'alias_unknown', `metric ${metric.alias} not defined by a birth`, device)
      continue
    }
    readMetric(metric, described, { device, ...timeOf(metric.timestamp ?? payload.timestamp) }, input.source, out)
  }
  if (birth) addReading(out, { device, ...timeOf(payload.timestamp) }, { property: 'online' }, 1, topic.type)
  return out.finish('no metric is a measurement')
}

const timeOf = (ms: number | undefined): { time?: Date } => (ms === undefined ? {} : { time: new Date(ms) })

/** Description of a metric by the message, completed by its birth; undefined for an undefined alias. */
function describe(metric: Metric, context: SparkplugContext | undefined): Omit<BirthMetric, 'alias'> | undefined {
  const { name, alias } = metric
  const born = name ? context?.byName.get(name) : alias === undefined ? undefined : context?.byAlias.get(alias)
  const known = name || born?.name
  if (!known) return undefined
  return { name: known, datatype: metric.datatype ?? born?.datatype ?? 0, unit: metric.unit ?? born?.unit }
}

/** Metrics about the node and its session. */
const CONTROL = /^(bdSeq$|Node Control\/|Device Control\/|Node Info\/|Properties\/)/
const NOT_NUMBERS: ReadonlySet<number> = new Set([DATATYPE.DateTime, DATATYPE.UUID])

function readMetric(
  metric: Metric,
  described: Omit<BirthMetric, 'alias'>,
  base: Base,
  source: MappedSource,
  out: Collector,
): void {
  const { name, datatype } = described
  if (CONTROL.test(name)) return
  const field = clip(name, 200)
  if (
    datatype >= DATATYPE.DataSet ||
    ['bytes', 'dataset', 'template', 'extension'].includes(metric.value?.kind ?? '')
  ) {
    out.problem(field, 'unsupported_type', `${typeName(datatype)}: numbers of this type are not read`, base.device)
    return
  }
  const cut = name.lastIndexOf('/')
  const key = name.slice(cut + 1)
  const mapped = mappingOf(source, name, key, base.device)
  const meaning = mapped ?? meaningIn(key, name.slice(0, Math.max(0, cut)), described.unit)
  if (meaning === null || (NOT_NUMBERS.has(datatype) && !mapped)) return
  const value = readingOf(metric, datatype, mapped !== undefined || meaning?.property === 'online')
  if (value === undefined) return
  if (!meaning) {
    if (value !== null) unmapped(out, field, key, value, base.device)
    return
  }
  if (value === null) {
    out.problem(field, 'bad_value', 'null: the node has no value', base.device)
    return
  }
  const unit = mapped?.unit ?? described.unit ?? meaning.unit
  out.addNamed(sampleOf(base, unit === undefined ? meaning : { ...meaning, unit }, value, field))
}

/** By the last part of the name; the folders before it distinguish equal metrics of one device. */
function meaningIn(key: string, folder: string, unit: string | undefined): Meaning | null | undefined {
  const named = meaningOf(key, unit)
  if (named === 'housekeeping') return null
  if (!named || folder === '') return named
  // a message may have only the metrics that changed, so that the others say nothing
  if (isOfTheAir(named.property) && isElsewhere(folder)) return undefined
  const channel = named.channel ? `${folder}.${named.channel}` : folder
  return { ...named, channel: channel.slice(0, 64) }
}

/** null where the node reports no value; undefined for non-measurements (a boolean, unless it is mapped). */
function readingOf({ isNull, value }: Metric, datatype: number, truth: boolean): number | string | null | undefined {
  if (isNull || !value) return null
  if (value.kind === 'boolean') return truth ? Number(value.value) : undefined
  return value.kind === 'string' ? value.value : numberOf(value, datatype)
}

const typeName = (datatype: number): string =>
  Object.entries(DATATYPE).find(([, code]) => code === datatype)?.[0] ?? `datatype ${datatype}`
