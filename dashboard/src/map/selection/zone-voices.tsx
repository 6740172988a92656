import { useQuery } from '@tanstack/react-query'
import { voicesQuery } from '../../http/voices.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { whyHidden } from '../layers/voices/voices-model.ts'
import './zone-voices.css'

const WORDS = 5

/** Voices of one district, under a heading of their own: separate from the survey, never part of it. */
export function ZoneVoices({ zone }: { zone: string }) {
  const i18n = useI18n()
  const { t, name, number, integer } = i18n
  const { data } = useQuery(voicesQuery)
  if (!data) return null
  const here = data.topics.flatMap(({ topic, places }) => {
    const found = places.find(({ place }) => place.kind === 'zone' && place.key === zone)
    return found ? [{ topic, ...found }] : []
  })
  const comments = data.comments.filter(({ place }) => place?.kind === 'zone' && place.key === zone).slice(0, WORDS)
  return (
    <>
      <h3 className="selection__heading">{t('voices.heading')}</h3>
      <dl className="facts">
        {here.map((one) => (
          <div key={one.topic} className="facts__row">
            <dt>{name('measure.voices', one.topic)}</dt>
            <dd className={one.mean === null ? 'missing' : undefined}>
              {one.mean === null
                ? whyHidden(one, data.threshold, i18n)
                : t('voices.figure', { mean: number(one.mean), n: integer(one.n ?? 0) })}
            </dd>
          </div>
        ))}
      </dl>
      {comments.map(({ text, language, month }) => (
        <figure key={`${month}${text}`} className="voice-words">
          <blockquote lang={language} dir="auto">
            {text}
          </blockquote>
          <figcaption className="note">{month}</figcaption>
        </figure>
      ))}
      <p className="note">{t('voices.note.sample')}</p>
      <p>
        <a href="voice">{t('voices.add')}</a>
      </p>
    </>
  )
}
