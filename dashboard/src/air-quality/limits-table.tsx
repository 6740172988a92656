import type { AirAssessment } from '#model/api/air-limits.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { limitText } from './limits-text.ts'
import './who-table.css'

type Props = {
  readonly caption: string
  readonly rows: readonly AirAssessment[]
}

/** Levels of a standard, one a row, at the station with the highest value: exceedances, those remaining, and the result. */
export function LimitsTable({ caption, rows }: Props) {
  const i18n = useI18n()
  return (
    <Table<AirAssessment>
      caption={caption}
      columns={columnsOf(i18n)}
      rows={rows}
      rowKey={({ pollutant, kind, per, level }) => `${pollutant} ${kind} ${per} ${level}`}
      className="who-table"
      rowClass={(row, previous) => (row.pollutant === previous?.pollutant ? undefined : 'who-table__first')}
      stackedLabel="who-table__label"
      fileName={caption}
    />
  )
}

function columnsOf(i18n: Formatters): readonly TableColumn<AirAssessment>[] {
  const { t } = i18n
  const textOf = (row: AirAssessment) => limitText(row, i18n)
  const number = (
    id: 'value' | 'level' | 'exceedances' | 'remaining' | 'capture',
    value: (row: AirAssessment) => number | null,
  ): TableColumn<AirAssessment> => ({
    ...{ id, label: t(`limits.column.${id}`), numeric: true, value },
    cell: (row) => textOf(row)[id],
  })
  return [
    {
      ...{ id: 'pollutant', label: t('column.pollutant'), value: ({ pollutant }) => i18n.property(pollutant) },
      // the name once to be seen, and in every row for screen readers
      cell: (row, previous) => (
        <>
          <strong className={row.pollutant === previous?.pollutant ? 'hidden' : undefined}>
            {textOf(row).pollutant}{' '}
          </strong>
          <span className="who-table__rule">{textOf(row).rule}</span>
        </>
      ),
    },
    { id: 'rule', label: t('limits.column.rule'), fileOnly: true, value: (row) => textOf(row).rule },
    number('value', ({ value }) => value),
    number('level', ({ level }) => level),
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: ({ unit }) => i18n.unit(unit) },
    number('exceedances', ({ exceedances }) => exceedances),
    { id: 'permitted', label: t('limits.column.permitted'), fileOnly: true, value: ({ permitted }) => permitted },
    number('remaining', ({ remaining }) => remaining),
    number('capture', ({ dataCapture }) => dataCapture),
    {
      ...{ id: 'result', label: t('limits.column.verdict'), value: (row) => textOf(row).verdict },
      className: ({ exceeded }) => (exceeded ? 'who-table__above' : exceeded === null ? 'missing' : undefined),
    },
    { id: 'station', label: t('limits.column.station'), value: ({ station }) => station ?? null },
  ]
}
