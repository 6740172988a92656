import { VOICE_LANGUAGES } from '#model/voices/voice.ts'
import { LANGUAGES, useI18n } from './i18n.ts'

/** The name of the city, and the page in other languages. */
export function PageHead({ city, simulated }: { city: string; simulated: boolean }) {
  const { t, language } = useI18n()
  return (
    <header className="public__head">
      <a className="skip" href="#main">
        {t('page.skip')}
      </a>
      <p className="public__city">{city}</p>
      <nav className="public__languages" aria-label={t('page.languages')}>
        {VOICE_LANGUAGES.map((one) => (
          <a
            key={one}
            href={`?lang=${one}`}
            hrefLang={one}
            lang={one}
            dir={LANGUAGES[one].direction}
            aria-current={one === language ? 'true' : undefined}
          >
            {LANGUAGES[one].name}
          </a>
        ))}
      </nav>
      {simulated && <p className="badge public__simulated">{t('page.simulated')}</p>}
    </header>
  )
}
