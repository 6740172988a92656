import { useQuery } from '@tanstack/react-query'
import type { VulnerableGroups as Groups } from '#model/api/alerts.ts'
import { incidentGroupsQuery } from '../http/incidents.ts'
import { useI18n } from '../i18n/formatters.ts'
import './incident-panel.css'

/** Who of those affected is hit harder, as far as a survey knows: share, interval, n and source. */
export function VulnerableGroups({ id }: { id: string }) {
  const { data } = useQuery(incidentGroupsQuery(id))
  // An incident is worked on without it, too: nothing waits for it, and nothing is said where no survey knows.
  if (!data?.vulnerable) return null
  return <Shares vulnerable={data.vulnerable} />
}

function Shares({ vulnerable: { survey, confidence, groups } }: { vulnerable: Groups }) {
  const { t, date, percent } = useI18n()
  return (
    <section aria-labelledby="incident-vulnerable">
      <h3 id="incident-vulnerable" className="incident-panel__heading">
        {t('now.vulnerable')}
      </h3>
      <ul className="incident-panel__list">
        {groups.map((group) => (
          <li key={`${group.question} ${group.category}`}>
            <bdi>
              {group.text}: {group.label}
            </bdi>
            <br />
            <Share group={group} />
          </li>
        ))}
      </ul>
      <p className="note">
        <bdi>{survey.title}</bdi>
        {'. '}
        {t('now.vulnerable.what', {
          from: date(`${survey.from}T12:00:00Z`),
          to: date(`${survey.to}T12:00:00Z`),
          confidence: percent(confidence),
          threshold: survey.threshold,
        })}
        {survey.simulated && ` ${t('area.simulated')}`}
      </p>
    </section>
  )
}

function Share({ group: { value, lower, upper, n, suppressed } }: { group: Groups['groups'][number] }) {
  const { t, percent } = useI18n()
  if (value === null || lower === null || upper === null || n === null)
    return <span className="note">{t('area.suppressed', { n: suppressed })}</span>
  const interval = t('range', { from: percent(lower), to: percent(upper) })
  return (
    <>
      {t('now.vulnerable.share', { share: percent(value), interval, n })}
      {suppressed > 0 && <span className="note"> {t('area.without', { n: suppressed })}</span>}
    </>
  )
}
