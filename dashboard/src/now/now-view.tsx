import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import type { Incident, IncidentsResponse } from '#model/api/alerts.ts'
import type { CityResponse } from '#model/api/city.ts'
import { alertingStatusQuery, incidentsQuery } from '../http/incidents.ts'
import { zonesQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLive, useNow } from '../live/use-live.ts'
import { useTheme } from '../state/theme.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { Problem } from '../ui/problem.tsx'
import { AcuteReadings } from './acute-readings.tsx'
import { IncidentList } from './incident-list.tsx'
import { incidentMarks } from './incident-marks.ts'
import { IncidentPanel } from './incident-panel.tsx'
import { OfflineDevices } from './offline-devices.tsx'
import { ShiftLog, WaitingHandover } from './shift-log.tsx'
import { SoundSwitch } from './sound-switch.tsx'
import './now-view.css'

const CityMap = lazy(() => import('../map/canvas/city-map.tsx'))
const CLOCK_MS = 10_000
const NO_INCIDENTS: readonly Incident[] = []

/** The operator's page: what is wrong now, where, since when, whom it affects and who works on it. */
export default function NowView({ city }: { city: CityResponse }) {
  const [state, change] = useViewState()
  const { select, camera } = state
  const i18n = useI18n()
  const { t } = i18n
  const scheme = useTheme()
  const now = useNow(CLOCK_MS)
  const open = useQuery(incidentsQuery('open'))
  const closed = useQuery(incidentsQuery('closed'))
  const { data: zones } = useQuery(zonesQuery)
  const selected = select?.type === 'incident' ? select.key : null
  const choose = (id: string | null): void => change({ select: id === null ? null : { type: 'incident', key: id } })
  /** Back to the list, where it was left. */
  const close = (id: string): void => {
    choose(null)
    document.querySelector<HTMLElement>(`.incident-list [data-key="${CSS.escape(id)}"]`)?.focus()
  }
  const marks = useMemo(() => zones && incidentMarks(open.data?.incidents ?? [], zones, i18n), [open.data, zones, i18n])
  useLiveIncidents()
  useTitleBadge(open.data, city.name)
  return (
    <div className={`now${selected ? ' now--details' : ''}`}>
      <section className="now__list">
        <h1 className="page-title">{t('now.title')}</h1>
        <EngineState />
        <p>
          <a href={hrefOf({ ...state, view: 'wall', select: null })}>{t('wall.open')}</a>
        </p>
        <WaitingHandover />
        {open.isLoading && <p className="loading">{t('app.loading')}</p>}
        {open.error && !open.data && <Problem error={open.error} retry={open.refetch} />}
        {open.data && (
          <>
            <p className="lead" role="status">
              {t('now.open', { ...open.data.open, n: open.data.incidents.length })}
            </p>
            <SoundSwitch critical={open.data.open.critical} />
            <IncidentList
              label={t('now.list.open')}
              incidents={open.data.incidents}
              {...{ selected, now }}
              onSelect={choose}
            />
          </>
        )}
        {closed.data && closed.data.incidents.length > 0 && (
          <details className="now__closed">
            <summary>{t('now.list.closed')}</summary>
            <IncidentList
              label={t('now.list.closed')}
              incidents={closed.data.incidents}
              {...{ selected, now }}
              onSelect={choose}
            />
          </details>
        )}
        <AcuteReadings now={now} />
        <OfflineDevices now={now} />
        <ShiftLog open={open.data?.incidents ?? NO_INCIDENTS} />
      </section>
      <div className="now__map">
        {!(zones && marks) && <p className="loading">{t('app.loading')}</p>}
        {zones && marks && (
          <Suspense fallback={<p className="loading">{t('app.loading')}</p>}>
            <CityMap
              {...{ city, zones, marks, scheme, camera }}
              selected={selected === null ? null : `incident:${selected}`}
              onCamera={(camera) => change({ camera }, 'replace')}
              onSelect={(id) => choose(id?.startsWith('incident:') ? id.slice('incident:'.length) : null)}
            />
          </Suspense>
        )}
      </div>
      {selected !== null && (
        <aside
          className="now__details"
          aria-label={t('now.details')}
          onKeyDown={({ key }) => key === 'Escape' && close(selected)}
        >
          <button type="button" className="button now__back" onClick={() => close(selected)}>
            {t('selection.close')}
          </button>
          <IncidentPanel id={selected} now={now} />
        </aside>
      )}
    </div>
  )
}

/** Whether rules are evaluated at all: silence of the alerting must not look like a quiet city. */
function EngineState() {
  const { t, dateTime } = useI18n()
  const { data } = useQuery(alertingStatusQuery)
  if (!data) return null
  if (data.engine === 'idle') return <p className="now__warning">{t('now.engine.idle')}</p>
  if (data.failingRules > 0) return <p className="now__warning">{t('now.engine.failing', { n: data.failingRules })}</p>
  const at = data.evaluatedAt === null ? t('none') : dateTime(data.evaluatedAt)
  return (
    <>
      <p className="note">{t('now.engine.running', { rules: data.rules, at })}</p>
      {data.uncorrected > 0 && <p className="note">{t('now.engine.uncorrected', { n: data.uncorrected })}</p>}
    </>
  )
}

/** Reads incidents again as soon as the live feed says that one has changed. */
function useLiveIncidents(): void {
  const client = useQueryClient()
  const { incidentEvents } = useLive()
  useEffect(() => {
    if (incidentEvents > 0) void client.invalidateQueries({ queryKey: ['incidents'] })
  }, [client, incidentEvents])
}

/** Open warnings and critical incidents in the title of the page, so that a tab in the background shows them. */
function useTitleBadge(data: IncidentsResponse | undefined, city: string): void {
  const { t } = useI18n()
  const urgent = data ? data.open.warning + data.open.critical : 0
  useEffect(() => {
    const plain = t('app.title.city', { city })
    document.title = urgent > 0 ? t('now.pageTitle', { n: urgent, title: plain }) : plain
    return () => {
      document.title = plain
    }
  }, [urgent, city, t])
}
