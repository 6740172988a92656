import { Outage } from '#infra/runtime/outage.ts'
import type { Incident } from '#model/api/alerts.ts'
import type { LedgerResponse } from '#model/api/ingest.ts'
import type { LiveMessage, LiveObservation } from '#model/mqtt/live-feed.ts'
import type { Domain } from '#model/things/domain.ts'
import type { Latest } from '../queries/live.ts'
import { createClient, type LiveClient, type Wire } from './client.ts'
import type { LiveSource } from './source.ts'

const FLUSH_MS = 250
const LEDGER_MS = 5_000
const HEARTBEAT_MS = 15_000
const INCIDENTS_MS = 1_000

type IsAllowed = () => Promise<boolean>

/** What event streams need of the database. */
export type Read = 'latest values' | 'ledger' | 'incidents' | 'shift log' | 'sessions'

export type ChangedIncidents = { readonly incidents: readonly Incident[]; readonly newest: number }

type HubDeps = {
  source: Pick<LiveSource, 'listen'>
  latest: () => Promise<Latest[]>
  ledger: () => Promise<LedgerResponse>
  /** incidents that changed after an event of their history, and the newest event; undefined: only the newest event */
  incidents: (afterEvent: number | undefined) => Promise<ChangedIncidents>
  /** of the shift log: rises with every change */
  shiftRevision: () => Promise<number>
  clock: () => Date
  /** once, when something cannot be read any more; it is tried again */
  onOutage: (what: Read, error: unknown) => void
  onOutageEnd: (what: Read, seconds: number) => void
  /** bytes that may wait for one client */
  maxPendingBytes?: number
}

/**
 * Sends committed observations to every open event stream.
 *
 * States: idle (no clients: messages pass by, no timers) -> running (first client) -> idle (last one gone) -> closed.
 * Between two flushes only the latest observation of each Datastream is buffered, so memory is bounded by the number of
 * Datastreams whatever the rate; each event is serialised once for all clients.
 */
export function createHub(deps: HubDeps) {
  const clients = new Map<LiveClient, IsAllowed>()
  const pending: Pending = new Map()
  // The feed is grouped by what a message was about (an air station also sends weather); `?domain` means the Thing's own.
  const domainOf = new Map<number, Domain>()
  const timers: NodeJS.Timeout[] = []
  let closed = false

  const stopListening = deps.source.listen((message) => {
    if (clients.size > 0) keepNewest(pending, message, domainOf)
  })

  const outages = new Map<Read, Outage>()
  const outageOf = (what: Read): Outage => {
    const outage = outages.get(what) ?? new Outage()
    outages.set(what, outage)
    return outage
  }
  /** One call of onOutage when it begins to fail, one of onOutageEnd when it works again. */
  async function read<T>(what: Read, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work()
      const seconds = outageOf(what).end()
      if (seconds !== undefined) deps.onOutageEnd(what, seconds)
      return result
    } catch (error) {
      if (outageOf(what).note('')) deps.onOutage(what, error)
      throw error
    }
  }

  const underWay = new Set<Read>()
  /** Not again while it is under way: a database that does not answer is not asked once a second more. */
  async function repeat(what: Read, work: () => Promise<void>): Promise<void> {
    if (underWay.has(what)) return
    underWay.add(what)
    await read(what, work).catch(() => {})
    underWay.delete(what)
  }

  async function readLatest(): Promise<Latest[]> {
    const latest = await deps.latest()
    for (const { datastreamId, domain } of latest) domainOf.set(datastreamId, domain)
    return latest
  }

  function flush(): void {
    for (const [domain, observations] of pending) {
      const text = event('observations', { domain, observations: [...observations.values()] })
      for (const client of clients.keys()) if (client.wants(domain)) client.send(text)
    }
    pending.clear()
  }

  const sendAll = (text: string): void => {
    for (const client of clients.keys()) client.send(text)
  }

  async function sendLedger(): Promise<void> {
    sendAll(event('ledger', await deps.ledger()))
  }

  // Whichever process changed an incident, its history says so.
  let lastEvent: number | undefined
  async function sendIncidents(): Promise<void> {
    const { incidents, newest } = await deps.incidents(lastEvent)
    lastEvent = newest
    for (const incident of incidents) sendAll(event('incident', incident))
  }

  // What was written is for those who may read it: the event says only that there is something to read.
  let lastRevision: number | undefined
  async function sendShift(): Promise<void> {
    const revision = await deps.shiftRevision()
    const changed = lastRevision !== undefined && revision > lastRevision
    lastRevision = Math.max(revision, lastRevision ?? 0)
    if (changed) sendAll(event('shift', { revision }))
  }

  function beat(): void {
    for (const [client, isAllowed] of clients) {
      client.beat()
      void endUnlessAllowed(client, isAllowed)
    }
  }

  /** Signing out, a role that was taken away and a token that has expired end the event streams that they opened. */
  async function endUnlessAllowed(client: LiveClient, isAllowed: IsAllowed): Promise<void> {
    const allowed = await read('sessions', isAllowed).catch(() => undefined) // asked again with the next beat
    if (allowed === false) client.close()
  }

  function start(): void {
    if (timers.length > 0) return
    timers.push(setInterval(flush, FLUSH_MS))
    timers.push(setInterval(() => void repeat('ledger', sendLedger), LEDGER_MS))
    timers.push(setInterval(beat, HEARTBEAT_MS))
    const readChanges = (): void => {
      void repeat('incidents', sendIncidents)
      void repeat('shift log', sendShift)
    }
    readChanges()
    timers.push(setInterval(readChanges, INCIDENTS_MS))
  }

  function stop(): void {
    for (const timer of timers.splice(0)) clearInterval(timer)
    pending.clear()
    lastEvent = undefined
    lastRevision = undefined
  }

  return {
    clients: () => clients.size,
    /** Serves one event stream until the wire closes, or `isAllowed` says that it must end. */
    add(wire: Wire, domains: readonly Domain[] | undefined, isAllowed: IsAllowed = async () => true): void {
      if (closed) {
        wire.end()
        return
      }
      const client = createClient({
        wire,
        domains,
        snapshot: async () => snapshotEvent(await read('latest values', readLatest), domains, deps.clock()),
        ...(deps.maxPendingBytes !== undefined && { maxPendingBytes: deps.maxPendingBytes }),
      })
      clients.set(client, isAllowed)
      start()
      // when data last arrived is not known before it
      read('ledger', deps.ledger).then(
        (ledger) => client.send(event('ledger', ledger)),
        () => {}, // it comes with the next one
      )
      wire.onClose(() => {
        client.close()
        clients.delete(client)
        if (clients.size === 0) stop()
      })
    },
    close(): void {
      closed = true
      stopListening()
      stop()
      for (const client of clients.keys()) client.close()
      clients.clear()
    },
  }
}

type Pending = Map<Domain, Map<number, LiveObservation>>

function keepNewest(pending: Pending, message: LiveMessage, domainOf: ReadonlyMap<number, Domain>): void {
  for (const observation of message.observations) {
    const domain = domainOf.get(observation.datastreamId) ?? message.domain
    const kept = pending.get(domain) ?? new Map<number, LiveObservation>()
    pending.set(domain, kept)
    const before = kept.get(observation.datastreamId)
    const newer = !before || Date.parse(before.phenomenonTime) <= Date.parse(observation.phenomenonTime)
    if (newer) kept.set(observation.datastreamId, observation)
  }
}

const event = (name: string, data: unknown): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

function snapshotEvent(latest: readonly Latest[], domains: readonly Domain[] | undefined, now: Date): string {
  const observations = latest
    .filter(({ domain }) => domains === undefined || domains.includes(domain))
    .map(({ domain: _, ...observation }) => observation)
  return event('snapshot', { time: now.toISOString(), observations })
}
