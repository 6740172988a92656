import { useQuery } from '@tanstack/react-query'
import type { AirAssessment, AirLimitsResponse } from '#model/api/air-limits.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { assessmentsOf, limitText, yearOf } from './limits-text.ts'
import { pollutantColumns } from './pollutant-columns.tsx'
import { airLimitsQuery } from './queries.ts'

type Level = AirLimitsResponse['places'][number]['level']

/** One zone or station compared with the legal standard that applies in the year. Nothing if it measures nothing in it. */
export function LimitsPanel({ level, placeKey }: { level: Level; placeKey: string }) {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const year = yearOf(period, new Date(), i18n.timeZone)
  const { data } = useQuery(airLimitsQuery(year, ''))
  const rows = assessmentsOf(data?.places ?? [], level, placeKey)
  if (!data || rows.length === 0) return null
  return (
    <section>
      <h3 className="selection__heading">{t('limits.title', { year })}</h3>
      <Table<AirAssessment>
        caption={data.standard.name}
        captionClass="note"
        rows={rows}
        columns={limitColumns(i18n)}
        rowKey={({ pollutant, kind, per, level }) => `${pollutant} ${kind} ${per} ${level}`}
        className="mini"
        fileName={`${data.standard.name} ${placeKey} ${year}`}
      />
    </section>
  )
}

/** Value and result, each with what it is compared with as a note; in the file the notes are columns. */
export function limitColumns(i18n: Formatters): TableColumn<AirAssessment>[] {
  const { t } = i18n
  const textOf = (row: AirAssessment) => limitText(row, i18n)
  return [
    ...pollutantColumns<AirAssessment>(textOf, i18n),
    {
      ...{ id: 'value', label: t('limits.column.value'), numeric: true, value: ({ value }) => value },
      cell: (row) => textOf(row).value,
    },
    { id: 'level', label: t('limits.column.level'), fileOnly: true, value: ({ level }) => level },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: ({ unit }) => i18n.unit(unit) },
    { id: 'remaining', label: t('limits.column.remaining'), fileOnly: true, value: ({ remaining }) => remaining },
    {
      ...{ id: 'verdict', label: t('limits.column.verdict'), value: (row) => textOf(row).verdict },
      cell: (row) => (
        <>
          {textOf(row).verdict}{' '}
          <span className="note">
            {t('limits.level.of', { level: textOf(row).level })}
            {row.remaining !== null && ` ${t('limits.left', { n: row.remaining })}`}
          </span>
        </>
      ),
    },
  ]
}
