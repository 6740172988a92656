import type { CityResponse } from '#model/api/city.ts'
import { storeLanguage } from '../i18n/language-choice.ts'
import { useI18n } from './i18n.ts'

/** The name of the city, and the page in other languages. */
export function PageHead({ city: { name, simulated, languages } }: { city: CityResponse }) {
  const { t, language } = useI18n()
  return (
    <header className="public__head">
      <a className="skip" href="#main">
        {t('page.skip')}
      </a>
      <p className="public__city">{name}</p>
      <nav className="public__languages" aria-label={t('page.languages')}>
        {languages.map(({ tag, name: own, direction }) => (
          <a
            key={tag}
            href={`?lang=${tag}`}
            hrefLang={tag}
            lang={tag}
            dir={direction}
            onClick={() => storeLanguage(tag)}
            aria-current={tag === language ? 'true' : undefined}
          >
            {own}
          </a>
        ))}
      </nav>
      {simulated && <p className="badge public__simulated">{t('page.simulated')}</p>}
    </header>
  )
}
