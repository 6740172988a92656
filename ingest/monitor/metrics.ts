import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Ledger, Settled } from '../commit/ledger.ts'
import type { Outcome } from '../message/ingest-message.ts'
import type { Subscriber } from '../receive/subscriber.ts'

export type IngestMetrics = {
  committed(settled: Settled): void
  retried(): void
}

/** What an operator watches: rates by outcome, how long a message waits for its commit, how full the window is. */
export function ingestMetrics(register: Registry | undefined, ledger: Ledger, subscriber: Subscriber): IngestMetrics {
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
    help: 'From reading a message to its commit',
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers,
  })
  const retries = new Counter({
    name: 'citywell_ingest_retries_total',
    help: 'Batches that could not be committed and were tried again',
    registers,
  })
  gauge('citywell_ingest_in_flight', 'Messages held without acknowledgement', () => subscriber.held.messages)
  gauge('citywell_ingest_in_flight_bytes', 'Their payloads', () => subscriber.held.bytes)
  gauge(
    'citywell_ingest_oldest_in_flight_seconds',
    'How long the oldest of them has been held; alarm on it',
    () => subscriber.held.oldestMs / 1000,
  )
  gauge('citywell_ingest_ready', '1 after the broker has granted every subscription', () =>
    subscriber.state === 'ready' ? 1 : 0,
  )
  gauge('citywell_ingest_reconnects', 'Connections to the broker that were lost', () => subscriber.reconnects)
  gauge('citywell_ingest_received', 'Messages read in this run', () =>
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
    committed: (settled) => {
      const now = Date.now()
      const counts = new Map<string, Map<Outcome['kind'], number>>()
      const sums = { stored: 0, duplicate: 0, conflict: 0, rejected: 0 }
      for (const { message, outcome } of settled) {
        latency.observe((now - message.receivedAt.getTime()) / 1000)
        const ofSource = counts.get(message.source) ?? new Map<Outcome['kind'], number>()
        counts.set(message.source, ofSource)
        ofSource.set(outcome.kind, (ofSource.get(outcome.kind) ?? 0) + 1)
        sums.stored += outcome.stored
        sums.duplicate += outcome.duplicate
        sums.conflict += outcome.conflict
        sums.rejected += outcome.rejected
      }
      // Once a batch, not once a message: finding a series by its labels takes about as long as decoding a message.
      for (const [source, kinds] of counts)
        for (const [outcome, count] of kinds) messages.inc({ source, outcome }, count)
      for (const [outcome, count] of Object.entries(sums)) observations.inc({ outcome }, count)
    },
    retried: () => retries.inc(),
  }
}
