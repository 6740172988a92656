import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Choice } from '../ui/choice.tsx'
import { Loading } from '../ui/loading.tsx'
import { Problem } from '../ui/problem.tsx'
import { LimitsTable } from './limits-table.tsx'
import { assessmentsOf, yearOf } from './limits-text.ts'
import { airLimitsQuery, airStandardsQuery } from './queries.ts'
import './who-table.css'

/** One legal standard in a calendar year: the station with the highest value for each level, and the exceedances left. */
export function LimitsSection() {
  const [{ period }] = useViewState()
  const { t, percent, timeZone } = useI18n()
  const [standard, setStandard] = useState('')
  const year = yearOf(period, new Date(), timeZone)
  const standards = useQuery(airStandardsQuery).data?.standards ?? []
  const answer = useQuery(airLimitsQuery(year, standard))
  const { data } = answer
  const rows = assessmentsOf(data?.places ?? [], 'city')
  return (
    <section className="who" aria-labelledby="limits-title">
      <h2 id="limits-title" className="dimension__name">
        {t('limits.title', { year })}
      </h2>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {answer.isLoading && <Loading />}
      {standards.length > 0 && (
        <Choice
          label={t('limits.standard')}
          choices={standards.map(({ key, name: label }) => ({ id: key, label }))}
          value={standard || (data?.standard.key ?? '')}
          onChange={setStandard}
        />
      )}
      {data && (
        <p className="note who__lead">
          {t('limits.lead', {
            share: percent(data.standard.coverage.yearShare),
            hours: data.standard.coverage.dayHours,
            source: data.standard.source.title,
          })}{' '}
          {data.standard.source.confirmed === 'secondary' && t('limits.secondary')}{' '}
          {data.partial && t('limits.partial')}
        </p>
      )}
      {data && rows.length === 0 && <p className="note">{t('limits.noStation')}</p>}
      {rows.length > 0 && <LimitsTable caption={t('limits.table', { year })} rows={rows} />}
      {data?.simulated && <p className="badge badge--inline">{t('origin.simulated')}</p>}
    </section>
  )
}
