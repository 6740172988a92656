import { z } from 'zod'
import { liveTopic } from '#model/mqtt/live-feed.ts'

/** The part of an MQTT client that is needed here. */
type Listener = {
  subscribe(topic: string): unknown
  on(event: 'message', listener: (topic: string, payload: Uint8Array) => void): unknown
}
export type Pace = {
  /** resolves when the next message of history may go */
  turn(): Promise<void>
}

/** Live values older than this when they come back are late: history waits. */
const LATE_MS = 4_000
/** What was heard longer ago says nothing about now. */
const HEARD_MS = 5_000
/** A city that was heard and has gone silent gets history at this rate, so that a feed that ends cannot stop it. */
const SILENT_PER_SECOND = 2
const LOOK_MS = 200

const feedSchema = z.object({ observations: z.array(z.object({ phenomenonTime: z.string() })) })

/**
 * Keeps history from delaying what is live. A broker acknowledges faster than a database stores, so its pace is not
 * the city's. What the city has stored it publishes again (model/mqtt/live-feed.ts): while live values come back fresh, history goes
 * at `perSecond`; when they come back late, it waits. A city that publishes nothing gets `perSecond` throughout.
 *
 * `now` is the clock of the readings, in ms.
 *
 *     unheard  --first live value-->  fresh  <--lag above or below LATE_MS-->  late
 */
export function createPace(client: Listener, perSecond: number, now: () => number): Pace {
  let heard: { at: number; lag: number }[] | undefined
  let next = 0
  client.subscribe(liveTopic('#'))
  client.on('message', (_topic, payload) => {
    const lags = lagsOf(payload, now())
    if (lags.length > 0) heard = [...recent(heard ?? []), { at: performance.now(), lag: Math.min(...lags) }]
  })
  const isLate = (): boolean => {
    if (!heard) return false
    heard = recent(heard)
    return !heard.some(({ lag }) => lag <= LATE_MS)
  }
  return {
    turn: async () => {
      const giveWay = performance.now() + 1000 / SILENT_PER_SECOND
      while (isLate() && performance.now() < giveWay) await sleep(LOOK_MS)
      const wait = next - performance.now()
      next = Math.max(next, performance.now()) + 1000 / perSecond
      await sleep(wait)
    },
  }
}

const recent = <T extends { at: number }>(heard: readonly T[]): T[] =>
  heard.filter(({ at }) => performance.now() - at <= HEARD_MS)

/** How old the values of a message of the feed are, in ms; those of a clock that runs ahead are left out. */
function lagsOf(payload: Uint8Array, at: number): number[] {
  try {
    const { observations } = feedSchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')))
    return observations.map(({ phenomenonTime }) => at - Date.parse(phenomenonTime)).filter((lag) => lag >= 0)
  } catch {
    return []
  }
}

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => (ms > 1 ? setTimeout(resolve, ms) : setImmediate(resolve)))
