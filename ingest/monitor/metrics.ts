import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Ledger } from '../commit/ledger.ts'
import type { CommittedMessage, Outcome } from '../message/ingest-message.ts'
import type { ReceiveStage } from '../receive/receive-stage.ts'

export type IngestMetrics = {
  committed(messages: readonly CommittedMessage[]): void
  retried(): void
}

type Measured = { readonly ledger: Ledger; readonly receive: ReceiveStage; readonly broker: string }
type Meters = { readonly all: Measured[]; readonly metrics: IngestMetrics }
const byRegister = new WeakMap<Registry, Meters>()

/**
 * Operational metrics: rates by outcome, time from receipt to commit, size of the receive window. Gauges are of all brokers
 * together; `citywell_ingest_broker_ready` is of each.
 */
export function ingestMetrics(register: Registry | undefined, measured: Measured): IngestMetrics {
  if (!register) return { committed: () => {}, retried: () => {} }
  const known = byRegister.get(register)
  if (known) {
    known.all.push(measured)
    return known.metrics
  }
  const all = [measured]
  const metrics = createMetrics(register, all)
  byRegister.set(register, { all, metrics })
  return metrics
}

function createMetrics(register: Registry, all: readonly Measured[]): IngestMetrics {
  const registers = [register]
  const sum = (of: (each: Measured) => number): number => all.reduce((total, each) => total + of(each), 0)
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
  gauge('citywell_ingest_in_flight', 'Messages received and not yet acknowledged', () =>
    sum(({ receive }) => receive.inFlight.messages),
  )
  gauge('citywell_ingest_in_flight_bytes', 'Payload bytes of the messages in flight', () =>
    sum(({ receive }) => receive.inFlight.bytes),
  )
  gauge(
    'citywell_ingest_oldest_in_flight_seconds',
    'Age of the oldest message in flight; alarm on it',
    () => Math.max(...all.map(({ receive }) => receive.inFlight.oldestMs)) / 1000,
  )
  gauge('citywell_ingest_ready', '1 while every subscription is granted', () =>
    all.every(({ receive }) => receive.state === 'ready') ? 1 : 0,
  )
  gauge('citywell_ingest_reconnects', 'Lost connections to the broker', () => sum(({ receive }) => receive.reconnects))
  gauge('citywell_ingest_received', 'Messages received in this run', () =>
    sum(({ ledger }) => [...ledger.read().values()].reduce((received, counts) => received + counts.received, 0)),
  )

  new Gauge({
    name: 'citywell_ingest_broker_ready',
    help: '1 while every subscription at this broker is granted; the broker of the city has no name',
    labelNames: ['broker'],
    registers,
    collect() {
      for (const { broker, receive } of all) this.set({ broker }, receive.state === 'ready' ? 1 : 0)
    },
  })

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
