import type { Counts } from '../commit/ledger.ts'
import type { SubscriberState } from '../receive/subscriber.ts'

/** State of a worker, for /ready and for tests. */
export type IngestState = {
  readonly run: string
  /** every subscription is granted on the current connection */
  readonly connected: boolean
  readonly subscriber: SubscriberState
  readonly inFlight: number
  readonly inFlightBytes: number
  /** age of the oldest message in flight */
  readonly oldestInFlightMs: number
  /** it exceeds the limit */
  readonly late: boolean
  /** a batch is waiting for the database */
  readonly retrying: boolean
  /** nothing can be stored: for how long, and why */
  readonly outage: string | undefined
  /** by source */
  readonly ledger: ReadonlyMap<string, Counts>
  readonly balanced: boolean
}
