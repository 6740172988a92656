import type { SeriesResponse } from '#model/api/indicators.ts'
import { useNarrow } from '../state/theme.ts'
import './history.css'

type Mark = SeriesResponse['values'][number] & { readonly value: number }
type Props = { readonly series: SeriesResponse; readonly label: string; readonly show: (value: number) => string }

// a phone gets a smaller drawing rather than a scaled-down one, so that its text stays legible
const WIDE = { width: 440, height: 190 }
const NARROW = { width: 340, height: 180 }
const EDGE = { left: 46, right: 34, top: 12, bottom: 26 }

/**
 * Values over time as dots (hollow: the period is not over), their intervals as lines, the fitted line dashed up to the
 * target year, and the target. A table lists the same values, so this is one image.
 */
export function HistoryChart({ series, label, show }: Props) {
  const { width, height } = useNarrow() ? NARROW : WIDE
  const marks = series.values.filter((value): value is Mark => value.value !== null)
  const { progress, trend } = series
  const projection = trend?.projection ?? null
  const heights = [
    ...marks.flatMap(({ value, interval }) => [value, ...(interval ?? [])]),
    ...(progress ? [progress.target] : []),
    ...(projection ? [projection.value] : []),
  ]
  const { low, high, ticks } = axisOf(heights)
  const times = series.values.map(middleOf)
  const due = progress ? Date.UTC(progress.targetYear, 6, 1) : null
  const [first, last] = [Math.min(...times), Math.max(...times, due ?? Number.NEGATIVE_INFINITY)]
  const x = (at: number): number => EDGE.left + ((at - first) / (last - first || 1)) * (width - EDGE.left - EDGE.right)
  const y = (value: number): number =>
    height - EDGE.bottom - ((value - low) / (high - low)) * (height - EDGE.top - EDGE.bottom)
  const end = marks.at(-1)
  return (
    <svg className="history" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="history__grid" x1={EDGE.left} x2={width - EDGE.right} y1={y(tick)} y2={y(tick)} />
          <text x={EDGE.left - 6} y={y(tick) + 4} textAnchor="end">
            {show(tick)}
          </text>
        </g>
      ))}
      {series.values.map((value, i) =>
        i === 0 || i === series.values.length - 1 ? (
          <text key={value.period} x={x(middleOf(value))} y={height - 6} textAnchor="middle">
            {value.period}
          </text>
        ) : null,
      )}
      <polyline
        className="history__line"
        points={marks.map((mark) => `${x(middleOf(mark))},${y(mark.value)}`).join(' ')}
      />
      {projection && end && due && (
        <line
          className="history__ahead"
          x1={x(middleOf(end))}
          y1={y(end.value)}
          x2={x(Date.UTC(projection.year, 6, 1))}
          y2={y(projection.value)}
        />
      )}
      {progress && due && (
        <>
          <line className="history__goal" x1={EDGE.left} x2={x(due)} y1={y(progress.target)} y2={y(progress.target)} />
          <path className="history__target" d={`M${x(due)} ${y(progress.target) - 6}l6 6l-6 6l-6 -6Z`} />
          <text x={x(due)} y={height - 6} textAnchor="middle">
            {progress.targetYear}
          </text>
        </>
      )}
      {marks.map((mark) => (
        <g key={mark.period}>
          {mark.interval && (
            <line
              className="history__interval"
              x1={x(middleOf(mark))}
              x2={x(middleOf(mark))}
              y1={y(mark.interval[0])}
              y2={y(mark.interval[1])}
            />
          )}
          <circle
            className={mark.partial ? 'history__dot history__dot--partial' : 'history__dot'}
            cx={x(middleOf(mark))}
            cy={y(mark.value)}
            r={4.5}
          />
        </g>
      ))}
    </svg>
  )
}

const middleOf = ({ from, to }: Pick<Mark, 'from' | 'to'>): number => (Date.parse(from) + Date.parse(to)) / 2

/** An axis of round numbers around the values; it starts at zero if the values are near zero. */
function axisOf(values: readonly number[]): { low: number; high: number; ticks: number[] } {
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const from = least >= 0 && least <= 0.6 * most ? 0 : least
  const size = most - from || Math.abs(most) || 1
  const power = 10 ** Math.floor(Math.log10(size / 2))
  const step = power * ([1, 2, 2.5, 5, 10].find((one) => one * power >= size / 2) ?? 10)
  const low = Math.floor(from / step) * step
  const count = Math.max(1, Math.ceil((most - low) / step))
  return { low, high: low + count * step, ticks: Array.from({ length: count + 1 }, (_, i) => low + i * step) }
}
