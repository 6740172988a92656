import type { CityPack, Source } from '#model/city/city-pack.ts'
import { OWN_ROOT } from '#model/mqtt/live.ts'
import { isReplayTopic, readReplayTopic } from '#model/mqtt/replay.ts'
import { bySpecificity, matches } from '#model/mqtt/topics.ts'
import { REASONS } from '#model/observation/quality.ts'
import { MAX_NAME_LENGTH, MAX_TOPIC_BYTES, plainStart, plainText } from '#model/text/text.ts'
import type { FieldMappings, MappedSource } from '../decode/helpers/fields.ts'
import type { Memory } from '../decode/helpers/memory.ts'
import type { FieldProblem, RejectReason, UnmappedField } from '../decode/helpers/types.ts'
import { decode } from '../decode/index.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import { withCalibrated } from '../observe/calibration.ts'
import { normalise } from '../observe/normalise.ts'
import { withoutPersonalData } from '../personal-data/redact.ts'
import type { Received } from '../receive/subscriber.ts'
import { NO_RULES, type Rules } from '../registry/registry-rules.ts'
import { isImport, sourcesOf, specialise } from './built-in-sources.ts'

/** 'our own': what the city itself publishes, which a filter like `#` brings back to it. */
export type Understood = IngestMessage | 'our own'

/** Name under which the ledger counts messages that no source of the pack covers. */
export const NO_SOURCE = '(none)'
/** Topics are remembered with their source; a flood of distinct ones must not fill the memory. */
const TOPICS_REMEMBERED = 20_000

/**
 * From a packet to what it says, by the rules of the registry as they are then. Never throws: what cannot be understood
 * is a message with a failure.
 */
export function understandWith(
  pack: Pick<CityPack, 'sources' | 'timeZone'>,
  payloadLimit: number,
  rules: () => Rules = () => NO_RULES,
): (received: Received, memory?: Memory) => Understood {
  const mappings: FieldMappings = { find: (device, path, name) => rules().mappings.find(device, path, name) }
  const sourceFor = sourceFinder(sourcesOf(pack).map((source): MappedSource => ({ ...source, mappings })))
  const readOne = (received: Received, memory: Memory | undefined): IngestMessage => {
    // What is left under the root of replays names no arrival: it belongs to no source, not even one of everything.
    const isNobodys = received.malformed !== undefined || isReplayTopic(received.topic)
    const source = isNobodys ? undefined : sourceFor(received.topic)
    const reading = source
      ? read(received, source, { timeZone: pack.timeZone, payloadLimit, rules: rules(), memory })
      : received.malformed === undefined
        ? fail('no_source', '')
        : fail('malformed_packet', received.malformed)
    const archiveDays = source?.archive?.days
    const isKept = reading.failure !== undefined || reading.problems.length > 0 || archiveDays !== undefined
    const payload = isKept ? withoutPersonalData(received.payload) : received.payload
    return { ...envelopeOf(received), source: source?.name ?? NO_SOURCE, payload, archiveDays, ...storable(reading) }
  }
  return (packet, memory) => {
    try {
      const received = asItFirstCame(packet)
      if (received.topic.startsWith(OWN_ROOT) && !isReplayTopic(received.topic)) return 'our own'
      return readOne(received, memory)
    } catch (error) {
      // Not a decoder: those are caught apart. Its content is not kept, since personal data may still be in it.
      const topic = plainStart(packet.topic, MAX_TOPIC_BYTES)
      const failed = storable(fail('decoder_failed', error instanceof Error ? error.message : String(error)))
      return { ...envelopeOf(packet), source: NO_SOURCE, topic, payload: Buffer.alloc(0), ...failed }
    }
  }
}

const envelopeOf = ({ topic, fullBytes, receivedAt, messageId, dup, settle }: Received) => ({
  ...{ topic, fullBytes, receivedAt, messageId, dup, settle },
})

/** A replayed message under its own topic, with the arrival it had; any other as it is. Topics as they are stored. */
function asItFirstCame(packet: Received): Received {
  const topic = plainText(packet.topic)
  const kept = readReplayTopic(topic, packet.receivedAt)
  return kept
    ? { ...packet, topic: kept.topic, receivedAt: kept.receivedAt, retain: kept.retained }
    : { ...packet, topic }
}

/** What decoders and normalise say of a message, in text that can be stored and names that can be indexed. */
function storable({ samples, problems, failure, unmapped }: Reading): Reading {
  return {
    samples,
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

type Reading = Pick<IngestMessage, 'samples' | 'problems' | 'failure' | 'unmapped'>
const fail = (
  reason: RejectReason,
  detail: string,
  problems: FieldProblem[] = [],
  unmapped?: readonly UnmappedField[],
): Reading => ({ samples: [], problems, failure: { reason, detail }, unmapped })

type Context = {
  readonly timeZone: string
  readonly payloadLimit: number
  readonly rules: Rules
  readonly memory: Memory | undefined
}

function read(received: Received, source: Source, { timeZone, payloadLimit, rules, memory }: Context): Reading {
  const topicBytes = Buffer.byteLength(received.topic)
  if (topicBytes > MAX_TOPIC_BYTES)
    return fail('too_large', `a topic of ${topicBytes} bytes; at most ${MAX_TOPIC_BYTES} are read`)
  if (received.fullBytes > payloadLimit)
    return fail(
      'too_large',
      `${received.fullBytes} bytes; at most ${payloadLimit} are read, the first of them are kept`,
    )
  try {
    const decoded = decode(received, source, { timeZone: source.timeZone ?? timeZone, memory })
    if (!decoded.ok) return fail(decoded.reason, decoded.detail, [], decoded.unmapped)
    const normal = normalise(decoded.samples, { receivedAt: received.receivedAt, source })
    if (isImport(source)) for (const sample of normal.samples) sample.reasons |= REASONS.imported
    const problems = [...decoded.rejected, ...normal.rejected]
    // The broker keeps a retained message for ever and hands it to every new subscription: it is no news.
    if (received.retain && normal.samples.some((sample) => sample.reasons & REASONS.time_of_arrival))
      return fail('retained_without_time', 'the broker kept it; nobody knows since when', problems, decoded.unmapped)
    const samples = withCalibrated(normal.samples, rules.calibrations)
    return { samples, problems, failure: undefined, unmapped: decoded.unmapped }
  } catch (error) {
    // A bug of a decoder costs this message, not the worker.
    return fail('decoder_failed', error instanceof Error ? error.message : String(error))
  }
}

/** The source whose filter matches most specifically; the pack's order decides between equals. */
function sourceFinder(sources: readonly Source[]): (topic: string) => Source | undefined {
  const sorted = [...sources].sort((a, b) => bySpecificity(a.topic, b.topic))
  const known = new Map<string, Source | undefined>()
  return (topic) => {
    if (known.has(topic)) return known.get(topic)
    const found = sorted.find((candidate) => matches(candidate.topic, topic))
    const source = found && specialise(found, topic)
    if (known.size >= TOPICS_REMEMBERED) known.clear()
    known.set(topic, source)
    return source
  }
}
