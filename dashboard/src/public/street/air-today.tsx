import { airAdvice } from '#model/air-quality/advice.ts'
import type { ZoneToday } from '#model/api/street.ts'
import { useI18n } from '../i18n.ts'
import './street.css'

/** The level of the European index, and the advice that belongs to it. */
export function AirToday({ air }: Pick<ZoneToday, 'air'>) {
  const { t } = useI18n()
  const index = air.zone ?? air.city
  const advice = index ? airAdvice(index.category) : undefined
  return (
    <section className="public__part" aria-labelledby="air">
      <h2 id="air">{t('topic.air')}</h2>
      {index ? (
        <>
          {!air.zone && <p>{t('air.cityOnly')}</p>}
          <p className={`street__level street__level--${index.category}`}>{t(`air.${index.category}`)}</p>
        </>
      ) : (
        <p>{t('today.none')}</p>
      )}
      {advice && (
        <>
          <h3>{t('advice.heading')}</h3>
          <p>{t('advice.all', { text: t(`advice.air.${advice.all}`) })}</p>
          <p>{t('advice.sensitive', { text: t(`advice.air.${advice.sensitive}`) })}</p>
          <p className="note">{t('advice.air.source')}</p>
        </>
      )}
    </section>
  )
}
