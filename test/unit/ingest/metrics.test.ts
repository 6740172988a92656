import { Registry } from 'prom-client'
import { describe, expect, test } from 'vitest'
import { Ledger } from '#ingest/commit/ledger.ts'
import type { IngestMessage, Outcome } from '#ingest/message/ingest-message.ts'
import { ingestMetrics } from '#ingest/monitor/metrics.ts'

const message = (source: string): IngestMessage => ({
  ...{ source, topic: 't', payload: Buffer.alloc(0), fullBytes: 0, receivedAt: new Date(), messageId: 1, dup: false },
  ...{ samples: [], problems: [], failure: undefined, acknowledge: () => {} },
})
const outcome = (kind: Outcome['kind'], over: Partial<Outcome> = {}): Outcome => ({
  ...{ kind, stored: 0, duplicate: 0, conflict: 0, rejected: 0 },
  ...over,
})

describe('what an operator counts', () => {
  test('messages by source and outcome, observations by outcome, over several batches', async () => {
    const registry = new Registry()
    const receive = { inFlight: { messages: 0, bytes: 0, oldestMs: 0 }, state: 'ready', reconnects: 0 }
    const metrics = ingestMetrics(registry, { ledger: new Ledger([]), receive: receive as never, broker: '' })
    metrics.committed([
      { message: message('air'), outcome: outcome('stored', { stored: 4, conflict: 1 }) },
      { message: message('air'), outcome: outcome('stored', { stored: 2, rejected: 3 }) },
      { message: message('meters'), outcome: outcome('duplicate', { duplicate: 5 }) },
    ])
    metrics.committed([
      { message: message('air'), outcome: outcome('rejected', { rejected: 1 }) },
      { message: message('meters'), outcome: outcome('stored', { stored: 1 }) },
    ])
    const text = await registry.metrics()
    const read = (name: string): string[] => text.split('\n').filter((line) => line.startsWith(`${name}{`))
    expect(read('citywell_ingest_messages_total').sort()).toEqual([
      'citywell_ingest_messages_total{source="air",outcome="rejected"} 1',
      'citywell_ingest_messages_total{source="air",outcome="stored"} 2',
      'citywell_ingest_messages_total{source="meters",outcome="duplicate"} 1',
      'citywell_ingest_messages_total{source="meters",outcome="stored"} 1',
    ])
    expect(read('citywell_ingest_observations_total').sort()).toEqual([
      'citywell_ingest_observations_total{outcome="conflict"} 1',
      'citywell_ingest_observations_total{outcome="duplicate"} 5',
      'citywell_ingest_observations_total{outcome="rejected"} 4',
      'citywell_ingest_observations_total{outcome="stored"} 7',
    ])
    expect(text).toContain('citywell_ingest_commit_seconds_count 5')
  })
})
