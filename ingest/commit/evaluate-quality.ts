import { CENSORED } from '#model/observation/censored.ts'
import { propertyOf } from '#model/observation/properties.ts'
import { QUALITY, REASONS, worst } from '#model/observation/quality.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { NormalSample } from '../observe/normalise.ts'
import { type Amendment, merge } from '../quality/amendments.ts'
import { climatologyTest } from '../quality/climatology.ts'
import { type ClockWatch, createClockWatch } from '../quality/clocks.ts'
import { createHistoryEvaluator, type HistoryEvaluator } from '../quality/history.ts'
import { measuringRangeTest } from '../quality/range.ts'
import type { Datastream } from '../registry/registry.ts'
import type { Row } from './rows.ts'

/**
 * Evaluates the samples of messages by clock, month, measuring range and the history of each Datastream in this worker, and
 * adds flags and reasons to them. Each message is evaluated once: a batch that is retried, entirely or in halves, must not
 * find its own values in the history.
 */
export class QualityEvaluator {
  readonly #control: HistoryEvaluator = createHistoryEvaluator()
  readonly #clocks: ClockWatch = createClockWatch()
  readonly #latitude: number | undefined

  /** @param latitude of the city, degrees north; without it the climatology is not tested */
  constructor(latitude?: number) {
    this.#latitude = latitude
  }

  /** @param datastreams one for each sample of all messages, in order */
  evaluate(messages: readonly IngestMessage[], datastreams: readonly Datastream[]): void {
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
      // Imported samples are evaluated by their value alone, and are not the history of a device that reports now.
      if (isEvaluatedAlone(sample)) continue
      // A repeated detection limit is not a stuck sensor, and results between which it lies are not either.
      if (sample.reasons & CENSORED) {
        this.#control.interrupt(datastream.id, phenomenonTime)
        continue
      }
      // A value that no instrument reports must not influence the evaluation of others.
      if (sample.quality === QUALITY.fail) continue
      const evaluation = this.#control.evaluate(datastream.id, property, phenomenonTime, result, datastream.grade)
      add(sample, evaluation.quality, evaluation.reasons)
      if (!evaluation.earlier) continue
      const { quality, reasons, time } = evaluation.earlier
      amendments ??= []
      amendments.push({ datastreamId: datastream.id, timeMs: time.getTime(), quality, reasons })
    }
    return amendments ?? NONE
  }

  /** By the latest sample of a message: a gateway may deliver an entire day at once. */
  #isBehind({ samples, receivedAt, dup }: IngestMessage): boolean {
    const [first] = samples
    if (!first || dup || first.reasons & REASONS.time_of_arrival) return false
    let latestMs = Number.NEGATIVE_INFINITY
    for (const { phenomenonTime } of samples) latestMs = Math.max(latestMs, phenomenonTime.getTime())
    const arrival = receivedAt.getTime()
    return this.#clocks.isBehind(first.device, arrival - latestMs, arrival)
  }
}

const NONE: readonly Amendment[] = []

/** Meter readings are evaluated in sequence, whatever their source. */
const isEvaluatedAlone = ({ property, reasons }: NormalSample): boolean =>
  (reasons & REASONS.imported) !== 0 && propertyOf(property).kind !== 'counter'

function add(sample: NormalSample, quality: NormalSample['quality'], reasons: number): void {
  sample.quality = worst(sample.quality, quality)
  sample.reasons |= reasons
}

/** All amendments of a batch, and its rows with the amendments that concern them applied. */
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
