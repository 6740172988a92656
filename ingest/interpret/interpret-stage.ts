/**
 * Second stage of the pipeline: received messages in, interpreted messages out.
 *
 * Input: `add(received)`, in order of arrival.
 * Output: each message once to `add` of the next stage: with samples, with a failure, or with both. A message whose
 * decoding context has to be read from the database follows later than its successors (deferred-interpretation.ts).
 * Contract: every message is counted as received and in flight before it is passed on. A message that the city
 * published itself is acknowledged here, and is not counted.
 */
import type { Pool } from '#infra/db/pool.ts'
import type { Logger } from '#infra/runtime/log.ts'
import type { Ledger } from '../commit/ledger.ts'
import type { StoreProbe } from '../commit/store-probe.ts'
import type { IngestMessage } from '../message/ingest-message.ts'
import type { Received } from '../receive/subscriber.ts'
import { DeferredInterpretation, needsContext } from './deferred-interpretation.ts'
import type { Admit } from './discovery/state.ts'
import { type Interpreter, OWN_MESSAGE } from './interpret.ts'

export type InterpretStageOptions = {
  readonly pool: Pool
  readonly log: Logger
  readonly ledger: Ledger
  readonly probe: StoreProbe
  readonly interpreter: Interpreter
  /** for requests to Sparkplug nodes */
  readonly publish: (topic: string, payload: Buffer) => boolean
  /** for devices that describe themselves */
  readonly admit: Admit
  readonly next: InterpretOutput
}
export type InterpretOutput = {
  add(message: IngestMessage): void
  flush(): void
}

export class InterpretStage {
  readonly #interpreter: Interpreter
  readonly #ledger: Ledger
  readonly #next: InterpretOutput
  readonly #deferred: DeferredInterpretation

  constructor(options: InterpretStageOptions) {
    const { interpreter, ledger, next } = options
    this.#interpreter = interpreter
    this.#ledger = ledger
    this.#next = next
    this.#deferred = new DeferredInterpretation(options)
  }

  add(received: Received): void {
    const message = this.#interpreter(received)
    if (message === OWN_MESSAGE) {
      received.acknowledge()
      return
    }
    this.#ledger.countReceived(message.source)
    this.#ledger.addInFlight(message)
    if (needsContext(message)) this.#deferred.add(received, message)
    else this.#next.add(message)
  }

  flush(): void {
    this.#next.flush()
  }

  /** Resolves when every message has been passed on. */
  drain(): Promise<void> {
    return this.#deferred.drain()
  }

  /** Waits for the database no longer; messages that are not passed on stay unacknowledged. */
  abort(): void {
    this.#deferred.abort()
  }
}
