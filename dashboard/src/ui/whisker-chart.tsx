import { useNarrow } from '../state/theme.ts'
import './whisker-chart.css'

/** One estimate of a dot-and-whisker chart; null: not shown, with the reason in `text`. */
export type Whisker = {
  readonly label: string
  readonly value: number | null
  readonly lower: number | null
  readonly upper: number | null
  readonly text: string
}

// a phone gets a smaller drawing rather than a scaled-down one, so that its text stays legible
const WIDE = { width: 560, minLabel: 170, maxLabel: 250 }
const NARROW = { width: 360, minLabel: 118, maxLabel: 172 }
/** About the width of a letter of the labels. */
const LETTER = 6.6
const RIGHT = 20
const ROW = 26
const TICKS = 4

/** Estimates as dots, their intervals as lines. A table lists the same values, so this is one image. */
export function WhiskerChart({
  rows,
  label,
  domain,
  show,
}: {
  rows: readonly Whisker[]
  label: string
  domain: readonly [number, number]
  show: (value: number) => string
}) {
  const { width, minLabel, maxLabel } = useNarrow() ? NARROW : WIDE
  const longest = rows.reduce((length, row) => Math.max(length, row.label.length), 0)
  const labelWidth = Math.min(maxLabel, Math.max(minLabel, longest * LETTER + 8))
  const letters = Math.floor(labelWidth / LETTER)
  const [low, high] = domain
  const x = (value: number): number =>
    labelWidth + ((Math.min(high, Math.max(low, value)) - low) / (high - low || 1)) * (width - labelWidth - RIGHT)
  const height = rows.length * ROW + 28
  const ticks = Array.from({ length: TICKS + 1 }, (_, i) => low + ((high - low) * i) / TICKS)
  return (
    <svg className="whisker" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line className="whisker__grid" x1={x(tick)} x2={x(tick)} y1={0} y2={height - 22} />
          <text x={x(tick)} y={height - 6} textAnchor="middle">
            {show(tick)}
          </text>
        </g>
      ))}
      {rows.map((row, i) => {
        const y = i * ROW + ROW / 2 + 2
        return (
          <g key={row.label}>
            <text x={0} y={y + 4}>
              {row.label.length > letters ? `${row.label.slice(0, letters - 1)}…` : row.label}
            </text>
            {row.value === null ? (
              <text x={labelWidth + 8} y={y + 4}>
                {row.text}
              </text>
            ) : (
              <>
                <line
                  className="whisker__line"
                  x1={x(row.lower ?? row.value)}
                  x2={x(row.upper ?? row.value)}
                  y1={y}
                  y2={y}
                />
                <circle className="whisker__dot" cx={x(row.value)} cy={y} r={5} />
              </>
            )}
          </g>
        )
      })}
    </svg>
  )
}

/** An axis with round ends that contains all intervals. */
export function domainOf(rows: readonly Whisker[], step: number): [number, number] {
  const ends = rows.flatMap(({ lower, upper, value }) => [lower, upper, value]).filter((one) => one !== null)
  if (ends.length === 0) return [0, step]
  return [Math.floor(Math.min(...ends) / step) * step, Math.ceil(Math.max(...ends) / step) * step]
}

/** An axis that contains all intervals and has round tick marks: four steps of 1, 2, 2.5 or 5 times a power of ten. */
export function roundDomain(rows: readonly Whisker[]): [number, number] {
  const ends = rows.flatMap(({ lower, upper, value }) => [lower, upper, value]).filter((one) => one !== null)
  if (ends.length === 0) return [0, 1]
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  const minStep = (high - low || Math.abs(high) || 1) / TICKS
  const power = 10 ** Math.floor(Math.log10(minStep))
  const steps = [1, 2, 2.5, 5, 10, 20].map((one) => one * power)
  const step = steps.find((one) => Math.floor(low / one) * one + TICKS * one >= high) ?? 20 * power
  const from = Math.floor(low / step) * step
  return [from, from + TICKS * step]
}
