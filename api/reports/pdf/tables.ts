import type { ReportIndicator, ReportResponse } from '#model/api/reports.ts'
import type { ReportText } from '../report-text.ts'
import { LINES } from './front.ts'
import { sourceText } from './source-text.ts'
import { INK } from './wheel-svg.ts'

/** A table for each dimension: every indicator with value, points, source and status. */
export function dimensionPages(report: ReportResponse, text: ReportText): object[] {
  const { t, percent } = text
  const dimensions = [...new Set(report.indicators.map(({ dimension }) => dimension))]
  return dimensions.flatMap((dimension) => {
    const group = report.groups.find(({ level, name }) => level === 'dimension' && name === dimension)
    const coverage = group
      ? t('score.dimension', { score: percent(group.score), reported: group.reported, of: group.dataPoints })
      : ''
    const here = report.indicators.filter((indicator) => indicator.dimension === dimension)
    return [
      { text: dimension, style: 'h1', margin: [0, 0, 0, 0] },
      { text: coverage, style: 'note', margin: [0, 0, 0, 8] },
      {
        table: {
          headerRows: 1,
          dontBreakRows: true,
          keepWithHeaderRows: 1,
          widths: ['*', 58, 74, 30, 170],
          body: [headings(text), ...rows(report, here, text)],
        },
        layout: LINES,
        fontSize: 8,
      },
      { text: '', pageBreak: 'after' },
    ]
  })
}

const head = (text: string, alignment = 'left'): object => ({ text, alignment, style: 'head' })
const headings = ({ t }: ReportText): object[] => [
  head(t('column.indicator')),
  head(t('column.value'), 'right'),
  head(t('column.unit')),
  head(t('column.points')),
  head(t('column.source')),
]

function rows(report: ReportResponse, indicators: readonly ReportIndicator[], text: ReportText): object[][] {
  const { t, percent } = text
  let last = ''
  return indicators.flatMap((indicator) => {
    const { subDimension, category } = indicator
    const key = `${subDimension}: ${category}`
    const body = indicator.values.map((_, index) => valueRow(indicator, index, text))
    if (key === last) return body
    last = key
    const group = report.groups.find(
      (one) => one.level === 'category' && one.name === category && one.parent === subDimension,
    )
    const coverage = group
      ? t(group.score === null ? 'score.groupUnscored' : 'score.group', {
          score: percent(group.score),
          reported: group.reported,
          of: group.dataPoints,
        })
      : ''
    return [
      [
        { text: key, bold: true, colSpan: 4, fillColor: '#f4f2ec', fontSize: 8.5 },
        {},
        {},
        {},
        { text: coverage, fillColor: '#f4f2ec', color: INK.soft },
      ],
      ...body,
    ]
  })
}

function valueRow(indicator: ReportIndicator, index: number, text: ReportText): object[] {
  const { t, number } = text
  const value = indicator.values[index]
  if (!value) return [{}, {}, {}, {}, {}]
  const several = indicator.values.length > 1
  const code = { text: `${indicator.code} · ${t(`tier.${indicator.tier}`)}`, fontSize: 6.5, color: INK.soft }
  const named = { text: indicator.name }
  const part = { text: value.name, color: INK.soft, margin: [8, 0, 0, 0] }
  const name = { stack: [...(index === 0 ? [named, code] : []), ...(several ? [part] : [])] }
  const state = value.value === null ? 'not_reported' : value.verified ? 'verified' : 'not_verified'
  const source = sourceText(value, text)
  const [low, high] = value.interval ?? []
  const interval =
    low === undefined || high === undefined ? '' : `\n${t('range', { low: number(low), high: number(high) })}`
  const missing = value.value === null
  return [
    name,
    {
      text: missing ? t('value.none') : `${number(value.value ?? 0)}${interval}`,
      alignment: 'right',
      bold: !missing,
      ...grey(missing),
    },
    { text: text.unit(value.unit), fontSize: 7, color: INK.soft },
    points(value.score?.points ?? null),
    {
      text: [source ? `${source}; ` : '', { text: t(`status.${state}`), bold: value.verified }],
      fontSize: 7,
      ...grey(missing),
    },
  ]
}

const grey = (is: boolean): object => (is ? { color: INK.soft } : {})

/** Four boxes, as many full as there are points. */
function points(value: number | null): object {
  if (value === null) return { text: '' }
  const boxes = [0, 1, 2, 3].map((index) => ({
    type: 'rect',
    x: index * 7,
    y: 2,
    w: 5.5,
    h: 5.5,
    lineWidth: 0.5,
    lineColor: '#0b5d66',
    ...(index < value ? { color: '#0b5d66' } : {}),
  }))
  return { canvas: boxes }
}

export function verificationPage({ verification }: ReportResponse, { t }: ReportText): object[] {
  const { findings, reported, dataPoints, verified } = verification
  const lines = findings.map(({ severity, code, dataPoint, text }) => [
    { text: t(`finding.${severity}`), bold: severity === 'error' },
    [code ?? t('finding.whole'), dataPoint].filter(Boolean).join(' '),
    text,
  ])
  const table = {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: [34, 100, '*'],
      body: [[head(t('column.kind')), head(t('column.indicator')), head(t('column.asks'))], ...lines],
    },
    layout: LINES,
    fontSize: 8,
  }
  return [
    { text: t('verification.title'), style: 'h1' },
    {
      text: t('verification.text', { reported, of: dataPoints, verified, n: findings.length }),
      margin: [0, 0, 0, 8],
    },
    ...(findings.length > 0 ? [table] : []),
    { text: '', pageBreak: 'after' },
  ]
}
