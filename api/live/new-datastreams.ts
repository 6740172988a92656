import type { LiveMessage } from '#model/mqtt/live-feed.ts'

/** Calls `then` for messages with a Datastream newer than all before: they are numbered in the order in which they are made. */
export function onNewDatastreams(then: () => void): (message: LiveMessage) => void {
  let newest = 0
  return ({ observations }) => {
    const before = newest
    for (const { datastreamId } of observations) newest = Math.max(newest, datastreamId)
    if (newest > before) then()
  }
}
