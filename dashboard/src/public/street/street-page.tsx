import { useState } from 'react'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { StreetsResponse } from '#model/api/street.ts'
import { useI18n } from '../i18n.ts'
import { PageHead } from '../page-head.tsx'
import type { Place } from './places.ts'
import { SearchField } from './search-field.tsx'
import { StatusForm } from './status-form.tsx'
import { Today } from './today.tsx'
import './street.css'

type Props = { readonly city: CityResponse; readonly zones: ZoneFeatures; readonly streets: StreetsResponse }

/** Where somebody lives, how it is there today, and what became of an earlier voice. Nothing is stored, on neither side. */
export function StreetPage({ city, zones, streets }: Props) {
  const { t } = useI18n()
  const [place, setPlace] = useState<Place | null>(null)
  return (
    <>
      <PageHead city={city} />
      <main id="main" tabIndex={-1} className="public">
        {place === null ? (
          <>
            <div>
              <h1>{t('page.heading')}</h1>
              <p className="public__lead">{t('page.lead', { city: city.name })}</p>
            </div>
            <SearchField city={city} zones={zones} streets={streets} onChoose={setPlace} />
          </>
        ) : (
          <Today city={city} place={place} onAgain={() => setPlace(null)} />
        )}
        <StatusForm />
      </main>
    </>
  )
}
