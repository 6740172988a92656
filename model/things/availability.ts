/**
 * What a Thing says of itself: a last will, an availability topic or a Sparkplug death that it is offline (0), a birth that it
 * is online (1). A message that it is offline is no sign of life, and neither is what a broker kept (`retained_state`): retained,
 * "online" only takes back that it is offline. Whatever was measured after it was said to be offline takes it back, too.
 */
export const isAvailability = ({
  property,
  channel,
}: {
  readonly property: string
  readonly channel: string
}): boolean => property === 'online' && channel === ''

/** The newest Observation of a Datastream; time in Unix milliseconds. */
export type Newest = {
  readonly property: string
  readonly channel: string
  readonly time: number
  readonly result: number
  readonly isRetained: boolean
}

export const isSignOfLife = (newest: Newest): boolean =>
  !newest.isRetained && !(isAvailability(newest) && newest.result === 0)

/** When a Thing was last said to be offline, if nothing was heard of it since; null while it is not. */
export function offlineAt(streams: readonly Newest[]): number | null {
  const said = streams.find(isAvailability)
  if (said?.result !== 0) return null
  return streams.some((each) => each.time > said.time && isSignOfLife(each)) ? null : said.time
}

/** The newest sign of life among these; undefined: none. */
export const lastHeard = (streams: readonly Newest[]): number | undefined =>
  streams.reduce<number | undefined>(
    (newest, each) => (isSignOfLife(each) ? Math.max(newest ?? Number.NEGATIVE_INFINITY, each.time) : newest),
    undefined,
  )
