import type { ZoneToday } from '#model/api/street.ts'
import { isolated, useI18n } from '../i18n.ts'
import './street.css'

type Props = Pick<ZoneToday, 'alerts'> & { readonly time: (at: string) => string }

/** What the city publishes of open incidents in the district. */
export function AlertsToday({ alerts, time }: Props) {
  const { t, has, language } = useI18n()
  if (alerts.length === 0) return null
  const textOf = ({ name: given, nameCode, place, devices }: ZoneToday['alerts'][number]): string => {
    const name = nameCode !== null && has(`rule.${nameCode}`) ? t(`rule.${nameCode}`) : given
    if (name === null) return t('alert.devices', { n: devices ?? 0 })
    if (place === null) return isolated(name, language)
    return t('alert.at', { name: isolated(name, language), place: isolated(place, language) })
  }
  return (
    <section className="public__part" aria-labelledby="alerts">
      <h2 id="alerts">{t('alert.heading')}</h2>
      <ul className="street__figures">
        {alerts.map((alert, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: read once, never changed
          <li key={i}>
            <strong>{t(`alert.severity.${alert.severity}`)}</strong> {textOf(alert)}{' '}
            <span className="note">{t('alert.since', { time: isolated(time(alert.startedAt), language) })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
