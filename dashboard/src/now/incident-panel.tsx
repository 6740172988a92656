import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { IncidentDetail } from '#model/api/alerts.ts'
import { incidentQuery } from '../http/incidents.ts'
import { useI18n } from '../i18n/formatters.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import { Problem } from '../ui/problem.tsx'
import { IncidentActions } from './incident-actions.tsx'
import { affectedText, durationText, lastedSeconds, valueText } from './incident-text.ts'
import { IncidentTimeline } from './incident-timeline.tsx'
import { ruleName } from './rule-name.ts'
import { SilenceIncident } from './silence-incident.tsx'
import { subjectName } from './subject-name.ts'
import { VulnerableGroups } from './vulnerable-groups.tsx'
import './incident-panel.css'

/** One incident: what, where, since when, whom it affects, sensor or city, what changed before, what was done. */
export function IncidentPanel({ id, now }: { id: string; now: number }) {
  const i18n = useI18n()
  const { t } = i18n
  const { data, error, refetch } = useQuery(incidentQuery(id))
  const title = useRef<HTMLHeadingElement>(null)
  const isThere = data !== undefined
  // Whoever opens an incident in the list goes on reading here: the list, the shift log and the map would be in between.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another incident is opened
  useEffect(() => {
    if (isThere && document.activeElement?.closest('.incident-list')) title.current?.focus()
  }, [id, isThere])
  if (error && !data) return <Problem error={error} retry={refetch} />
  if (!data) return <p className="loading">{t('app.loading')}</p>
  return (
    <article className="incident-panel" aria-labelledby="incident-title">
      <p className="eyebrow">{t(`now.severity.${data.incident.severity}`)}</p>
      <h2 id="incident-title" className="incident-panel__title" tabIndex={-1} ref={title}>
        {ruleName(i18n, data.incident.rule)}
      </h2>
      <Facts detail={data} now={now} />
      <IncidentActions key={id} incident={data.incident} />
      <SilenceIncident key={`silence ${id}`} incident={data.incident} />
      <VulnerableGroups id={id} />
      <Neighbours neighbours={data.neighbours} />
      <Changes changes={data.changesBefore} />
      <IncidentTimeline entries={data.timeline} unit={data.incident.unit} />
    </article>
  )
}

function Facts({ detail: { incident, population }, now }: { detail: IncidentDetail; now: number }) {
  const i18n = useI18n()
  const [state] = useViewState()
  const { t, dateTime, integer } = i18n
  const { rule, subject, condition, handling, startedAt, acknowledgedBy, assignedTo, closedReason } = incident
  const place =
    subject.kind === 'thing' || subject.kind === 'zone' ? (
      <a href={hrefOf({ ...state, view: 'map', select: { type: subject.kind, key: subject.id } })}>{subject.name}</a>
    ) : (
      subjectName(i18n, subject)
    )
  const ruleLink = (
    <a href={hrefOf({ ...state, view: 'operations', select: { type: 'rule', key: rule.id } })}>
      {ruleName(i18n, rule)}
    </a>
  )
  const rows = [
    [t('rules.column.rule'), ruleLink],
    [t('now.fact.where'), place],
    [t('now.fact.state'), t(`now.condition.${condition}`)],
    [t('now.fact.since'), dateTime(startedAt)],
    [t('now.fact.duration'), durationText(lastedSeconds(incident, now), i18n)],
    [t('now.fact.value'), valueText(incident, i18n)],
    [t('now.fact.affected'), affectedText(incident, i18n)],
    [t('now.fact.households'), population.households === null ? null : integer(population.households)],
    [t('now.fact.zones'), population.zones.map(({ name }) => name).join(', ') || null],
    [t('now.fact.handling'), t(`now.handling.${handling}`)],
    [t('now.fact.acknowledgedBy'), acknowledgedBy],
    [t('now.fact.assignedTo'), assignedTo],
    [t('now.fact.reason'), closedReason === null ? null : t(`now.closed.${closedReason}`)],
  ] as const
  return (
    <dl className="facts">
      {rows.map(([term, text]) =>
        text === null ? null : (
          <div key={term} className="facts__row">
            <dt>{term}</dt>
            <dd>{text}</dd>
          </div>
        ),
      )}
    </dl>
  )
}

function Neighbours({ neighbours: { verdict, things } }: Pick<IncidentDetail, 'neighbours'>) {
  const i18n = useI18n()
  const { t } = i18n
  if (things.length === 0) return null
  return (
    <section aria-labelledby="incident-neighbours">
      <h3 id="incident-neighbours" className="incident-panel__heading">
        {t('now.neighbours')}
      </h3>
      <p>{t(`now.neighbours.${verdict}`)}</p>
      <ul className="incident-panel__list">
        {things.map(({ thing, name, distanceMeters, value, agrees }) => (
          <li key={thing}>
            {t('now.neighbour', {
              name,
              distance: i18n.quantity(Math.round(distanceMeters), 'm'),
              value: value === null ? t('none') : i18n.number(value),
              agrees: t(agrees === null ? 'now.agrees.unknown' : agrees ? 'now.agrees.yes' : 'now.agrees.no'),
            })}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Changes({ changes }: { changes: IncidentDetail['changesBefore'] }) {
  const { t, dateTime, named } = useI18n()
  return (
    <section aria-labelledby="incident-changes">
      <h3 id="incident-changes" className="incident-panel__heading">
        {t('now.changes')}
      </h3>
      {changes.length === 0 && <p className="note">{t('now.changes.none')}</p>}
      <ul className="incident-panel__list">
        {changes.map(({ at, who, action, subject }) => (
          <li key={`${at}${action}${subject}`}>
            {t('now.change', { at: dateTime(at), who, action: named('now.action', action, action), subject })}
          </li>
        ))}
      </ul>
    </section>
  )
}
