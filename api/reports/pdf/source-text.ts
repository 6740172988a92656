import type { ReportIndicator } from '#model/api/reports.ts'
import type { ReportText } from '../report-text.ts'

/** Where a value comes from, in one line. */
export function sourceText(value: ReportIndicator['values'][number], { t, integer, percent }: ReportText): string {
  const { origin, simulated } = value
  if (value.value === null || origin === null) return ''
  const parts =
    origin === 'reported'
      ? [
          value.source,
          value.dataQuality && t(`quality.${value.dataQuality}`),
          value.year && t('source.year', { year: value.year }),
        ]
      : [
          t(`source.${origin}`),
          value.n !== null && t('source.n', { n: integer(value.n) }),
          value.dataCapture !== null && t('source.capture', { share: percent(100 * value.dataCapture) }),
        ]
  return [...parts, simulated && origin !== 'simulated' && t('source.simulated')].filter(Boolean).join('; ')
}
