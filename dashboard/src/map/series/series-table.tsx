import { memo } from 'react'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { Table } from '../../ui/table/table.tsx'
import type { TableColumn } from '../../ui/table/table-model.ts'
import { doubtText } from './reading-text.ts'
import type { SeriesPoint } from './series.ts'
import { shownValue, tabledPoints } from './series-file.ts'
import type { ShownSeries } from './shown-series.ts'
import './series.css'

const MAX_ROWS = 300

type Row = { readonly one: ShownSeries; readonly point: SeriesPoint }

/** The chart as numbers, latest first; of several series each row names its own. The file of the chart has its own form. */
export const SeriesTable = memo(({ shown }: { shown: readonly ShownSeries[] }) => {
  const i18n = useI18n()
  const { t } = i18n
  const rows = shown
    .flatMap((one) => tabledPoints(one).map((point): Row => ({ one, point })))
    .sort((a, b) => b.point.time - a.point.time)
  return (
    <>
      <Table<Row>
        caption={t('series.table')}
        rows={rows}
        maxRows={MAX_ROWS}
        columns={columnsOf(shown, i18n)}
        rowKey={({ one, point }) => `${one.datastream.id} ${point.time}`}
        className="mini"
        scroller="series__table"
      />
      {rows.length > MAX_ROWS && <p className="note">{t('series.table.cut', { shown: MAX_ROWS, of: rows.length })}</p>}
    </>
  )
})

function columnsOf(shown: readonly ShownSeries[], i18n: Formatters): TableColumn<Row>[] {
  const { t, dateTime, percent, integer, unit } = i18n
  const [first] = shown
  const alone = shown.length === 1 ? first : undefined
  const label = t(`series.column.${alone?.series.statistic ?? 'raw'}`)
  const show = (row: Row, value: number | null): string =>
    value === null ? t('none') : written(value, row, shown.length === 1, i18n)
  const extreme = (id: 'min' | 'max'): TableColumn<Row> => ({
    ...{ id, label: t(`column.${id}`), numeric: true, value: ({ point }) => point[id] },
    cell: (row) => show(row, row.point[id]),
  })
  const series: TableColumn<Row> = {
    id: 'series',
    label: t('series.column.series'),
    value: ({ one }) => one.style.letter,
  }
  const buckets: TableColumn<Row>[] = [
    {
      id: 'n',
      label: t('column.n'),
      numeric: true,
      value: ({ point }) => point.n,
      cell: ({ point }) => integer(point.n),
    },
    {
      ...{ id: 'capture', label: t('column.capture'), numeric: true, value: ({ point }) => point.capture },
      cell: ({ point: { capture } }) => (capture === null ? t('none') : percent(capture)),
    },
  ]
  return [
    {
      ...{ id: 'time', label: t('column.time'), value: ({ point }) => point.time },
      cell: ({ point }) => dateTime(point.time * 1000),
    },
    ...(alone ? [] : [series]),
    {
      ...{ id: 'value', label: alone ? `${label} ${unit(alone.datastream.unit)}` : label, numeric: true },
      value: ({ point }) => shownValue(point),
      cell: (row) => <Value row={row} text={show(row, shownValue(row.point))} />,
    },
    ...(shown.some((one) => one.series.statistic === 'mean') ? [extreme('min'), extreme('max')] : []),
    ...(shown.some((one) => one.series.statistic !== 'raw') ? buckets : []),
  ]
}

/** Next to other series a number has its unit. */
const written = (value: number, { one }: Row, isAlone: boolean, { number, quantity }: Formatters): string =>
  isAlone ? number(value) : quantity(value, one.datastream.unit)

function Value({ row: { point }, text }: { row: Row; text: string }) {
  const i18n = useI18n()
  const { t } = i18n
  return (
    <>
      {point.limit?.limit == null ? text : t(`value.${point.limit.bound}`, { value: text })}
      {point.censored && !point.limit && <span className="note"> {t('series.censored', point.censored)}</span>}
      {point.suspect && <span className="note"> {doubtText(point, i18n)}</span>}
    </>
  )
}
