import { useQuery } from '@tanstack/react-query'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import { pollutantColumns } from './pollutant-columns.tsx'
import { exceedancesQuery } from './queries.ts'
import { rowsOf, type WhoPlace, type WhoRow } from './who-rows.ts'
import { whoText } from './who-text.ts'

/** One zone or station compared with the WHO levels over the period of the page. Nothing if it measures none of them. */
export function WhoPanel({ level, placeKey }: { level: WhoPlace['level']; placeKey: string }) {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t, name } = i18n
  const { data } = useQuery(exceedancesQuery(period))
  const rows = rowsOf(data?.places ?? [], level, placeKey)
  if (rows.length === 0) return null
  return (
    <section>
      <h3 className="selection__heading">{t('who.title')}</h3>
      <Table<WhoRow>
        caption={t('who.panel.caption', { period: name('period', period) })}
        captionClass="note"
        rows={rows}
        columns={whoColumns(i18n)}
        rowKey={({ place, verdict }) => `${place.pollutant} ${verdict.rule}`}
        className="mini"
        fileName={`${t('who.title')} ${placeKey} ${period}`}
      />
    </section>
  )
}

/** Value and result, each with the rule or guideline as a note; in the file the notes are columns. */
export function whoColumns(i18n: Formatters): TableColumn<WhoRow>[] {
  const { t } = i18n
  const textOf = (row: WhoRow) => whoText(row, i18n)
  return [
    ...pollutantColumns<WhoRow>(textOf, i18n),
    {
      ...{ id: 'value', label: t('indicators.column.value'), numeric: true, value: ({ verdict }) => verdict.value },
      cell: (row) => textOf(row).value,
    },
    { id: 'guideline', label: t('who.column.guideline'), fileOnly: true, value: ({ verdict }) => verdict.level },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (row) => textOf(row).unit },
    {
      ...{ id: 'reached', label: t('who.column.reached'), value: (row) => textOf(row).reached },
      cell: (row) => (
        <>
          {textOf(row).reached} <span className="note">{t('who.level.of', { guideline: textOf(row).guideline })}</span>
        </>
      ),
    },
  ]
}
