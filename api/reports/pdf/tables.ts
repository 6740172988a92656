import type { ReportIndicator, ReportResponse } from '#model/api/reports.ts'
import { LINES } from './front.ts'
import { INK } from './wheel-svg.ts'
import { number, percent, STATUS, sourceText, unitText } from './words.ts'

/** A table for each dimension: every indicator with value, points, source and status. */
export function dimensionPages(report: ReportResponse): object[] {
  const dimensions = [...new Set(report.indicators.map(({ dimension }) => dimension))]
  return dimensions.flatMap((dimension) => {
    const group = report.groups.find(({ level, name }) => level === 'dimension' && name === dimension)
    const coverage = group
      ? `${percent(group.score)}; ${group.reported} of ${group.dataPoints} data points reported`
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
          body: [HEAD, ...rows(report, here)],
        },
        layout: LINES,
        fontSize: 8,
      },
      { text: '', pageBreak: 'after' },
    ]
  })
}

const head = (text: string, alignment = 'left'): object => ({ text, alignment, style: 'head' })
const HEAD = [head('Indicator'), head('Value', 'right'), head('Unit'), head('Points'), head('Source and status')]

function rows(report: ReportResponse, indicators: readonly ReportIndicator[]): object[][] {
  let last = ''
  return indicators.flatMap((indicator) => {
    const { subDimension, category } = indicator
    const key = `${subDimension}: ${category}`
    const body = indicator.values.map((_, index) => valueRow(indicator, index))
    if (key === last) return body
    last = key
    const group = report.groups.find(
      (one) => one.level === 'category' && one.name === category && one.parent === subDimension,
    )
    const score = group?.score === null || !group ? 'not scored' : `score ${percent(group.score)}`
    const coverage = group ? `${score}, ${group.reported} of ${group.dataPoints} reported` : ''
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

function valueRow(indicator: ReportIndicator, index: number): object[] {
  const value = indicator.values[index]
  if (!value) return [{}, {}, {}, {}, {}]
  const several = indicator.values.length > 1
  const code = { text: `${indicator.code} · ${indicator.tier}`, fontSize: 6.5, color: INK.soft }
  const named = { text: indicator.name }
  const part = { text: value.name, color: INK.soft, margin: [8, 0, 0, 0] }
  const name = { stack: [...(index === 0 ? [named, code] : []), ...(several ? [part] : [])] }
  const status = value.value === null ? STATUS.not_reported : value.verified ? 'verified' : 'not verified'
  const source = sourceText(value)
  const interval = value.interval ? `\n${number(value.interval[0])} to ${number(value.interval[1])}` : ''
  const missing = value.value === null
  return [
    name,
    {
      text: missing ? 'NR' : `${number(value.value ?? 0)}${interval}`,
      alignment: 'right',
      bold: !missing,
      ...grey(missing),
    },
    { text: unitText(value.unit), fontSize: 7, color: INK.soft },
    points(value.score?.points ?? null),
    { text: [source ? `${source}; ` : '', { text: status, bold: value.verified }], fontSize: 7, ...grey(missing) },
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

export function verificationPage({ verification }: ReportResponse): object[] {
  const { findings, reported, dataPoints, verified } = verification
  const lines = findings.map(({ severity, code, dataPoint, text }) => [
    { text: severity, bold: severity === 'error' },
    [code ?? 'whole report', dataPoint].filter(Boolean).join(' '),
    text,
  ])
  const table = {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: [34, 100, '*'],
      body: [[head('Kind'), head('Indicator'), head('What the checks ask')], ...lines],
    },
    layout: LINES,
    fontSize: 8,
  }
  return [
    { text: 'Verification', style: 'h1' },
    {
      text: `${reported} of ${dataPoints} data points are reported, ${verified} of them confirmed by a verifier. The automatic checks ask ${findings.length} ${findings.length === 1 ? 'question' : 'questions'}.`,
      margin: [0, 0, 0, 8],
    },
    ...(findings.length > 0 ? [table] : []),
    { text: '', pageBreak: 'after' },
  ]
}
