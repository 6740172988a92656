import type { Counts } from '../commit/ledger.ts'
import type { SubscriberState } from '../receive/subscriber.ts'

/** What a worker says of itself: to /ready, to the metrics, to tests. */
export type IngestState = {
  readonly run: string
  /** the broker has granted every subscription on the present connection */
  readonly connected: boolean
  readonly subscriber: SubscriberState
  readonly inFlight: number
  readonly inFlightBytes: number
  /** how long the oldest message has been held without being committed */
  readonly oldestInFlightMs: number
  /** that is longer than it should be */
  readonly late: boolean
  /** a batch waits for the database */
  readonly retrying: boolean
  /** nothing can be stored: since when, and why */
  readonly outage: string | undefined
  /** by source */
  readonly ledger: ReadonlyMap<string, Counts>
  readonly balanced: boolean
}
