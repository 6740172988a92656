import { type KeyboardEvent, type PointerEvent, useMemo, useRef } from 'react'
import { useI18n } from '../../i18n/formatters.ts'
import { type Cursor, type CursorAction, selectedBy, timeByKey } from './chart-cursor.ts'
import { readoutText } from './reading-text.ts'
import type { ShownSeries } from './shown-series.ts'
import './series-chart.css'

/** The plot in px within the chart, and its time in seconds. */
export type CursorArea = {
  readonly start: number
  readonly top: number
  readonly width: number
  readonly height: number
  readonly from: number
  readonly to: number
}
export type CursorProps = {
  readonly cursor: Cursor
  readonly onCursor: (action: CursorAction) => void
  /** a period was selected, seconds */
  readonly onSelect: (from: number, to: number) => void
  /** id of the text that explains the keys */
  readonly describedBy: string
}
type Props = CursorProps & { readonly area: CursorArea; readonly shown: readonly ShownSeries[] }

/** px that a hand trembles while it clicks */
const TREMBLE = 5

/**
 * Takes pointer, finger and keys: a slider over time (ARIA Authoring Practices), whose text is what the chart shows at that
 * time. A horizontal movement of a finger selects a period, a vertical one scrolls the page.
 */
export function ChartCursor({ area, shown, cursor, onCursor, onSelect, describedBy }: Props) {
  const i18n = useI18n()
  const pressed = useRef<number | null>(null)
  const isDragged = useRef(false)
  const times = useMemo(() => timesOf(shown), [shown])
  const timeAt = (x: number): number =>
    area.from + (Math.min(area.width, Math.max(0, x)) / area.width) * (area.to - area.from)
  const xOf = (time: number): number => ((time - area.from) / (area.to - area.from)) * area.width
  const selected = selectedBy(cursor)
  const at = cursor.at ?? times.at(-1) ?? area.to
  const xIn = ({ clientX, currentTarget }: PointerEvent): number => clientX - currentTarget.getBoundingClientRect().left
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return
    pressed.current = xIn(event)
    isDragged.current = false
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent): void => {
    const [from, to] = [pressed.current, xIn(event)]
    if (from === null) onCursor({ kind: 'point', at: timeAt(to) })
    else if (isDragged.current || Math.abs(to - from) > TREMBLE) {
      isDragged.current = true
      onCursor({ kind: 'drag', from: timeAt(from), to: timeAt(to) })
    }
  }
  const up = (event: PointerEvent): void => {
    const [from, to] = [pressed.current, xIn(event)]
    pressed.current = null
    if (from === null) return
    if (!isDragged.current) onCursor({ kind: 'press', at: timeAt(to) })
    else if (Math.abs(to - from) <= TREMBLE) onCursor({ kind: 'clear' })
    else onSelect(timeAt(Math.min(from, to)), timeAt(Math.max(from, to)))
  }
  const key = (event: KeyboardEvent): void => {
    const to = timeByKey(event.key, cursor.at, times)
    if (to !== undefined) onCursor({ kind: 'move', to, extend: event.shiftKey })
    else if (event.key === 'Enter' && selected) onSelect(...selected)
    else if (event.key === 'Enter' || event.key === ' ') onCursor({ kind: 'press', at })
    else if (event.key === 'Escape') onCursor({ kind: 'escape' })
    else return
    event.preventDefault()
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      className="chart__plot"
      style={{
        insetInlineStart: area.start,
        insetBlockStart: area.top,
        inlineSize: area.width,
        blockSize: area.height,
      }}
      aria-label={i18n.t('series.instant')}
      aria-describedby={describedBy}
      aria-valuemin={Math.round(area.from)}
      aria-valuemax={Math.round(area.to)}
      aria-valuenow={Math.round(at)}
      aria-valuetext={[...(selected ? [periodText(selected, i18n)] : []), readoutText(shown, at, i18n)].join(' ')}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={up}
      onPointerCancel={() => {
        pressed.current = null
        onCursor({ kind: 'clear' })
      }}
      onPointerLeave={() => pressed.current === null && onCursor({ kind: 'leave' })}
      onBlur={() => onCursor({ kind: 'leave' })}
      onKeyDown={key}
    >
      {selected && (
        <span
          className="chart__selected"
          style={{ insetInlineStart: xOf(selected[0]), inlineSize: xOf(selected[1]) - xOf(selected[0]) }}
        />
      )}
      {cursor.at !== null && (
        <span
          className={`chart__instant${cursor.isPinned ? ' chart__instant--pinned' : ''}`}
          style={{ insetInlineStart: xOf(cursor.at) }}
        />
      )}
    </div>
  )
}

/** The times at which any series has something to say. */
const timesOf = (shown: readonly ShownSeries[]): number[] =>
  [...new Set(shown.flatMap(({ series }) => series.points.flatMap(({ n, time }) => (n > 0 ? [time] : []))))].sort(
    (a, b) => a - b,
  )

const periodText = ([from, to]: readonly [number, number], { t, dateTimes }: ReturnType<typeof useI18n>): string =>
  t('series.selected', { period: dateTimes(from * 1000, to * 1000) })
