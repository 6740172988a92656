/**
 * Last stage of the pipeline: committed batches in, acknowledgements and live messages out.
 *
 * Input: `announce(batch)`, after COMMIT.
 * Output: an acknowledgement to the broker for each message, then the rows that are now the latest on the live feed.
 * Contract: acknowledgements come first, because nothing that follows may delay or prevent them. The live feed is
 * published at QoS 0 and is not repeated.
 */
import type { Row } from '../commit/rows.ts'
import type { CommittedBatch } from '../commit/writer.ts'
import type { CommittedMessage } from '../message/ingest-message.ts'
import type { IngestMetrics } from '../monitor/metrics.ts'
import { liveMessages } from './live-messages.ts'

export type AnnounceStageOptions = {
  readonly publish: (topic: string, payload: string) => boolean
  readonly metrics: IngestMetrics
  /** after the messages of a batch were acknowledged */
  readonly onCommitted?: ((messages: readonly CommittedMessage[]) => void) | undefined
}

export class AnnounceStage {
  readonly #options: AnnounceStageOptions

  constructor(options: AnnounceStageOptions) {
    this.#options = options
  }

  announce({ messages, latest }: CommittedBatch): void {
    for (const { message } of messages) message.acknowledge()
    this.publishLatest(latest)
    this.#options.metrics.committed(messages)
    this.#options.onCommitted?.(messages)
  }

  publishLatest(rows: readonly Row[]): void {
    for (const { topic, payload } of liveMessages(rows)) this.#options.publish(topic, payload)
  }
}
