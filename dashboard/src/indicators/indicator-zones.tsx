import { useQuery } from '@tanstack/react-query'
import { cityQuery } from '../http/city-query.ts'
import { zoneValuesQuery } from '../http/queries.ts'
import { useZones } from '../http/use-zones.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { endOfPeriod } from '../state/local-day.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import './evidence.css'
import './history.css'
import './indicator-zones.css'

type ZoneValue = { readonly zone: string; readonly value: number }

/** Differences between zones: the zones in order, and the population-weighted mean. Nothing for an indicator without zones. */
export function IndicatorZones({ code, dataPoint }: { code: string; dataPoint: string }) {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t, quantity, number, timeZone } = i18n
  const { data } = useQuery(zoneValuesQuery(code, period, dataPoint))
  const { districtChanges = [] } = useQuery(cityQuery).data ?? {}
  const { zones } = useZones({ districtChanges }, endOfPeriod(period, timeZone))
  const known = (data?.zones ?? []).flatMap(({ zone, value }) => (value === null ? [] : [{ zone, value }]))
  if (!data?.spread || known.length < 2) return null
  const { spread, unit } = data
  const nameOf = (key: string): string =>
    zones?.features.find(({ properties }) => properties.key === key)?.properties.name ?? key
  const most = Math.max(...known.map(({ value }) => Math.abs(value)), Number.MIN_VALUE)
  const missing = data.zones.length - known.length
  return (
    <section>
      <h3 className="selection__heading">{t('spread.title')}</h3>
      <p>
        {t('spread.ends', {
          lowest: nameOf(spread.lowest.zone),
          low: quantity(spread.lowest.value, unit),
          highest: nameOf(spread.highest.zone),
          high: quantity(spread.highest.value, unit),
        })}{' '}
        {spread.mean !== null && t('spread.mean', { mean: quantity(spread.mean, unit) })}{' '}
        {spread.ratio !== null && spread.ratio > 1 && t('spread.ratio', { ratio: number(spread.ratio) })}{' '}
        {spread.gini !== null && t('spread.gini', { gini: number(spread.gini) })}
      </p>
      <details className="evidence__more">
        <summary>{t('spread.table', { n: known.length })}</summary>
        <Table<ZoneValue>
          caption={t('spread.title')}
          rows={known.toSorted((a, b) => b.value - a.value)}
          columns={zoneColumns({ unit, nameOf, most }, i18n)}
          rowKey={({ zone }) => zone}
          className="history__table"
          fileName={`${t('spread.title')} ${code} ${dataPoint} ${period}`}
        />
      </details>
      {missing > 0 && <p className="note">{t('spread.missing', { n: missing })}</p>}
    </section>
  )
}

type Shown = { readonly unit: string; readonly nameOf: (zone: string) => string; readonly most: number }

/** `most`: the value whose bar is the longest. */
export function zoneColumns(
  { unit, nameOf, most }: Shown,
  { t, quantity, ...i18n }: Formatters,
): TableColumn<ZoneValue>[] {
  return [
    { id: 'zone', label: t('spread.zone'), value: ({ zone }) => nameOf(zone) },
    {
      ...{ id: 'value', label: t('indicators.column.value'), numeric: true, value: ({ value }) => value },
      cell: ({ value }) => (
        <>
          <span className="spread__bar" style={{ inlineSize: `${(40 * Math.abs(value)) / most}%` }} />
          {quantity(value, unit)}
        </>
      ),
    },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: () => i18n.unit(unit) },
  ]
}
