import type { TimelineEntry } from '#model/api/alerts.ts'
import { useI18n } from '../i18n/formatters.ts'
import { correctionOf, correctionText } from './correction-text.ts'
import './incident-panel.css'

/** What happened and what was done, newest first. */
export function IncidentTimeline({ entries, unit }: { entries: readonly TimelineEntry[]; unit: string | null }) {
  const i18n = useI18n()
  const { t, dateTime, quantity } = i18n
  const newestFirst = entries.toSorted((a, b) => Date.parse(b.recordedAt) - Date.parse(a.recordedAt))
  return (
    <section aria-labelledby="incident-timeline">
      <h3 id="incident-timeline" className="incident-panel__heading">
        {t('now.timeline')}
      </h3>
      <ol className="incident-panel__list">
        {newestFirst.map(({ id, at, kind, severity, value, who, note, notified, detail }) => {
          const corrected = correctionOf(detail)
          const more = [
            corrected && correctionText(corrected, i18n),
            severity && t(`now.severity.${severity}`),
            value !== null && quantity(value, unit ?? ''),
            who,
            notified > 0 && t('now.notified', { n: notified }),
          ]
          return (
            <li key={id}>
              <time dateTime={at}>{dateTime(at)}</time> {t(`now.event.${kind}`)}
              {more.some(Boolean) && <span className="note"> {more.filter(Boolean).join(' · ')}</span>}
              {note && <blockquote className="incident-panel__note">{note}</blockquote>}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
