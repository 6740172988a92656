import type { CityPack, Source } from '#model/city/city-pack.ts'
import { OWN_ROOT } from '#model/mqtt/live-feed.ts'
import { isReplayTopic, readReplayTopic } from '#model/mqtt/replay-topic.ts'
import { bySpecificity, matches } from '#model/mqtt/topic-filters.ts'
import { QUALITY, REASONS } from '#model/observation/quality.ts'
import { MAX_NAME_LENGTH, MAX_TOPIC_BYTES, plainStart, plainText } from '#model/text/storable-text.ts'
import type { DecodingContext } from '../decode/helpers/decoding-context.ts'
import type { FieldMappings, MappedSource } from '../decode/helpers/fields.ts'
import type { FieldProblem, RejectReason, UnmappedField } from '../decode/helpers/types.ts'
import { decode } from '../decode/index.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { withCalibrated } from '../observe/calibration.ts'
import { type NormalSample, normalise } from '../observe/normalise.ts'
import { isPersonal } from '../personal-data/is-personal.ts'
import { cleanPayload } from '../personal-data/redact.ts'
import type { Received } from '../receive/subscriber.ts'
import { NO_RULES, type Rules } from '../registry/registry-rules.ts'
import { CITY_BROKER, isImport, sourcesOf, specialise } from './built-in-sources.ts'

/** A message that the city published itself, received through a filter such as `#`. */
export const OWN_MESSAGE = 'own message'
/** Never throws: a message that cannot be interpreted has a `failure`. */
export type Interpreter = (received: Received, context?: DecodingContext) => IngestMessage | typeof OWN_MESSAGE

/** Name under which the ledger counts messages that no source of the pack covers. */
export const NO_SOURCE = '(none)'
/** Limit for the cache of sources by topic. */
const MAX_CACHED_TOPICS = 20_000

/**
 * Creates the function that turns a received message into samples and problems: source, format, decoding, normalisation,
 * calibration. It uses the rules of the registry at the time of the call.
 */
export function createInterpreter(
  pack: Pick<CityPack, 'sources' | 'timeZone'>,
  payloadLimit: number,
  rules: () => Rules = () => NO_RULES,
  broker = CITY_BROKER,
): Interpreter {
  const mappings: FieldMappings = { find: (device, path, name) => rules().mappings.find(device, path, name) }
  const finders = [...new Set([broker, ...pack.sources.map((source) => source.broker ?? CITY_BROKER)])].map((at) =>
    sourceFinder(sourcesOf(pack, at).map((source): MappedSource => ({ ...source, mappings }))),
  )
  // a replayed message comes by the broker of the city, whatever broker it came by at first
  const sourceFor = ({ topic, isReplayed }: Restored): MappedSource | undefined =>
    (isReplayed ? finders : finders.slice(0, 1)).map((find) => find(topic)).find((found) => found !== undefined)
  const interpret = (received: Restored, context: DecodingContext | undefined): IngestMessage => {
    // A topic still under the replay root has no valid arrival time: it belongs to no source, not even to `#`.
    const hasNoSource = received.malformed !== undefined || isReplayTopic(received.topic)
    const source = hasNoSource ? undefined : sourceFor(received)
    const reading = source
      ? read(received, source, { timeZone: pack.timeZone, payloadLimit, rules: rules(), context })
      : received.malformed === undefined
        ? fail('no_source', '')
        : fail('malformed_packet', received.malformed)
    const archiveDays = source?.archive?.days
    const isStored = reading.failure !== undefined || reading.problems.length > 0 || archiveDays !== undefined
    const { payload, fullBytes } = isStored ? cleanPayload(received) : received
    const message = { ...envelopeOf(received), fullBytes, payload, archiveDays }
    return { ...message, source: source?.name ?? NO_SOURCE, ...storable(reading) }
  }
  return (packet, context) => {
    try {
      const received = restoreReplayed(packet)
      if (received.topic.startsWith(OWN_ROOT) && !isReplayTopic(received.topic)) return OWN_MESSAGE
      return interpret(received, context)
    } catch (error) {
      // Decoder errors are caught below. The content is not stored, since it may still contain personal data.
      const topic = plainStart(packet.topic, MAX_TOPIC_BYTES)
      const failed = storable(fail('decoder_failed', error instanceof Error ? error.message : String(error)))
      return { ...envelopeOf(packet), source: NO_SOURCE, topic, payload: Buffer.alloc(0), ...failed }
    }
  }
}

const envelopeOf = ({ topic, fullBytes, receivedAt, messageId, dup, acknowledge }: Received) => ({
  ...{ topic, fullBytes, receivedAt, messageId, dup, acknowledge },
})

type Restored = Received & { readonly isReplayed?: true }

/** A replayed message gets its original topic and time of arrival. Topics are normalised as they will be stored. */
function restoreReplayed(packet: Received): Restored {
  const topic = plainText(packet.topic)
  const replayed = readReplayTopic(topic, packet.receivedAt)
  return replayed
    ? {
        ...{ ...packet, topic: replayed.topic, receivedAt: replayed.receivedAt, retain: replayed.retained },
        isReplayed: true,
      }
    : { ...packet, topic }
}

/** The reading with text that can be stored and names that can be indexed. */
function storable({ samples, problems, failure, unmapped, ignoredBy }: Reading): Reading {
  return {
    samples,
    ignoredBy,
    problems: problems.map(({ field, reason, detail, device }) => ({
      ...{ field: plainText(field), reason, detail: plainText(detail) },
      ...(device !== undefined && { device: plainText(device) }),
    })),
    failure: failure && { reason: failure.reason, detail: plainText(failure.detail) },
    unmapped: unmapped?.map(({ field, name, device, value }) => ({
      field: plainStart(field, MAX_NAME_LENGTH),
      name: plainStart(name, MAX_NAME_LENGTH),
      device: plainStart(device, MAX_NAME_LENGTH),
      value: plainText(value),
    })),
  }
}

type Reading = Pick<IngestMessage, 'samples' | 'problems' | 'failure' | 'unmapped' | 'ignoredBy'>
const fail = (
  reason: RejectReason,
  detail: string,
  problems: FieldProblem[] = [],
  unmapped?: readonly UnmappedField[],
): Reading => ({ samples: [], problems, failure: { reason, detail }, unmapped })

type ReadOptions = {
  readonly timeZone: string
  readonly payloadLimit: number
  readonly rules: Rules
  readonly context: DecodingContext | undefined
}

/** A message of an ignored topic is decoded all the same: whether its content may be stored depends on it. */
function read(received: Received, source: Source, options: ReadOptions): Reading {
  const reading = readValues(received, source, options)
  const { ignored } = options.rules
  if (isPersonal(reading)) return reading
  const filter = ignored.filterOf(received.topic)
  if (filter !== undefined) return { ...fail('ignored', `topic filter ${filter}`), ignoredBy: filter }
  // nothing in it is usable, and all of it is of ignored devices
  const { unmapped = [], failure, ...values } = reading
  if (!failure || unmapped.length === 0 || !unmapped.every(({ device }) => ignored.has(device))) return reading
  return { ...ignored.withoutIgnored({ ...values, unmapped }), failure: undefined }
}

function readValues(
  received: Received,
  source: Source,
  { timeZone, payloadLimit, rules, context }: ReadOptions,
): Reading {
  const topicBytes = Buffer.byteLength(received.topic)
  if (topicBytes > MAX_TOPIC_BYTES)
    return fail('too_large', `topic of ${topicBytes} bytes; the limit is ${MAX_TOPIC_BYTES}`)
  if (received.fullBytes > payloadLimit)
    return fail('too_large', `${received.fullBytes} bytes; the limit is ${payloadLimit}, the first bytes are stored`)
  try {
    const decoded = decode(received, describedSource(source, received.topic, rules), {
      timeZone: source.timeZone ?? timeZone,
      context,
    })
    if (!decoded.ok) return fail(decoded.reason, decoded.detail, [], decoded.unmapped)
    const normal = normalise(decoded.samples, { receivedAt: received.receivedAt, source })
    if (isImport(source)) for (const sample of normal.samples) sample.reasons |= REASONS.imported
    const problems = [...decoded.rejected, ...normal.rejected]
    // The broker delivers a retained message to every new subscription: its arrival says nothing about its time. Whether
    // a device is online is a state that still holds when it arrives.
    if (received.retain) for (const sample of normal.samples) if (isState(sample)) markRetained(sample)
    if (received.retain && normal.samples.some((sample) => isTimedByArrival(sample) && !isState(sample)))
      return fail(
        'retained_without_time',
        'retained message without a time: when it was measured is unknown',
        problems,
        decoded.unmapped,
      )
    const read = { samples: normal.samples, problems, unmapped: decoded.unmapped }
    const { samples, ...rest } = rules.ignored.withoutIgnored(read)
    return { samples: withCalibrated(samples, rules.calibrations), ...rest, failure: undefined }
  } catch (error) {
    // A bug in a decoder must cost this message only, not the worker.
    return fail('decoder_failed', error instanceof Error ? error.message : String(error))
  }
}

const isTimedByArrival = ({ reasons }: NormalSample): boolean => (reasons & REASONS.time_of_arrival) !== 0
const isState = (sample: NormalSample): boolean => sample.property === 'online' && isTimedByArrival(sample)

/** Suspect, so that it counts in no statistic: nobody measured it now. */
function markRetained(sample: NormalSample): void {
  sample.reasons |= REASONS.retained_state
  sample.quality = QUALITY.suspect
}

/** The source, with the description of its messages in the registry where there is one. */
function describedSource(source: Source, topic: string, { payloads }: Rules): Source {
  const described = payloads.find(topic)
  return described ? { ...source, name: described.name, format: 'json', json: described.mapping } : source
}

/** The source with the most specific matching filter; among equal ones the first in the pack. */
function sourceFinder(sources: readonly Source[]): (topic: string) => Source | undefined {
  const sorted = [...sources].sort((a, b) => bySpecificity(a.topic, b.topic))
  const cache = new Map<string, Source | undefined>()
  return (topic) => {
    if (cache.has(topic)) return cache.get(topic)
    const found = sorted.find((candidate) => matches(candidate.topic, topic))
    const source = found && specialise(found, topic)
    if (cache.size >= MAX_CACHED_TOPICS) cache.clear()
    cache.set(topic, source)
    return source
  }
}
