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

/** Those of every broker; the parts of other brokers than that of the city have its name. */
export const ingestPartsOf = (states: ReadonlyMap<string, IngestState>): Record<string, Part> =>
  Object.fromEntries(
    [...states].flatMap(([broker, state]) =>
      Object.entries(ingestParts(state)).map(([name, part]) => [broker === '' ? name : `${name}:${broker}`, part]),
    ),
  )

/** Reported before the worker has started. */
export const ingestWaiting = (detail: string): Record<'ingest', Part> => ({ ingest: { ok: false, detail } })
