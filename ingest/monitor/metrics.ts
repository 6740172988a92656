import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Ledger } from '../commit/ledger.ts'
import type { CommittedMessage, Outcome } from '../message/ingest-message.ts'
import type { ReceiveStage } from '../receive/receive-stage.ts'

export type IngestMetrics = {
  committed(messages: readonly CommittedMessage[]): void
  retried(): void
}

/** Operational metrics: rates by outcome, time from receipt to commit, size of the receive window. */
export function ingestMetrics(register: Registry | undefined, ledger: Ledger, receive: ReceiveStage): IngestMetrics {
  if (!register) return { committed: () => {}, retried: () => {} }
  const registers = [register]
  const messages = new Counter({
    name: 'citywell_ingest_messages_total',
    help: 'Messages by source and outcome',
    labelNames: ['source', 'outcome'],
    registers,
  })
  const observations = new Counter({
    name: 'citywell_ingest_observations_total',
    help: 'Observations by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const latency = new Histogram({
    name: 'citywell_ingest_commit_seconds',
    help: 'From receipt of a message to its commit',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers,
  })
  const retries = new Counter({
    name: 'citywell_ingest_retries_total',
    help: 'Batches that could not be committed and were retried',
    registers,
  })
  gauge('citywell_ingest_in_flight', 'Messages received and not yet acknowledged', () => receive.inFlight.messages)
  gauge('citywell_ingest_in_flight_bytes', 'Payload bytes of the messages in flight', () => receive.inFlight.bytes)
  gauge(
    'citywell_ingest_oldest_in_flight_seconds',
    'Age of the oldest message in flight; alarm on it',
    () => receive.inFlight.oldestMs / 1000,
  )
  gauge('citywell_ingest_ready', '1 while every subscription is granted', () => (receive.state === 'ready' ? 1 : 0))
  gauge('citywell_ingest_reconnects', 'Lost connections to the broker', () => receive.reconnects)
  gauge('citywell_ingest_received', 'Messages received in this run', () =>
    [...ledger.read().values()].reduce((sum, counts) => sum + counts.received, 0),
  )

  function gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  }
  return {
    committed: (committed) => {
      const now = Date.now()
      const counts = new Map<string, Map<Outcome['kind'], number>>()
      const sums = { stored: 0, duplicate: 0, conflict: 0, rejected: 0 }
      for (const { message, outcome } of committed) {
        latency.observe((now - message.receivedAt.getTime()) / 1000)
        const bySource = counts.get(message.source) ?? new Map<Outcome['kind'], number>()
        counts.set(message.source, bySource)
        bySource.set(outcome.kind, (bySource.get(outcome.kind) ?? 0) + 1)
        sums.stored += outcome.stored
        sums.duplicate += outcome.duplicate
        sums.conflict += outcome.conflict
        sums.rejected += outcome.rejected
      }
      // Once per batch, not per message: finding a series by its labels takes about as long as decoding a message.
      for (const [source, kinds] of counts)
        for (const [outcome, count] of kinds) messages.inc({ source, outcome }, count)
      for (const [outcome, count] of Object.entries(sums)) observations.inc({ outcome }, count)
    },
    retried: () => retries.inc(),
  }
}
