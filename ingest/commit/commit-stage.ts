/**
 * Third stage of the pipeline: interpreted messages in, committed batches out.
 *
 * Input: `add(message)`, in any order.
 * Output: `announce(batch)` of the next stage, after COMMIT, with the outcome of every message of the batch.
 * Contract: every message is committed once, as stored, duplicate or rejected, together with the ledger. While nothing
 * can be stored, messages wait here, unacknowledged (writer.ts). The ledger is written every HEARTBEAT_MS when no batch
 * is, also during an outage's retries: it shows that the worker is alive and how many messages are in flight.
 */
import type { Pool } from '#infra/db/pool.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Registry } from '../registry/registry.ts'
import { Batch } from './batch.ts'
import type { Ledger } from './ledger.ts'
import type { Row } from './rows.ts'
import type { StoreProbe } from './store-probe.ts'
import { type CommittedBatch, Writer } from './writer.ts'

export type CommitStageOptions = {
  readonly pool: Pool
  readonly log: Logger
  readonly ledger: Ledger
  readonly probe: StoreProbe
  readonly registry: Registry
  /** MQTT client id of the session that the messages come from */
  readonly session: string
  /** of the city, degrees north */
  readonly latitude: number | undefined
  readonly batch: { readonly maxRows: number; readonly maxAgeMs: number; readonly writers: number }
  /** a batch could not be written and will be retried */
  readonly onRetry: () => void
  readonly next: CommitOutput
}
export type CommitOutput = { announce(batch: CommittedBatch): void }

const QUIET_MS = 10
const HEARTBEAT_MS = 5_000

export class CommitStage {
  readonly #log: Logger
  readonly #next: CommitOutput
  readonly #batch: Batch<IngestMessage>
  readonly #writer: Writer
  readonly #heartbeat: NodeJS.Timeout
  #lastWriteMs = performance.now()
  #beating = false
  #retrying = false

  constructor(options: CommitStageOptions) {
    const { log, next, onRetry } = options
    this.#log = log
    this.#next = next
    this.#writer = new Writer({
      ...options,
      onCommitted: (batch) => this.#onCommitted(batch),
      onRetry: () => {
        this.#retrying = true
        onRetry()
      },
    })
    this.#batch = new Batch<IngestMessage>({
      ...options.batch,
      quietMs: QUIET_MS,
      rowsOf: (message) => message.samples.length,
      ownerOf: (message) => message.samples[0]?.device ?? message.topic,
      write: (messages) => this.#writer.write(messages),
    })
    this.#heartbeat = setInterval(() => void this.#beat(), HEARTBEAT_MS)
  }

  /** A batch is waiting for the database. */
  get retrying(): boolean {
    return this.#retrying
  }

  /** Nothing can be stored: for how long, and why; undefined otherwise. */
  get outage(): string | undefined {
    return this.#writer.outage
  }

  add(message: IngestMessage): void {
    this.#batch.add(message)
  }

  /** Commits what is here as soon as a writer is free: nothing more will arrive before. */
  flush(): void {
    this.#batch.flush()
  }

  /** Writes what these messages contain as the latest values, before they are stored. @returns the rows that now are the latest */
  writeLatest(messages: readonly IngestMessage[]): Promise<readonly Row[]> {
    return this.#writer.writeLatest(messages)
  }

  /** Resolves when every message is committed, or after `abort`. Nothing may be added any more. */
  async drain(): Promise<void> {
    clearInterval(this.#heartbeat)
    await this.#batch.drain()
  }

  /** Waits for the database no longer; messages that are not committed stay unacknowledged. */
  abort(): void {
    this.#writer.abort()
  }

  /** Writes the closing ledger row of the run. */
  async close(): Promise<void> {
    await this.#writer.writeLedger(true).catch((error: Error) => {
      this.#log.warn({ detail: error.message }, 'closing ledger row not written')
    })
  }

  #onCommitted(batch: CommittedBatch): void {
    this.#retrying = false
    this.#lastWriteMs = performance.now()
    this.#next.announce(batch)
  }

  async #beat(): Promise<void> {
    if (this.#beating || performance.now() - this.#lastWriteMs < HEARTBEAT_MS) return
    this.#beating = true
    try {
      await this.#writer.writeLedger()
      this.#lastWriteMs = performance.now()
    } catch (error) {
      this.#log.debug({ detail: (error as Error).message }, 'ledger heartbeat not written')
    } finally {
      this.#beating = false
    }
  }
}
