import { useQuery } from '@tanstack/react-query'
import { acuteOf, acuteText } from '../air-quality/acute.ts'
import { airThingsQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { useLatest } from '../live/use-latest.ts'
import { hrefOf, useViewState } from '../state/use-view-state.ts'
import './acute-readings.css'

const MAX_SHOWN = 20

/** Stations that measure poor air at this moment while their index, which averages over hours, does not say so yet. */
export function AcuteReadings({ now }: { readonly now: number }) {
  const i18n = useI18n()
  const { t } = i18n
  const [state] = useViewState()
  const latestOf = useLatest()
  const { data } = useQuery(airThingsQuery)
  // what is not known is not said to be nothing
  if (!data) return null
  const acute = data.features
    .filter(({ properties }) => properties.verified)
    .flatMap((thing) => acuteOf(thing, latestOf, now).map((reading) => ({ ...thing.properties, reading })))
  return (
    <section className="acute-readings" aria-labelledby="acute-readings">
      <h2 id="acute-readings" className="acute-readings__title">
        {t('acute.title')}
      </h2>
      <p className="note" role="status">
        {t('acute.count', { n: acute.length })}
      </p>
      {acute.length > 0 && (
        <ul className="acute-readings__list" aria-labelledby="acute-readings">
          {acute.slice(0, MAX_SHOWN).map(({ key, name, reading }) => (
            <li key={`${key} ${reading.pollutant}`}>
              <a href={hrefOf({ ...state, view: 'map', select: { type: 'thing', key } })}>{name}</a>{' '}
              <span className="note">{acuteText(reading, i18n)}</span>
            </li>
          ))}
        </ul>
      )}
      {acute.length > MAX_SHOWN && <p className="note">{t('now.offline.more', { n: acute.length - MAX_SHOWN })}</p>}
    </section>
  )
}
