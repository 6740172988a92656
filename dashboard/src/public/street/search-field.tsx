import { useState } from 'react'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { StreetsResponse } from '#model/api/street.ts'
import { useI18n } from '../i18n.ts'
import { LocateButton } from '../locate-button.tsx'
import { locatePlace } from '../locate-place.ts'
import { type Place, placesFor } from './places.ts'
import './street.css'

type Props = {
  readonly city: CityResponse
  readonly zones: ZoneFeatures
  readonly streets: StreetsResponse
  readonly onChoose: (place: Place) => void
}

/** A street or district, by its first letters or from the position of the device, which stays on it. */
export function SearchField({ city, zones, streets, onChoose }: Props) {
  const { t } = useI18n()
  const [text, setText] = useState('')
  const [news, setNews] = useState('')
  const found = placesFor(text, streets)
  const nameOf = ({ street, district }: Place): string =>
    street === null ? district : t('search.street', { street, district })
  const locate = (): void => {
    setNews('')
    const outside = (): void => setNews(t('locate.outside', { city: city.name }))
    void locatePlace(zones, city.bounds).then((place) => {
      const district = streets.zones.find(
        ({ key }) => typeof place !== 'string' && place.kind === 'zone' && key === place.key,
      )
      if (district) onChoose({ zone: district.key, district: district.name, street: null })
      else outside()
    }, outside)
  }
  return (
    <section className="public__part" aria-label={t('search.label')}>
      <div className="field">
        <label className="field__label" htmlFor="street">
          {t('search.label')}
        </label>
        <input
          id="street"
          type="text"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          aria-describedby="street-hint"
        />
        <p id="street-hint" className="note">
          {t('search.hint')}
        </p>
      </div>
      <p role="status" className="hidden">
        {text.trim() === '' ? '' : found.length === 0 ? t('search.none') : t('search.results')}
      </p>
      {text.trim() !== '' && found.length === 0 && <p>{t('search.none')}</p>}
      {found.length > 0 && (
        <ul className="street__places" aria-label={t('search.results')}>
          {found.map((place) => (
            <li key={`${place.zone} ${place.street}`}>
              <button type="button" className="button street__place" onClick={() => onChoose(place)}>
                {nameOf(place)}
              </button>
            </li>
          ))}
        </ul>
      )}
      <LocateButton label={t('locate.button')} hint={t('locate.hint')} news={news} onPress={locate} />
    </section>
  )
}
