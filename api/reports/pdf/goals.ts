import type { ReportGoal, ReportResponse } from '#model/api/reports.ts'
import type { Progress } from '#model/indicators/goals.ts'
import { LINES } from './front.ts'
import { INK } from './wheel-svg.ts'
import { number, percent, unitText } from './words.ts'

const STATUS: Readonly<Record<Progress['status'], string>> = {
  reached: 'reached',
  on_course: 'on course',
  behind: 'behind',
  wrong_way: 'going the wrong way',
  not_known: 'not known yet',
}
const WAY = 92

/** The city's goals: baseline, latest complete period, target, the way between them and the trend. Nothing without goals. */
export function goalsPage({ goals }: ReportResponse): object[] {
  if (goals.length === 0) return []
  const head = ['Indicator', 'Baseline', 'Newest', 'Target', 'Way', 'Trend a year'].map((text) => ({
    text,
    style: 'head',
  }))
  return [
    { text: 'Goals of the city', style: 'h1' },
    {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: ['*', 56, 56, 56, WAY + 6, 74],
        body: [head, ...goals.map(goalRow)],
      },
      layout: LINES,
      fontSize: 8,
    },
    {
      text: 'Set by the city, and in none of the scores. The way is the share between baseline and target that the newest whole period has gone; the mark is where a straight line to the end of the target’s year would be. The trend is a straight line through the whole periods with its 95 % interval.',
      style: 'note',
      margin: [0, 10, 0, 0],
    },
    { text: '', pageBreak: 'after' },
  ]
}

function goalRow(goal: ReportGoal): object[] {
  const { name, code, unit, benchmark, score, progress, latest, target, targetYear, source } = goal
  const own =
    benchmark === null ? '' : `own benchmark ${number(benchmark)}${score ? `: ${percent(score.performance)}` : ''}`
  const about = [code, unitText(unit), own, source].filter(Boolean).join(' · ')
  return [
    { stack: [{ text: name }, { text: about, fontSize: 6.5, color: INK.soft }] },
    dated(progress?.baseline ?? null),
    dated(latest),
    target === null ? { text: '–' } : dated({ value: target, period: String(targetYear) }),
    progress ? way(progress) : { text: '–' },
    { text: trendText(goal), fontSize: 7 },
  ]
}

const dated = (at: { value: number | null; period: string } | null): object =>
  at === null || at.value === null
    ? { text: '–', color: INK.soft }
    : {
        stack: [
          { text: number(at.value), bold: true },
          { text: at.period, fontSize: 6.5, color: INK.soft },
        ],
      }

/** Share of the way as a bar, with a mark where a straight line would be; the words below say the same. */
function way({ share, expected, status }: Progress): object {
  const to = (part: number): number => WAY * Math.min(1, Math.max(0, part))
  const text = share === null ? STATUS[status] : `${percent(100 * share)}, ${STATUS[status]}`
  const bar = [
    { type: 'rect', x: 0, y: 1, w: WAY, h: 6, color: '#e6e3da' },
    ...(share === null ? [] : [{ type: 'rect', x: 0, y: 1, w: to(share), h: 6, color: '#0b5d66' }]),
    ...(expected === null
      ? []
      : [{ type: 'line', x1: to(expected), x2: to(expected), y1: 0, y2: 8, lineWidth: 1.2, lineColor: INK.ink }]),
  ]
  return { stack: [{ canvas: bar }, { text, fontSize: 7 }] }
}

function trendText({ trend }: ReportGoal): string {
  if (!trend) return 'too few periods'
  const [low, high] = trend.slopeInterval ?? [trend.slope, trend.slope]
  const told = trend.direction === 'not_told_apart' ? 'no trend beyond chance' : trend.direction
  return `${told}: ${number(trend.slope)} (${number(low)} to ${number(high)})`
}
