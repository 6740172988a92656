import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { incidentsQuery } from '../http/incidents.ts'
import { offlineThingsQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLive, useNow } from '../live/use-live.ts'
import { affectedText, durationText, lastedSeconds, valueText } from '../now/incident-text.ts'
import { ruleName } from '../now/rule-name.ts'
import { subjectName } from '../now/subject-name.ts'
import { Problem } from '../ui/problem.tsx'
import './wall.css'

/** What fits on a screen that nobody scrolls. */
const MAX_SHOWN = 6
const CLOCK_MS = 10_000

/** The gravest open incidents: what, where, since when, whom it affects. */
export function WallIncidents() {
  const i18n = useI18n()
  const { t } = i18n
  const now = useNow(CLOCK_MS)
  const client = useQueryClient()
  const { incidentEvents } = useLive()
  const { data, error, refetch } = useQuery(incidentsQuery('open'))
  const offline = useQuery(offlineThingsQuery).data?.features.length ?? 0
  useEffect(() => {
    if (incidentEvents > 0) void client.invalidateQueries({ queryKey: ['incidents'] })
  }, [client, incidentEvents])
  if (error && !data) return <Problem error={error} retry={refetch} />
  if (!data) return <p className="loading">{t('app.loading')}</p>
  const { incidents, open } = data
  return (
    <div className="wall__slide wall-incidents">
      <p className="wall__lead">{t('now.open', { ...open, n: incidents.length })}</p>
      <ol className="wall-incidents__list">
        {incidents.slice(0, MAX_SHOWN).map((incident) => (
          <li key={incident.id} className={`wall-incident wall-incident--${incident.severity}`}>
            <span className="wall-incident__severity">{t(`now.severity.${incident.severity}`)}</span>
            <strong className="wall-incident__rule">{ruleName(i18n, incident.rule)}</strong>
            <span>{[subjectName(i18n, incident.subject), valueText(incident, i18n)].filter(Boolean).join(' · ')}</span>
            <span>{[durationText(lastedSeconds(incident, now), i18n), affectedText(incident, i18n)].join(' · ')}</span>
          </li>
        ))}
      </ol>
      {incidents.length > MAX_SHOWN && <p>{t('wall.more', { n: incidents.length - MAX_SHOWN })}</p>}
      {offline > 0 && <p>{t('now.offline.count', { n: offline })}</p>}
    </div>
  )
}
