import { HOUR_MS } from '../basics/durations.ts'

/**
 * A kept message goes through the door again under a topic that says when it first came: what has no time of its own
 * then keeps its time of arrival, and with it the key under which what was stored of it is recognised.
 */
const ROOT = 'citywell/replay'
export const REPLAY_FILTER = `${ROOT}/#`

export type Kept = {
  readonly topic: string
  readonly receivedAt: Date
  /** the broker had kept it, so its arrival says nothing of when it was measured */
  readonly retained: boolean
}

/** `citywell/replay/<arrival in ms, r behind it when it was retained>/<its own topic>` */
export const replayTopic = ({ topic, receivedAt, retained }: Kept): string =>
  `${ROOT}/${receivedAt.getTime()}${retained ? 'r' : ''}/${topic}`

/** Whether it is one by its root; what it says may still be unreadable. */
export const isReplayTopic = (topic: string): boolean => topic === ROOT || topic.startsWith(`${ROOT}/`)

const TOPIC = /^citywell\/replay\/(\d{1,15})(r?)\/(.+)$/s

/** Clocks of workers differ, but not by this. */
const TOLERANCE_MS = HOUR_MS

/** What a replay topic says; undefined for any other topic, and for an arrival that lies ahead of `now`. */
export function readReplayTopic(topic: string, now: Date): Kept | undefined {
  const match = topic.startsWith(ROOT) ? TOPIC.exec(topic) : null
  const receivedAt = new Date(Number(match?.[1]))
  if (!match?.[3] || !(receivedAt.getTime() <= now.getTime() + TOLERANCE_MS)) return undefined
  return { topic: match[3], receivedAt, retained: match[2] === 'r' }
}
