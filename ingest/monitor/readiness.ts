import type { Part } from '#model/api/ready.ts'
import type { IngestState } from './state.ts'

/** The parts of an ingest worker, as /ready reports them. */
export function ingestParts(state: IngestState): Record<'broker' | 'subscription' | 'writers' | 'in_flight', Part> {
  const { subscriber, connected, outage, late, inFlight, oldestInFlightMs } = state
  const isConnected = connected || subscriber === 'subscribing'
  const oldest = `${inFlight} messages in flight, the oldest for ${Math.round(oldestInFlightMs / 1000)} s`
  return {
    broker: { ok: isConnected, detail: isConnected ? 'connected' : `not connected (${subscriber})` },
    subscription: { ok: connected, detail: connected ? 'every subscription granted' : 'not granted yet' },
    writers: { ok: outage === undefined, detail: outage ?? 'committing' },
    in_flight: { ok: !late, detail: inFlight === 0 ? 'none' : oldest },
  }
}

/** Reported before the worker has started. */
export const ingestWaiting = (detail: string): Record<'ingest', Part> => ({ ingest: { ok: false, detail } })
