import type { ReportIndicator, ReportStatus } from '#model/api/reports.ts'
import { createNumberFormat } from '#model/text/number-format.ts'

export const STATUS: Readonly<Record<ReportStatus, string>> = {
  reported_verified: 'reported and verified',
  reported_not_verified: 'reported, not verified',
  partially_reported: 'partially reported',
  not_reported: 'not reported',
}

/** The report is printed in English. */
export const { number, integer } = createNumberFormat('en')

export const percent = (value: number | null): string => (value === null ? '–' : `${integer(value)} %`)

export const unitText = (unit: string): string =>
  unit
    .replace('ug/m3', 'µg/m³')
    .replace(/\bm2\b/g, 'm²')
    .replace(/\bkm2\b/g, 'km²')
    .replace('CO2e', 'CO₂e')

/** Where a value comes from, in one line. */
export function sourceText(value: ReportIndicator['values'][number]): string {
  if (value.value === null) return ''
  const simulated = value.simulated ? 'simulated' : ''
  if (value.origin === 'reported') {
    const year = value.year ? `of ${value.year}` : ''
    return [value.source, value.dataQuality?.replaceAll('_', ' '), year, simulated].filter(Boolean).join('; ')
  }
  const capture = value.dataCapture === null ? '' : `data capture ${Math.round(100 * value.dataCapture)} %`
  const n = value.n === null ? '' : `n ${integer(value.n)}`
  return [`${value.origin} by Citywell`, n, capture, simulated].filter(Boolean).join('; ')
}
