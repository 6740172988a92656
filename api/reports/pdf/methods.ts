import type { ReportResponse } from '#model/api/reports.ts'
import type { ReportText } from '../report-text.ts'

/** How the numbers were computed, so that the report is self-contained. */
export function methodsPage(report: ReportResponse, { t }: ReportText): object[] {
  const stated = report.indicators.flatMap(({ values }) => values.flatMap(({ source }) => source ?? []))
  const sources = [...new Set(stated)].sort()
  const computed = report.indicators.filter(({ values }) =>
    values.some(({ origin }) => origin === 'measured' || origin === 'surveyed'),
  )
  return [
    { text: t('methods.title'), style: 'h1' },
    ...METHODS.flatMap((part) => [
      { text: t(`methods.${part}`), style: 'h2' },
      { text: t(`methods.${part}.text`), fontSize: 9 },
    ]),
    { text: t('methods.computed'), style: 'h2' },
    {
      text:
        computed.length === 0
          ? t('methods.none')
          : `${computed.map(({ code, name }) => `${name} (${code})`).join(', ')}.`,
    },
    { text: t('methods.sources'), style: 'h2' },
    sources.length === 0 ? { text: t('methods.none') } : { ul: sources, fontSize: 8.5 },
    ...mapSource(report, t),
  ]
}

/** The licence of a map asks for it wherever the map is shown, and a report is read next to one. */
const mapSource = ({ city: { mapAttribution } }: ReportResponse, t: ReportText['t']): object[] =>
  mapAttribution.length === 0
    ? []
    : [
        { text: t('methods.map'), style: 'h2' },
        { text: mapAttribution.map(({ text, url }) => (url === null ? text : { text, link: url })), fontSize: 8.5 },
      ]

const METHODS = ['indicators', 'values', 'scores', 'verification'] as const
