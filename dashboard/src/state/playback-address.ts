/** Playback in the address: the moment, the end and length of the window, the frame length and the speed. Pure. */
export const SPANS = ['24h', '7d', '30d'] as const
export type Span = (typeof SPANS)[number]
export const SPAN_HOURS: Readonly<Record<Span, number>> = { '24h': 24, '7d': 168, '30d': 720 }

/** Frames that a span can be cut into; the first is the default. Steps below an hour read raw observations, so they are offered for a day only. */
export const STEPS = { '24h': ['1h', '10m'], '7d': ['1h', '6h', '1d'], '30d': ['6h', '1h', '1d'] } as const
export type Step = (typeof STEPS)[Span][number]
/** frames per second */
export const SPEEDS = ['1', '2', '4', '8'] as const

export type Playback = {
  /** the moment shown, ms */
  readonly time: number
  /** end of the window, ms: absolute, so that a link shows the same tomorrow */
  readonly until: number
  readonly span: Span
  readonly step: Step
  readonly speed: number
}

const HOUR_MS = 3_600_000
/** To the second, which keeps the address short. */
const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** A playback of the hours before `now`, starting with the first. */
export function startPlayback(now: number, span: Span = '24h'): Playback {
  const until = Math.ceil(now / HOUR_MS) * HOUR_MS
  return { time: windowStart(until, span), until, span, step: STEPS[span][0], speed: 4 }
}

const windowStart = (until: number, span: Span): number => until - SPAN_HOURS[span] * HOUR_MS

export const windowOf = ({ until, span }: Playback) => ({
  from: iso(windowStart(until, span)),
  to: iso(until),
})

/** Changes the length of the window and keeps its end; the moment stays if it is still inside. */
export function withSpan(playback: Playback, span: Span): Playback {
  const time = Math.max(playback.time, windowStart(playback.until, span))
  const step = STEPS[span].find((item) => item === playback.step) ?? STEPS[span][0]
  return { ...playback, span, step, time }
}

/** The previous or next window, never past the current hour. */
export function shifted(playback: Playback, direction: -1 | 1, now: number): Playback {
  const length = SPAN_HOURS[playback.span] * HOUR_MS
  const latest = Math.ceil(now / HOUR_MS) * HOUR_MS
  const until = Math.min(playback.until + direction * length, latest)
  return { ...playback, until, time: until - length }
}

/** The window that ends at a moment, from its beginning; not past the current hour. */
export function endingAt(playback: Playback, end: number, now: number): Playback {
  const until = Math.min(end, Math.ceil(now / HOUR_MS) * HOUR_MS)
  return { ...playback, until, time: windowStart(until, playback.span) }
}

/** @returns null if the address has no valid moment */
export function parsePlayback(query: URLSearchParams): Playback | null {
  const time = Date.parse(query.get('time') ?? '')
  const until = Date.parse(query.get('until') ?? '')
  if (!Number.isFinite(time) || !Number.isFinite(until)) return null
  const span = SPANS.find((item) => item === query.get('span')) ?? SPANS[0]
  const step = STEPS[span].find((item) => item === query.get('step')) ?? STEPS[span][0]
  const speed = Number(SPEEDS.find((item) => item === query.get('speed')) ?? 4)
  if (time > until || time < windowStart(until, span)) return null
  return { time, until, span, step, speed }
}

export function playbackEntries(playback: Playback | null): [name: string, value: string][] {
  if (!playback) return []
  const { time, until, span, step, speed } = playback
  return [
    ['time', iso(time)],
    ['until', iso(until)],
    ['span', span],
    ['step', step],
    ['speed', String(speed)],
  ]
}
