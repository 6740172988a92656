/**
 * What is pointed at in a chart; times in seconds. Pure.
 *
 *   nothing   at null: the readout shows the last values
 *   pointing  at follows pointer or arrow keys
 *   pinned    at stays until it is released
 *   selecting anchor is the other end of a period; pointing or pinned
 */
export type Cursor = {
  readonly at: number | null
  readonly isPinned: boolean
  readonly anchor: number | null
}
export const NO_CURSOR: Cursor = { at: null, isPinned: false, anchor: null }

export type CursorAction =
  /** the pointer is there */
  | { readonly kind: 'point'; readonly at: number }
  /** the pointer has left, or the focus */
  | { readonly kind: 'leave' }
  /** click, tap or Enter */
  | { readonly kind: 'press'; readonly at: number }
  /** an arrow key; with Shift it selects a period */
  | { readonly kind: 'move'; readonly to: number; readonly extend: boolean }
  /** the pointer is dragged */
  | { readonly kind: 'drag'; readonly from: number; readonly to: number }
  /** a period begins at what is pinned, for those who do not drag */
  | { readonly kind: 'begin' }
  /** Escape: first the period, then the pin */
  | { readonly kind: 'escape' }
  | { readonly kind: 'clear' }

export function moveCursor(cursor: Cursor, action: CursorAction): Cursor {
  const { at, isPinned, anchor } = cursor
  switch (action.kind) {
    case 'point':
      return isPinned ? cursor : { ...cursor, at: action.at }
    case 'leave':
      return isPinned || anchor !== null ? cursor : NO_CURSOR
    case 'press':
      // the other end of a period, or the readout: pressed again, it is released
      if (anchor !== null) return { ...cursor, at: action.at, isPinned: true }
      return isPinned ? NO_CURSOR : { at: action.at, isPinned: true, anchor: null }
    case 'move':
      return { ...cursor, at: action.to, anchor: action.extend ? (anchor ?? at ?? action.to) : null }
    case 'drag':
      return { at: action.to, isPinned: false, anchor: action.from }
    case 'begin':
      return at === null ? cursor : { at, isPinned: true, anchor: at }
    case 'escape':
      return anchor === null ? NO_CURSOR : { ...cursor, anchor: null }
    case 'clear':
      return NO_CURSOR
  }
}

/** From and to, seconds; null where nothing is selected. */
export function selectedBy({ at, anchor }: Cursor): readonly [number, number] | null {
  if (at === null || anchor === null || at === anchor) return null
  return at < anchor ? [at, anchor] : [anchor, at]
}

const PAGE = 0.1

/** Where a key leads to from a time: to the neighbouring times, by a tenth of them, or to the ends. undefined: not a key of this. */
export function timeByKey(key: string, at: number | null, times: readonly number[]): number | undefined {
  const last = times.length - 1
  const now = at === null ? last : nearest(times, at)
  const page = Math.max(1, Math.round(times.length * PAGE))
  const to: Record<string, number> = {
    ArrowLeft: at === null ? last : now - 1,
    ArrowDown: at === null ? last : now - 1,
    ArrowRight: now + 1,
    ArrowUp: now + 1,
    PageDown: now - page,
    PageUp: now + page,
    Home: 0,
    End: last,
  }
  const index = to[key]
  return index === undefined ? undefined : times[Math.min(last, Math.max(0, index))]
}

function nearest(times: readonly number[], at: number): number {
  const after = times.findIndex((time) => time >= at)
  if (after <= 0) return after === 0 ? 0 : times.length - 1
  return at - (times[after - 1] ?? 0) <= (times[after] ?? 0) - at ? after - 1 : after
}
