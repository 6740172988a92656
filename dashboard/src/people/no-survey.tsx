import { useI18n } from '../i18n/formatters.ts'
import './styles/people.css'

const STEPS = [
  { id: 'have', href: '#survey-desk' },
  { id: 'ask', href: 'questionnaire' },
  { id: 'meanwhile', href: 'voice' },
] as const

/** Next steps for a city without a survey, and what this page shows until then. */
export function NoSurvey() {
  const { t } = useI18n()
  return (
    <section className="people__start" aria-labelledby="no-survey">
      <h2 id="no-survey" className="people__heading">
        {t('people.none')}
      </h2>
      <p>{t('people.start.lead')}</p>
      <ul>
        {STEPS.map(({ id, href }) => (
          <li key={id}>
            <a href={href}>{t(`people.start.${id}.link`)}</a>
            <br />
            {t(`people.start.${id}`)}
          </li>
        ))}
      </ul>
    </section>
  )
}
