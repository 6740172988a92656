/** Playback in the address: the moment, another to compare it with, the end and length of the window, the frame length and the speed. Pure. */
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
  /** another moment of the window to compare with, ms; null: none */
  readonly other: number | null
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
  return { time: windowStart(until, span), other: null, until, span, step: STEPS[span][0], speed: 4 }
}

const windowStart = (until: number, span: Span): number => until - SPAN_HOURS[span] * HOUR_MS

export const windowOf = ({ until, span }: Playback) => ({
  from: iso(windowStart(until, span)),
  to: iso(until),
})

/** Changes the length of the window and keeps its end; moments stay if they are still inside. */
export function withSpan(playback: Playback, span: Span): Playback {
  const from = windowStart(playback.until, span)
  const time = Math.max(playback.time, from)
  const other = playback.other === null ? null : Math.max(playback.other, from)
  const step = STEPS[span].find((item) => item === playback.step) ?? STEPS[span][0]
  return { ...playback, span, step, time, other }
}

/** The previous or next window, never past the current hour. */
export function shifted(playback: Playback, direction: -1 | 1, now: number): Playback {
  const length = SPAN_HOURS[playback.span] * HOUR_MS
  const latest = Math.ceil(now / HOUR_MS) * HOUR_MS
  const until = Math.min(playback.until + direction * length, latest)
  return movedTo(playback, until)
}

/** The window that ends at a moment, from its beginning; not past the current hour. */
export function endingAt(playback: Playback, end: number, now: number): Playback {
  const until = Math.min(end, Math.ceil(now / HOUR_MS) * HOUR_MS)
  return movedTo(playback, until)
}

/** From the beginning of the window; the other moment keeps its place in it. */
function movedTo(playback: Playback, until: number): Playback {
  const other = playback.other === null ? null : playback.other + until - playback.until
  return { ...playback, until, time: windowStart(until, playback.span), other }
}

/** @returns null if the address has no valid moment */
export function parsePlayback(query: URLSearchParams): Playback | null {
  const time = Date.parse(query.get('time') ?? '')
  const until = Date.parse(query.get('until') ?? '')
  if (!Number.isFinite(time) || !Number.isFinite(until)) return null
  const span = SPANS.find((item) => item === query.get('span')) ?? SPANS[0]
  const step = STEPS[span].find((item) => item === query.get('step')) ?? STEPS[span][0]
  const speed = Number(SPEEDS.find((item) => item === query.get('speed')) ?? 4)
  const isInside = (moment: number): boolean => moment <= until && moment >= windowStart(until, span)
  if (!isInside(time)) return null
  const moment = Date.parse(query.get('other') ?? '')
  const other = isInside(moment) ? moment : null
  return { time, other, until, span, step, speed }
}

export function playbackEntries(playback: Playback | null): [name: string, value: string][] {
  if (!playback) return []
  const { time, other, until, span, step, speed } = playback
  return [
    ['time', iso(time)],
    ...(other === null ? [] : [['other', iso(other)] as [string, string]]),
    ['until', iso(until)],
    ['span', span],
    ['step', step],
    ['speed', String(speed)],
  ]
}
