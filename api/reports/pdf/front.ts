import { REPORT_STATUSES, type ReportResponse } from '#model/api/reports.ts'
import type { GroupScore } from '#model/indicators/catalogue/schema.ts'
import { MIN_SCORED_SHARE, shownScore } from '#model/indicators/score.ts'
import { subDimensionsOf } from '#model/reports/wheel.ts'
import type { ReportText } from '../report-text.ts'
import { INK, swatchSvg, wheelSvg } from './wheel-svg.ts'

const ACCENT = '#0b5d66'
const WIDTH = 595.28
const HEIGHT = 841.89

export function coverPage(report: ReportResponse, { t, integer }: ReportText): object[] {
  const { city, period, verification } = report
  const facts = [
    [t('cover.population'), city.population === null ? '–' : integer(city.population)],
    [t('cover.period'), period.partial ? t('cover.partial', { period: period.label }) : period.label],
    [t('cover.reported'), t('cover.of', { n: verification.reported, of: verification.dataPoints })],
    [t('cover.verified'), String(verification.verified)],
  ]
  return [
    { canvas: [{ type: 'rect', x: 0, y: 0, w: WIDTH, h: 400, color: ACCENT }], absolutePosition: { x: 0, y: 0 } },
    ...(city.simulated
      ? [
          {
            text: t('simulated.city'),
            absolutePosition: { x: 48, y: 56 },
            bold: true,
            fontSize: 10,
            color: '#f6ecd0',
          },
        ]
      : []),
    { text: city.name, absolutePosition: { x: 48, y: 190 }, fontSize: 52, bold: true, color: '#ffffff' },
    { text: city.country, absolutePosition: { x: 50, y: 262 }, fontSize: 13, color: '#d9ebea' },
    {
      text: t('cover.title', { period: period.label }),
      absolutePosition: { x: 50, y: 326 },
      fontSize: 19,
      color: '#ffffff',
    },
    {
      text: t('cover.subtitle'),
      absolutePosition: { x: 50, y: 356 },
      fontSize: 10.5,
      color: '#d9ebea',
    },
    {
      absolutePosition: { x: 48, y: 450 },
      table: {
        widths: [150, 300],
        body: facts.map(([name = '', value = '']) => [{ text: name, color: INK.soft }, value]),
      },
      layout: 'noBorders',
      fontSize: 11,
      lineHeight: 1.5,
    },
    {
      text: t('cover.note'),
      absolutePosition: { x: 48, y: HEIGHT - 150 },
      fontSize: 9.5,
      color: INK.soft,
    },
    { text: '', pageBreak: 'after' },
  ]
}

export function summaryPage(report: ReportResponse, text: ReportText): object[] {
  const { t, percent } = text
  const { groups, statuses } = report
  const city = groups.find(({ level }) => level === 'city')
  const subs = groups.filter(({ level }) => level === 'sub_dimension')
  const dimensions = groups.filter(({ level }) => level === 'dimension')
  return [
    { text: t('summary.title'), style: 'h1' },
    { columns: [city, ...dimensions].map((group) => group && scoreBlock(group, text)), columnGap: 14 },
    { text: t('summary.subDimensions'), style: 'h2' },
    {
      table: {
        headerRows: 1,
        widths: [20, '*', 46, 46, 126, 60],
        body: [
          [
            '',
            t('column.subDimension'),
            right(t('column.score')),
            t('column.band'),
            '',
            right(t('column.reported')),
          ].map((cell) => styled(cell, 'head')),
          ...subs.map((group, index) => [
            { svg: swatchSvg(index), width: 18, margin: [0, 2, 0, 0] },
            {
              stack: [
                { text: group.name, bold: true },
                { text: group.parent ?? '', style: 'note' },
              ],
            },
            right(percent(group.score)),
            group.band ?? '–',
            bar(group),
            right(t('cover.of', { n: group.reported, of: group.dataPoints })),
          ]),
        ],
      },
      layout: LINES,
    },
    { text: t('summary.statuses'), style: 'h2' },
    {
      table: {
        widths: ['*', '*', '*', '*'],
        body: [
          REPORT_STATUSES.map((status) => ({ text: String(statuses[status]), fontSize: 22, bold: true })),
          REPORT_STATUSES.map((status) => styled(t(`status.${status}`), 'note')),
        ],
      },
      layout: 'noBorders',
    },
    {
      text: t('summary.note'),
      style: 'note',
      margin: [0, 14, 0, 0],
    },
    { text: '', pageBreak: 'after' },
  ]
}

const right = (text: string): object => ({ text, alignment: 'right' })
const styled = (cell: string | object, style: string): object =>
  typeof cell === 'string' ? { text: cell, style } : { ...cell, style }

const scoreBlock = (group: GroupScore, { t, percent }: ReportText): object => {
  const { name, level, scored, reported, dataPoints } = group
  const score = shownScore(group)
  const coverage =
    score === null && scored > 0
      ? t('score.tooFew', { scored, of: dataPoints, least: percent(100 * MIN_SCORED_SHARE) })
      : t('score.coverage', { scored, reported, of: dataPoints })
  return {
    stack: [
      { text: level === 'city' ? t('score.city') : name, color: INK.soft, bold: true },
      { text: percent(score), fontSize: 26, bold: true, color: ACCENT },
      { text: coverage, style: 'note' },
    ],
  }
}

/** Score as a bar over the whole length, with the limits of the bands. */
function bar(group: GroupScore): object {
  const score = shownScore(group)
  const width = 126
  const limits = [33, 66, 95].map((limit) => ({
    type: 'line',
    x1: (width * limit) / 100,
    x2: (width * limit) / 100,
    y1: 0,
    y2: 9,
    lineWidth: 0.6,
    lineColor: '#ffffff',
  }))
  const full = { type: 'rect', x: 0, y: 1, w: width, h: 7, color: '#e6e3da' }
  const part = { type: 'rect', x: 0, y: 1, w: (width * (score ?? 0)) / 100, h: 7, color: ACCENT }
  return { canvas: [full, ...(score === null ? [] : [part]), ...limits], margin: [0, 2, 0, 0] }
}

export const LINES = {
  hLineWidth: (index: number, node: { table: { body: unknown[] } }) =>
    index === 0 || index === node.table.body.length ? 0 : 0.5,
  vLineWidth: () => 0,
  hLineColor: () => '#dfdcd3',
  paddingLeft: () => 3,
  paddingRight: () => 3,
  paddingTop: () => 3.5,
  paddingBottom: () => 3,
}

export function wheelPage(report: ReportResponse, text: ReportText): object[] {
  const { t } = text
  const legend = subDimensionsOf(report.indicators).map((name, index) => ({
    columns: [
      { svg: swatchSvg(index), width: 18 },
      { text: name, fontSize: 8 },
    ],
    columnGap: 6,
    margin: [0, 2, 0, 2],
  }))
  const half = Math.ceil(legend.length / 2)
  return [
    { text: t('wheel.title'), style: 'h1' },
    { svg: wheelSvg(report, text), width: 499, alignment: 'center' },
    {
      text: t('wheel.note'),
      style: 'note',
      margin: [0, 8, 0, 8],
    },
    { columns: [{ stack: legend.slice(0, half) }, { stack: legend.slice(half) }] },
    { text: '', pageBreak: 'after' },
  ]
}
