import type { ReportResponse } from '#model/api/reports.ts'
import { shownScore } from '#model/indicators/score.ts'
import { SIZE, STYLES, subDimensionsOf, type Tone, type WheelShape, wheelShapes } from '#model/reports/wheel.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Picture } from '../ui/picture/picture.tsx'
import './wheel.css'

/** Dimensions, categories and indicators in one picture; colour and pattern distinguish the sub-dimensions. */
export function Wheel({ report }: { report: ReportResponse }) {
  const { t, percent } = useI18n()
  const city = report.groups.find(({ level }) => level === 'city')
  const scoreText = (points: number | null | undefined): string =>
    points == null ? t('report.wheel.unscored') : percent(points / 100)
  const cityScore = city ? shownScore(city) : null
  const score = cityScore === null ? t('none') : percent(cityScore / 100)
  const subDimensions = report.groups
    .filter(({ level }) => level === 'sub_dimension')
    .map((group) => t('report.wheel.part', { name: group.name, score: scoreText(shownScore(group)) }))
  const shapes = wheelShapes(report.indicators, score, t('report.wheel.score'))
  return (
    <figure className="wheel">
      <Picture name={t('report.wheel.title')}>
        <svg
          viewBox={`${-SIZE} ${-SIZE} ${2 * SIZE} ${2 * SIZE}`}
          role="img"
          aria-label={t('report.wheel', { score: scoreText(cityScore), parts: subDimensions.join('; ') })}
        >
          <Patterns />
          {shapes.map((shape) => (
            <Shape key={shape.key} shape={shape} />
          ))}
        </svg>
      </Picture>
      <figcaption>
        <p className="note">{t('report.wheel.note')}</p>
        <ul className="wheel__legend">
          {subDimensionsOf(report.indicators).map((name, index) => (
            <li key={name}>
              <svg width="24" height="12" aria-hidden="true">
                <rect width="24" height="12" fill={paint(index)} />
                <rect width="24" height="12" fill={`url(#wheel-${index})`} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  )
}

function Patterns() {
  return (
    <defs>
      {STYLES.map(({ pattern }, index) => (
        <pattern key={pattern} id={`wheel-${index}`} width="6" height="6" patternUnits="userSpaceOnUse">
          <path d={pattern} stroke="var(--surface)" strokeWidth="0.9" fill="none" />
        </pattern>
      ))}
    </defs>
  )
}

function Shape({ shape }: { shape: WheelShape }) {
  const { d, text, transform, fill, stroke, pattern } = shape
  if (text !== undefined)
    return (
      <text
        transform={transform}
        textAnchor={shape.anchor}
        fontSize={shape.size}
        fontWeight={shape.bold ? 600 : undefined}
        fill={paint(fill)}
      >
        {text}
      </text>
    )
  return (
    <>
      <path
        d={d}
        fill={paint(fill)}
        fillOpacity={shape.opacity}
        stroke={stroke === undefined ? undefined : paint(stroke)}
        strokeWidth="0.6"
        strokeDasharray={shape.dashed ? '2 2' : undefined}
      />
      {pattern && typeof fill === 'number' && <path d={d} fill={`url(#wheel-${fill})`} />}
    </>
  )
}

const TONES = { ink: 'var(--ink)', soft: 'var(--ink-3)', line: 'var(--edge)', paper: 'var(--paper)', none: 'none' }
const paint = (tone: Tone): string =>
  typeof tone === 'number' ? (STYLES[tone % STYLES.length] ?? STYLES[0]).colour : TONES[tone]
