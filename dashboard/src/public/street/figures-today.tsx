import { WHO_ROAD_NOISE_DB } from '#model/air-quality/advice.ts'
import type { ZoneToday } from '#model/api/street.ts'
import { localeOf } from '#model/text/languages.ts'
import { createNumberFormat } from '#model/text/number-format.ts'
import { isolated, useI18n } from '../i18n.ts'
import './street.css'

type Figure = ZoneToday['figures'][number]
type Props = { readonly topic: Figure['topic']; readonly figures: readonly Figure[] }

/** Figures of one topic next to those of the city; what is not measured here says so. */
export function FiguresToday({ topic, figures }: Props) {
  const { t, language } = useI18n()
  const { number } = createNumberFormat(localeOf(language))
  const known = figures.filter(({ value }) => value !== null)
  const amount = (value: number, unit: string): string => isolated(`${number(value)}\u202f${unit}`, language)
  const level = figures.find(({ id }) => id === 'sound_level')?.value ?? null
  return (
    <section className="public__part" aria-labelledby={topic}>
      <h2 id={topic}>{t(`topic.${topic}`)}</h2>
      {known.length === 0 && <p>{t('today.none')}</p>}
      {known.length > 0 && (
        <ul className="street__figures">
          {known.map(({ id, value, unit, city }) => (
            <li key={id}>
              {t('today.figure', { name: t(`figure.${id}`), value: amount(value ?? 0, unit) })}
              {city !== null && <span className="note"> {t('today.city', { value: amount(city, unit) })}</span>}
            </li>
          ))}
        </ul>
      )}
      {topic === 'noise' && level !== null && (
        <>
          <h3>{t('advice.heading')}</h3>
          <p>{t(level > WHO_ROAD_NOISE_DB ? 'advice.noise.above' : 'advice.noise.below')}</p>
          <p className="note">{t('advice.noise.source')}</p>
        </>
      )}
    </section>
  )
}
