import { useQuery } from '@tanstack/react-query'
import { changesQuery } from '../http/registry.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Problem } from '../ui/problem.tsx'
import './registry-view.css'

/** History of changes, latest first. */
export function RegistryChanges() {
  const { t, name, dateTime } = useI18n()
  const { data, error, refetch } = useQuery(changesQuery)
  return (
    <section aria-labelledby="changes">
      <h2 id="changes" className="operations__heading">
        {t('changes.title')}
      </h2>
      {error && <Problem error={error} retry={refetch} />}
      {data?.changes.length === 0 && <p className="note">{t('changes.none')}</p>}
      <ul className="registry__list">
        {data?.changes.map((change) => (
          <li key={change.id}>
            <details className="registry__change">
              <summary>
                {dateTime(change.at)} · {name('change', change.action)} · <code>{change.subject}</code> · {change.who}
              </summary>
              <p className="message__detail">{t('changes.before', { value: JSON.stringify(change.before ?? null) })}</p>
              <p className="message__detail">{t('changes.after', { value: JSON.stringify(change.after ?? null) })}</p>
            </details>
          </li>
        ))}
      </ul>
    </section>
  )
}
