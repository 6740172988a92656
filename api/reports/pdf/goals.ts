import type { ReportGoal, ReportResponse } from '#model/api/reports.ts'
import type { Progress } from '#model/indicators/goals.ts'
import type { ReportText } from '../report-text.ts'
import { LINES } from './front.ts'
import { INK } from './wheel-svg.ts'

const WAY = 92

/** The city's goals: baseline, latest complete period, target, the way between them and the trend. Nothing without goals. */
export function goalsPage({ goals }: Pick<ReportResponse, 'goals'>, text: ReportText): object[] {
  const { t } = text
  if (goals.length === 0) return []
  const head = (['indicator', 'baseline', 'newest', 'target', 'way', 'trend'] as const).map((column) => ({
    text: t(`column.${column}`),
    style: 'head',
  }))
  return [
    { text: t('goals.title'), style: 'h1' },
    {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: ['*', 56, 56, 56, WAY + 6, 74],
        body: [head, ...goals.map((goal) => goalRow(goal, text))],
      },
      layout: LINES,
      fontSize: 8,
    },
    {
      text: t('goals.note'),
      style: 'note',
      margin: [0, 10, 0, 0],
    },
    { text: '', pageBreak: 'after' },
  ]
}

function goalRow(goal: ReportGoal, text: ReportText): object[] {
  const { t, number, percent } = text
  const { name, code, unit, benchmark, score, progress, latest, target, targetYear, source } = goal
  const own =
    benchmark === null
      ? ''
      : t(score ? 'goals.ownScore' : 'goals.own', {
          benchmark: number(benchmark),
          performance: percent(score?.performance ?? null),
        })
  const about = [code, text.unit(unit), own, source].filter(Boolean).join(' · ')
  return [
    { stack: [{ text: name }, { text: about, fontSize: 6.5, color: INK.soft }] },
    dated(progress?.baseline ?? null, text),
    dated(latest, text),
    target === null ? { text: '–' } : dated({ value: target, period: String(targetYear) }, text),
    progress ? way(progress, text) : { text: '–' },
    { text: trendText(goal, text), fontSize: 7 },
  ]
}

const dated = (at: { value: number | null; period: string } | null, { number }: ReportText): object =>
  at === null || at.value === null
    ? { text: '–', color: INK.soft }
    : {
        stack: [
          { text: number(at.value), bold: true },
          { text: at.period, fontSize: 6.5, color: INK.soft },
        ],
      }

/** Share of the way as a bar, with a mark where a straight line would be; the words below say the same. */
function way({ share, expected, status }: Progress, { t, percent }: ReportText): object {
  const to = (part: number): number => WAY * Math.min(1, Math.max(0, part))
  const state = t(`progress.${status}`)
  const text = share === null ? state : t('goals.way', { share: percent(100 * share), status: state })
  const bar = [
    { type: 'rect', x: 0, y: 1, w: WAY, h: 6, color: '#e6e3da' },
    ...(share === null ? [] : [{ type: 'rect', x: 0, y: 1, w: to(share), h: 6, color: '#0b5d66' }]),
    ...(expected === null
      ? []
      : [{ type: 'line', x1: to(expected), x2: to(expected), y1: 0, y2: 8, lineWidth: 1.2, lineColor: INK.ink }]),
  ]
  return { stack: [{ canvas: bar }, { text, fontSize: 7 }] }
}

function trendText({ trend }: ReportGoal, { t, number }: ReportText): string {
  if (!trend) return t('trend.few')
  const [low, high] = trend.slopeInterval ?? [trend.slope, trend.slope]
  return t(`trend.${trend.direction}`, { slope: number(trend.slope), low: number(low), high: number(high) })
}
