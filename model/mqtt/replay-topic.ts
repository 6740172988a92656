import { HOUR_MS } from '../basics/durations.ts'

/**
 * A stored message is replayed under a topic that contains its first time of arrival: observations without a time of their
 * own then get the same time as before, and with it the key by which stored duplicates are recognised.
 */
const ROOT = 'citywell/replay'
export const REPLAY_FILTER = `${ROOT}/#`

export type OriginalArrival = {
  readonly topic: string
  readonly receivedAt: Date
  /** retained by the broker, so its time of arrival is not the time of measurement */
  readonly retained: boolean
}

/** `citywell/replay/<arrival in ms, r behind it when it was retained>/<its own topic>` */
export const replayTopic = ({ topic, receivedAt, retained }: OriginalArrival): string =>
  `${ROOT}/${receivedAt.getTime()}${retained ? 'r' : ''}/${topic}`

/** Whether it is one by its root; what it says may still be unreadable. */
export const isReplayTopic = (topic: string): boolean => topic === ROOT || topic.startsWith(`${ROOT}/`)

const TOPIC = /^citywell\/replay\/(\d{1,15})(r?)\/(.+)$/s

/** Clocks of workers differ, but not by this. */
const TOLERANCE_MS = HOUR_MS

/** What a replay topic says; undefined for any other topic, and for an arrival that lies ahead of `now`. */
export function readReplayTopic(topic: string, now: Date): OriginalArrival | undefined {
  const match = topic.startsWith(ROOT) ? TOPIC.exec(topic) : null
  const receivedAt = new Date(Number(match?.[1]))
  if (!match?.[3] || !(receivedAt.getTime() <= now.getTime() + TOLERANCE_MS)) return undefined
  return { topic: match[3], receivedAt, retained: match[2] === 'r' }
}
