import type { ReportIndicator, ReportResponse } from '#model/api/reports.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Band } from '../indicators/band.tsx'
import './report-table.css'
import './report-view.css'

type Value = ReportIndicator['values'][number]

/** Every value of a dimension with its points, source and status: the wheel in words. */
export function ReportTable({ report, dimension }: { report: ReportResponse; dimension: string }) {
  const { t } = useI18n()
  const here = report.indicators.filter((indicator) => indicator.dimension === dimension)
  // Four names of categories belong to several sub-dimensions, so both make the heading.
  const groups = Map.groupBy(here, ({ subDimension, category }) => `${subDimension}: ${category}`)
  return (
    <section className="report__section" aria-label={t('report.table', { dimension })}>
      <h2>{dimension}</h2>
      <table className="report-table">
        <caption className="hidden">{t('report.table', { dimension })}</caption>
        <thead>
          <tr>
            <th scope="col">{t('indicators.column.indicator')}</th>
            <th scope="col" className="numeric">
              {t('indicators.column.value')}
            </th>
            <th scope="col">{t('indicators.column.score')}</th>
            <th scope="col">{t('report.column.source')}</th>
          </tr>
        </thead>
        {[...groups].map(([heading, indicators]) => (
          <tbody key={heading}>
            <tr className="report-table__group">
              <th scope="rowgroup" colSpan={4}>
                {heading}
              </th>
            </tr>
            {indicators.flatMap((indicator) =>
              indicator.values.map((value) => (
                <ValueRow key={`${indicator.code} ${value.dataPoint}`} indicator={indicator} value={value} />
              )),
            )}
          </tbody>
        ))}
      </table>
    </section>
  )
}

function ValueRow({ indicator, value }: { indicator: ReportIndicator; value: Value }) {
  const { t, number, unit } = useI18n()
  const several = indicator.values.length > 1
  const known = value.value !== null
  return (
    <tr className={known ? undefined : 'missing'}>
      <th scope="row">
        {several ? `${indicator.name}: ${value.name}` : indicator.name}{' '}
        <span className="report-table__code">{indicator.code}</span>
      </th>
      <td className="numeric">
        {value.value === null ? (
          t('none')
        ) : (
          <>
            <strong>{number(value.value)}</strong> {unit(value.unit)}
          </>
        )}
      </td>
      <td>{value.score ? <Band points={value.score.points} /> : known && t('score.unscored')}</td>
      <td className="report-table__source">
        <Source value={value} />
      </td>
    </tr>
  )
}

function Source({ value }: { value: Value }) {
  const { t, name, percent } = useI18n()
  if (value.value === null) return <>{t('report.status.not_reported')}</>
  const computed = t('report.value.computed', {
    origin: name('origin', value.origin ?? ''),
    capture: value.dataCapture === null ? t('none') : percent(value.dataCapture),
  })
  const parts = [
    value.source ?? computed,
    value.year && t('report.value.year', { year: value.year }),
    value.dataQuality && name('dataQuality', value.dataQuality),
    value.simulated && t('origin.simulated'),
    t(value.verified ? 'report.value.verified' : 'report.value.unverified'),
  ]
  return <>{parts.filter(Boolean).join(' · ')}</>
}
