import type { ReportIndicator, ReportResponse } from '#model/api/reports.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Band } from '../indicators/band.tsx'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import '../ui/table/lined-table.css'
import './report-table.css'
import './report-view.css'

type ReportRow = { readonly indicator: ReportIndicator; readonly value: ReportIndicator['values'][number] }

/** Every value of a dimension with its points, source and status: the wheel as a table. */
export function ReportTable({ report, dimension }: { report: ReportResponse; dimension: string }) {
  const i18n = useI18n()
  const caption = i18n.t('report.table', { dimension })
  const indicators = report.indicators.filter((indicator) => indicator.dimension === dimension)
  // Four names of categories belong to several sub-dimensions, so both make the heading.
  const groups = Map.groupBy(indicators, ({ subDimension, category }) => `${subDimension}: ${category}`)
  return (
    <section className="report__section" aria-label={caption}>
      <h2>{dimension}</h2>
      <Table<ReportRow>
        caption={caption}
        columns={columnsOf(i18n)}
        groups={[...groups].map(([heading, members]) => ({
          key: heading,
          heading,
          rows: members.flatMap((indicator) => indicator.values.map((value) => ({ indicator, value }))),
        }))}
        rowKey={({ indicator, value }) => `${indicator.code} ${value.dataPoint}`}
        className="lined-table report-table"
        groupClass="report-table__group"
        rowClass={({ value }) => (value.value === null ? 'missing' : undefined)}
        fileName={caption}
      />
    </section>
  )
}

function columnsOf(i18n: Formatters): readonly TableColumn<ReportRow>[] {
  const { t, number, unit } = i18n
  const nameOf = ({ indicator, value }: ReportRow): string =>
    indicator.values.length > 1 ? `${indicator.name}: ${value.name}` : indicator.name
  return [
    {
      ...{ id: 'indicator', label: t('indicators.column.indicator'), value: nameOf },
      cell: (row) => (
        <>
          {nameOf(row)} <span className="report-table__code">{row.indicator.code}</span>
        </>
      ),
    },
    { id: 'code', label: t('indicators.column.code'), fileOnly: true, value: ({ indicator }) => indicator.code },
    {
      ...{ id: 'value', label: t('indicators.column.value'), numeric: true, value: ({ value }) => value.value },
      cell: ({ value }) =>
        value.value === null ? (
          t('none')
        ) : (
          <>
            <strong>{number(value.value)}</strong> {unit(value.unit)}
          </>
        ),
    },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: ({ value }) => unit(value.unit) },
    {
      ...{ id: 'score', label: t('indicators.column.score'), value: ({ value }) => value.score?.points ?? null },
      cell: ({ value }) =>
        value.score ? <Band points={value.score.points} /> : value.value !== null && t('score.unscored'),
    },
    {
      ...{ id: 'source', label: t('report.column.source'), value: ({ value }) => sourceText(value, i18n) },
      className: () => 'report-table__source',
    },
  ]
}

function sourceText(value: ReportRow['value'], { t, name, percent }: Formatters): string {
  if (value.value === null) return t('report.status.not_reported')
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
  return parts.filter(Boolean).join(' · ')
}
