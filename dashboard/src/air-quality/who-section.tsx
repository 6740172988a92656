import { useQuery } from '@tanstack/react-query'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Loading } from '../ui/loading.tsx'
import { Problem } from '../ui/problem.tsx'
import { exceedancesQuery } from './queries.ts'
import { rowsOf, startsPollutant, type WhoRow } from './who-rows.ts'
import { WhoTable } from './who-table.tsx'
import { whoText } from './who-text.ts'
import { WhoZones } from './who-zones.tsx'
import './who-table.css'

/** The city's air compared with the WHO guidelines of 2021, and the differences between districts. */
export function WhoSection() {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t, integer } = i18n
  const answer = useQuery(exceedancesQuery(period))
  const places = answer.data?.places ?? []
  const city = rowsOf(places, 'city')
  const people = Math.max(0, ...city.map(({ place }) => place.people ?? 0))
  return (
    <section className="who" aria-labelledby="who-title">
      <h2 id="who-title" className="dimension__name">
        {t('who.title')}
      </h2>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {answer.isLoading && <Loading />}
      {answer.data && places.length === 0 && <p className="note">{t('who.noStation')}</p>}
      {places.length > 0 && city.length === 0 && <p className="note">{t('who.noCity')}</p>}
      {city.length > 0 && (
        <>
          <p className="note who__lead">
            {t('who.lead', { people: integer(people) })} {t('who.why')}
          </p>
          <WhoTable caption={t('who.table')} heading={pollutantHeading(i18n)} rows={city} levels />
        </>
      )}
      {places.length > 0 && <WhoZones places={places} />}
      {answer.data?.simulated && <p className="badge badge--inline">{t('origin.simulated')}</p>}
    </section>
  )
}

/** The name once to be seen, and in every row for screen readers. */
const pollutantHeading = (i18n: Formatters) => ({
  label: i18n.t('column.pollutant'),
  value: (row: WhoRow) => `${whoText(row, i18n).pollutant}, ${whoText(row, i18n).rule}`,
  cell: (row: WhoRow, previous: WhoRow | undefined) => (
    <>
      <strong className={startsPollutant(row, previous) ? undefined : 'hidden'}>{whoText(row, i18n).pollutant} </strong>
      <span className="who-table__rule">{whoText(row, i18n).rule}</span>
    </>
  ),
})
