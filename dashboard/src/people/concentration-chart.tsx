import { Picture } from '../ui/picture/picture.tsx'
import '../ui/whisker-chart.css'

const SIZE = 300
const PAD = 42

type Point = { readonly population: number; readonly share: number }

/** Concentration curve, from the poorest to the richest; the dashed line is an even distribution. */
export function ConcentrationChart({
  curve,
  label,
  show,
}: {
  curve: readonly Point[]
  label: string
  show: (share: number) => string
}) {
  const inner = SIZE - PAD - 12
  const x = (share: number): number => PAD + share * inner
  const y = (share: number): number => 8 + (1 - share) * inner
  return (
    <Picture name={label}>
      <svg className="whisker whisker--square" viewBox={`0 0 ${SIZE} ${SIZE - 4}`} role="img" aria-label={label}>
        {[0, 0.5, 1].map((tick) => (
          <g key={tick}>
            <line className="whisker__grid" x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
            <text x={PAD - 6} y={y(tick) + 4} textAnchor="end">
              {show(tick)}
            </text>
            <text x={x(tick)} y={SIZE - 14} textAnchor={tick === 1 ? 'end' : 'middle'}>
              {show(tick)}
            </text>
          </g>
        ))}
        <line className="whisker__even" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        <polyline
          className="whisker__curve"
          points={curve.map(({ population, share }) => `${x(population)},${y(share)}`).join(' ')}
        />
        {curve.map(({ population, share }) => (
          <circle key={population} className="whisker__dot" cx={x(population)} cy={y(share)} r={3.5} />
        ))}
      </svg>
    </Picture>
  )
}
