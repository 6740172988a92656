import { CENSORED } from '#model/observation/censored.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { QUALITY, REASONS, worst } from '#model/observation/quality.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { NormalSample } from '../observe/normalise.ts'
import { type Amendment, merge } from '../quality/amendments.ts'
import { climatologyTest } from '../quality/climatology.ts'
import { type ClockWatch, createClockWatch } from '../quality/clocks.ts'
import { createQualityControl, type QualityControl } from '../quality/control.ts'
import { measuringRangeTest } from '../quality/range.ts'
import type { Datastream } from '../registry/registry.ts'
import type { Row } from './rows.ts'

/**
 * Judges the samples of messages by what this worker has seen before: clocks, months, and the history of each
 * Datastream, added to what is known of them. Each message is judged once: a batch that is written again, or in halves,
 * must not meet its own values in the history.
 */
export class Judge {
  readonly #control: QualityControl = createQualityControl()
  readonly #clocks: ClockWatch = createClockWatch()
  readonly #latitude: number | undefined

  /** @param latitude of the city, degrees north; without it the climatology is not tested */
  constructor(latitude?: number) {
    this.#latitude = latitude
  }

  /** @param datastreams one for each sample of all messages, in order */
  judge(messages: readonly IngestMessage[], datastreams: readonly Datastream[]): void {
    let next = 0
    for (const message of messages) {
      const first = next
      next += message.samples.length
      if (!message.amendments) message.amendments = this.#amendmentsOf(message, datastreams, first)
    }
  }

  #amendmentsOf(message: IngestMessage, datastreams: readonly Datastream[], first: number): readonly Amendment[] {
    let amendments: Amendment[] | undefined
    const isBehind = this.#isBehind(message)
    for (let i = 0; i < message.samples.length; i += 1) {
      const sample = message.samples[i] as NormalSample
      const datastream = datastreams[first + i]
      if (!datastream) throw new Error('unreachable: one Datastream for each sample')
      if (isBehind) add(sample, QUALITY.suspect, REASONS.clock_behind)
      const { property, phenomenonTime, result } = sample
      const month = climatologyTest(property, this.#latitude, phenomenonTime.getTime(), result)
      add(sample, month.quality, month.reasons)
      const range = measuringRangeTest(property, datastream.grade, result)
      if (range.reasons !== 0) add(sample, range.quality, range.reasons)
      // What was imported is judged by its value alone, and is no history of a device that reports now.
      if (isJudgedAlone(sample)) continue
      // The same limit again and again is no sensor that is stuck.
      if (sample.reasons & CENSORED) continue
      // What no instrument reports is no neighbour to judge others by.
      if (sample.quality === QUALITY.fail) continue
      const verdict = this.#control.evaluate(datastream.id, property, phenomenonTime, result, datastream.grade)
      add(sample, verdict.quality, verdict.reasons)
      if (!verdict.earlier) continue
      const { quality, reasons, time } = verdict.earlier
      amendments ??= []
      amendments.push({ datastreamId: datastream.id, timeMs: time.getTime(), quality, reasons })
    }
    return amendments ?? NONE
  }

  /** By the newest sample of a message: a gateway may hand over a whole day at once. */
  #isBehind({ samples, receivedAt, dup }: IngestMessage): boolean {
    const [first] = samples
    if (!first || dup || first.reasons & REASONS.time_of_arrival) return false
    let newest = Number.NEGATIVE_INFINITY
    for (const { phenomenonTime } of samples) newest = Math.max(newest, phenomenonTime.getTime())
    const arrival = receivedAt.getTime()
    return this.#clocks.isBehind(first.device, arrival - newest, arrival)
  }
}

const NONE: readonly Amendment[] = []

/** A meter's readings make sense only one after the other, wherever they come from. */
const isJudgedAlone = ({ property, reasons }: NormalSample): boolean =>
  (reasons & REASONS.imported) !== 0 && propertyOf(property).kind !== 'counter'

function add(sample: NormalSample, quality: NormalSample['quality'], reasons: number): void {
  sample.quality = worst(sample.quality, quality)
  sample.reasons |= reasons
}

/** All amendments of a batch, and its own rows with those that concern them. */
export function amendRows(
  messages: readonly IngestMessage[],
  rows: readonly Row[],
): { rows: readonly Row[]; amendments: readonly Amendment[] } {
  const amendments = messages.flatMap((message) => message.amendments ?? NONE)
  if (amendments.length === 0) return { rows, amendments }
  const byDatastream = Map.groupBy(amendments, ({ datastreamId }) => datastreamId)
  return {
    amendments,
    rows: rows.map((row) => {
      const amendment = byDatastream.get(row.datastream.id)?.findLast(({ timeMs }) => timeMs === row.timeMs)
      return amendment ? { ...row, ...merge(row, amendment) } : row
    }),
  }
}
