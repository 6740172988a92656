import { useEffect, useRef, useState } from 'react'
import type { CityResponse } from '#model/api/city.ts'
import { type ZoneToday, zoneTodayResponse } from '#model/api/street.ts'
import { get } from '../../http/client.ts'
import { isolated, useI18n } from '../i18n.ts'
import { problemText } from '../problem-text.ts'
import { AirToday } from './air-today.tsx'
import { AlertsToday } from './alerts-today.tsx'
import { FiguresToday } from './figures-today.tsx'
import type { Place } from './places.ts'
import './street.css'

type Props = { readonly city: CityResponse; readonly place: Place; readonly onAgain: () => void }

/** Air, noise, connection and services of a district today, and the way to say how it is. */
export function Today({ city, place, onAgain }: Props) {
  const i18n = useI18n()
  const { t, language } = i18n
  const [today, setToday] = useState<ZoneToday | null>(null)
  const [problem, setProblem] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    heading.current?.focus()
    window.scrollTo({ top: 0 })
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked once for each place
  useEffect(() => {
    let left = false
    get(zoneTodayResponse, `/zones/${encodeURIComponent(place.zone)}/today`).then(
      (found) => !left && setToday(found),
      (error: unknown) => !left && setProblem(problemText(error, i18n)),
    )
    return () => {
      left = true
    }
  }, [place.zone])
  const time = (at: string): string =>
    new Date(at).toLocaleString(language, { timeZone: city.timeZone, dateStyle: 'medium', timeStyle: 'short' })
  const voice = `voice?${new URLSearchParams({ zone: place.zone, lang: language })}`
  return (
    <>
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {t('today.heading', { place: place.street ?? place.district })}
        </h1>
        {today && (
          <p className="note">
            {t('today.district', {
              district: isolated(place.district, language),
              time: isolated(time(today.at), language),
            })}
          </p>
        )}
      </div>
      {problem && (
        <p role="alert" className="public__error">
          {problem}
        </p>
      )}
      {!today && !problem && (
        <p role="status" className="loading">
          {t('page.loading')}
        </p>
      )}
      <p>
        <a className="button button--main street__tell" href={voice}>
          {t('tell.button')}
        </a>{' '}
        <span className="note">{t('tell.hint')}</span>
      </p>
      {today && (
        <>
          <AlertsToday alerts={today.alerts} time={time} />
          <AirToday air={today.air} />
          {(['noise', 'connection', 'service'] as const).map((topic) => (
            <FiguresToday
              key={topic}
              topic={topic}
              figures={today.figures.filter((figure) => figure.topic === topic)}
            />
          ))}
        </>
      )}
      <p>
        <button type="button" className="button" onClick={onAgain}>
          {t('today.again')}
        </button>
      </p>
    </>
  )
}
