import { z } from 'zod'
import { type LedgerResponse, ledgerResponse } from '#model/api/ingest.ts'
import { liveSnapshot } from '#model/api/live.ts'
import { type LiveObservation, liveMessageSchema, liveObservationSchema } from '#model/mqtt/live-feed.ts'
import { isAvailability } from '#model/things/availability.ts'
import { readInSlices } from '../http/in-slices.ts'
import { countIn, createInbox, type Latest, lastReceivedHere, NO_RATE, type Rate } from './latest.ts'

/**
 * The live feed, outside React. States: connecting -> live <-> reconnecting. EventSource reconnects after a broken
 * connection, but gives up when the server answers with an error (a restart behind a proxy); then a new one is opened.
 * A feed that is silent for longer than two ledger events counts as broken. Every connection starts with a snapshot, so
 * nothing is missed.
 */
export type LiveStatus = 'connecting' | 'live' | 'reconnecting'
export type LiveState = {
  readonly status: LiveStatus
  /** changes whenever `latest` does; the map itself is the same object */
  readonly version: number
  /** the Datastreams that changed with this version; one may be named twice */
  readonly changed: readonly number[]
  readonly latest: ReadonlyMap<number, Latest>
  /**
   * when the server last received a message, by the clock of this page, ms; null until the server has said so. Times that
   * devices claim are no measure of it: one fast clock would hide that all others are silent.
   */
  readonly lastReceived: number | null
  readonly rate: Rate
  readonly ledger: LedgerResponse | null
  /** incident events so far: whoever shows incidents reads them again when it rises */
  readonly incidentEvents: number
  /** the same of Things that are said to be offline */
  readonly offlineEvents: number
  /** the same of the shift log */
  readonly shiftEvents: number
  /** messages received per second, between the last two ledger events that are some seconds apart */
  readonly messagesPerSecond: number | null
}

/** The event holds the incident, which the page reads by the API, with what the reader may see of it. */
const changedIncident = z.object({ id: z.string() })

const saysOffline = (observation: LiveObservation): boolean => isAvailability(observation) && observation.result === 0
const unagreed = (name: string): string => `live event "${name}" is not as agreed`

const SNAPSHOT = { item: liveObservationSchema, itemStart: '{"thing":' } as const

/** A snapshot of 100,000 Datastreams is 17 MB. */
async function readSnapshot(data: string, take: (observations: readonly LiveObservation[]) => void): Promise<void> {
  const rest = await readInSlices([data], SNAPSHOT, take)
  take(liveSnapshot.parse(rest).observations)
}

const shiftChange = z.object({ revision: z.number() })

/** Numbers that change faster cannot be read, and every change draws the map again. The first after a pause is shown at once. */
const FLUSH_MS = 1000
/** Drawing may take a quarter of the time, however many Things there are; the rest is for interaction. */
const COST_SHARE = 4
const SILENCE_MS = 20_000
/** Workers report their counts every few seconds: between two events that follow each other closely there is no rate. */
const MIN_COUNTED_MS = 4000
const REOPEN_MS = 3000

export type LiveStore = {
  subscribe(listener: () => void): () => void
  get(): LiveState
  close(): void
}

export function createLiveStore(url: string): LiveStore {
  const latest = new Map<number, Latest>()
  const listeners = new Set<() => void>()
  let state: LiveState = {
    status: 'connecting',
    version: 0,
    changed: [],
    latest,
    lastReceived: null,
    rate: NO_RATE,
    ledger: null,
    incidentEvents: 0,
    offlineEvents: 0,
    shiftEvents: 0,
    messagesPerSecond: null,
  }
  const inbox = createInbox(latest)
  let flushing = false
  let lastFlush = 0
  let costMs = 0
  let lastEvent = Date.now()
  let counted: { at: number; received: number } | undefined
  let source: EventSource | undefined
  let reopening: ReturnType<typeof setTimeout> | undefined

  const set = (change: Partial<LiveState>): void => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  const flush = (): void => {
    flushing = false
    lastFlush = Date.now()
    const { changed, committed } = inbox.drain()
    const rate = committed > 0 ? countIn(state.rate, Date.now(), committed) : state.rate
    if (changed.length === 0 && rate === state.rate) return
    const began = performance.now()
    set({ rate, ...(changed.length > 0 && { version: state.version + 1, changed }) })
    // the page renders the new state before the next task runs
    setTimeout(() => {
      costMs = performance.now() - began
    })
  }

  // bursts are rendered together, and no faster than people can follow
  const take = (observations: readonly LiveObservation[], isSnapshot: boolean): void => {
    inbox.add(observations, isSnapshot)
    if (flushing) return
    flushing = true
    const wait = Math.max(0, Math.max(FLUSH_MS, costMs * COST_SHARE) - (Date.now() - lastFlush))
    setTimeout(() => (document.hidden ? flush() : requestAnimationFrame(flush)), wait)
  }

  const heard = (): void => {
    lastEvent = Date.now()
    if (state.status !== 'live') set({ status: 'live' })
  }

  const on = <S extends z.ZodType>(name: string, schema: S, then: (value: z.output<S>) => void): void => {
    source?.addEventListener(name, (event: MessageEvent<string>) => {
      heard()
      const parsed = schema.safeParse(JSON.parse(event.data))
      if (parsed.success) then(parsed.data)
      else console.error(unagreed(name), parsed.error.issues[0])
    })
  }

  const messageRate = ({ time, total: { received } }: LedgerResponse): number | null => {
    const at = Date.parse(time)
    const before = counted
    if (before && received >= before.received && at - before.at < MIN_COUNTED_MS) return state.messagesPerSecond
    counted = { at, received }
    if (!before || received < before.received) return state.messagesPerSecond
    return ((received - before.received) * 1000) / (at - before.at)
  }

  const open = (): void => {
    clearTimeout(reopening)
    source?.close()
    lastEvent = Date.now()
    source = new EventSource(url)
    source.addEventListener('snapshot', ({ data }: MessageEvent<string>) => {
      heard()
      readSnapshot(data, (observations) => take(observations, true)).catch((error) =>
        console.error(unagreed('snapshot'), error),
      )
    })
    on('observations', liveMessageSchema, ({ observations }) => {
      take(observations, false)
      if (observations.some(saysOffline)) set({ offlineEvents: state.offlineEvents + 1 })
    })
    on('incident', changedIncident, () => set({ incidentEvents: state.incidentEvents + 1 }))
    on('shift', shiftChange, () => set({ shiftEvents: state.shiftEvents + 1 }))
    on('ledger', ledgerResponse, (ledger) =>
      set({
        ledger,
        lastReceived: lastReceivedHere(ledger, Date.now()),
        messagesPerSecond: messageRate(ledger),
      }),
    )
    source.onerror = () => {
      if (state.status !== 'reconnecting')
        set({ status: state.status === 'connecting' ? 'connecting' : 'reconnecting' })
      if (source?.readyState === EventSource.CLOSED) reopening = setTimeout(open, REOPEN_MS)
    }
  }

  const watch = setInterval(() => {
    if (Date.now() - lastEvent < SILENCE_MS) return
    set({ status: 'reconnecting' })
    open()
  }, 5000)

  open()
  return {
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get: () => state,
    close() {
      clearInterval(watch)
      clearTimeout(reopening)
      source?.close()
      listeners.clear()
    },
  }
}
