import { useState } from 'react'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { VoicePlace } from '#model/voices/voice.ts'
import { useI18n } from '../i18n.ts'
import { LocateButton } from '../locate-button.tsx'
import { locatePlace } from '../locate-place.ts'

type PlaceFieldProps = {
  readonly city: CityResponse
  readonly zones: ZoneFeatures
  readonly place: VoicePlace | null
  readonly onChange: (place: VoicePlace | null) => void
  readonly error: string | null
}

const CELL = 'cell:'

/** The district, from a list or from the position of the device, which is neither sent nor stored. */
export function PlaceField({ city, zones, place, onChange, error }: PlaceFieldProps) {
  const { t, language } = useI18n()
  const [news, setNews] = useState('')
  const [cell, setCell] = useState<VoicePlace | null>(null)
  const names = zones.features
    .map(({ properties: { key, name } }) => ({ key, name }))
    .toSorted((a, b) => a.name.localeCompare(b.name, language))

  const found = (located: VoicePlace | 'vague' | 'outside'): void => {
    if (located === 'vague' || located === 'outside') {
      setNews(t(`place.${located}`, { city: city.name }))
      return
    }
    onChange(located)
    if (located.kind === 'cell') setCell(located)
    const zone = names.find(({ key }) => key === located.key)?.name ?? ''
    setNews(located.kind === 'cell' ? t('place.cell') : t('place.found', { zone }))
  }
  const locate = (): void => {
    setNews(t('place.locating'))
    locatePlace(zones, city.bounds).then(found, () => setNews(t('place.refused')))
  }
  const value = place === null ? '' : place.kind === 'zone' ? place.key : CELL
  const choose = (key: string): void => {
    setNews('')
    onChange(key === '' ? null : key === CELL ? cell : { kind: 'zone', key })
  }
  return (
    <fieldset className="public__part">
      <legend>{t('place.legend')}</legend>
      <div className="field">
        <label className="field__label" htmlFor="place">
          {t('place.choose')}
        </label>
        <select
          id="place"
          value={value}
          onChange={(event) => choose(event.target.value)}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : 'place-error'}
        >
          <option value="">{t('place.none')}</option>
          {names.map(({ key, name }) => (
            <option key={key} value={key}>
              {name}
            </option>
          ))}
          {cell && <option value={CELL}>{t('place.cell.option')}</option>}
        </select>
        {error && (
          <p id="place-error" className="public__error">
            {error}
          </p>
        )}
      </div>
      <LocateButton label={t('place.locate')} hint={t('place.locate.hint')} news={news} onPress={locate} />
    </fieldset>
  )
}
