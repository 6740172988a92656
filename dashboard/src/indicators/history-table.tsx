import type { SeriesResponse } from '#model/api/indicators.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { boundColumns, whyColumn } from '../ui/table/file-columns.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './evidence.css'
import './history.css'

type Value = SeriesResponse['values'][number]

/** The chart as numbers. */
export function HistoryTable({ series, name }: { series: SeriesResponse; name: string }) {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <details className="evidence__more">
      <summary>{t('history.table')}</summary>
      <Table<Value>
        caption={name}
        rows={series.values}
        columns={valueColumns(series.unit, i18n)}
        rowKey={({ period }) => period}
        className="history__table"
        fileName={name}
      />
    </details>
  )
}

/** Periods with value, 95 % interval and completeness. */
export function valueColumns(unit: string, i18n: Formatters): TableColumn<Value>[] {
  const { t, quantity, percent, number } = i18n
  const label = t('indicators.column.value')
  const bounds = ({ interval }: Value) => interval && { lower: interval[0], upper: interval[1] }
  return [
    {
      ...{ id: 'period', label: t('period.label') },
      value: ({ partial, period }) => (partial ? t('history.partial', { period }) : period),
    },
    {
      ...{ id: 'value', label, numeric: true, value: ({ value }) => value },
      cell: ({ value, interval, missing }) => (
        <span title={missing ?? undefined}>
          {value === null ? t('none') : quantity(value, unit)}
          {interval && (
            <span className="quantity__interval">
              {t('range', { from: number(interval[0]), to: number(interval[1]) })}
            </span>
          )}
        </span>
      ),
    },
    ...boundColumns<Value>({ id: 'value', name: label, bounds }, i18n),
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: () => i18n.unit(unit) },
    whyColumn<Value>({ id: 'value', name: label, why: ({ missing }) => missing }, i18n),
    {
      ...{ id: 'capture', label: t('column.capture'), numeric: true, value: ({ dataCapture }) => dataCapture },
      cell: ({ dataCapture }) => (dataCapture === null ? t('none') : percent(dataCapture)),
    },
  ]
}
