import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { surveysQuery } from '../http/queries.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { Loading } from '../ui/loading.tsx'
import { Problem } from '../ui/problem.tsx'
import { ViewLink } from '../ui/view-link.tsx'
import { CoreIndicatorsPanel } from './core-indicators-panel.tsx'
import { DividesSection } from './divides-section.tsx'
import { EquityPanel } from './equity-panel.tsx'
import { NoSurvey } from './no-survey.tsx'
import { SurveyDesk } from './surveys/survey-desk.tsx'
import { WellbeingPanel } from './wellbeing-panel.tsx'
import './styles/people.css'

/** Digital divides between groups, and digital wellbeing, each with its uncertainty. */
export default function PeopleView() {
  const { t, date, integer } = useI18n()
  const surveys = useQuery(surveysQuery)
  const [chosen, setChosen] = useState<string | null>(null)
  const all = surveys.data?.surveys.toSorted((a, b) => (a.to < b.to ? 1 : -1)) ?? []
  const survey = all.find(({ id }) => id === chosen) ?? all[0]
  return (
    <div className="people">
      <h1 className="page-title">{t('people.title')}</h1>
      <p className="lead">{t('people.lead')}</p>
      <p>
        <a href="street">{t('people.street')}</a> · <a href="voice">{t('people.voice')}</a> ·{' '}
        <ViewLink to={{ view: 'compare', pair: null }}>{t('pair.open')}</ViewLink>
      </p>
      {surveys.error && <Problem error={surveys.error} retry={surveys.refetch} />}
      {surveys.isLoading && <Loading />}
      {surveys.data && !survey && <NoSurvey />}
      {survey && (
        <section className="people__part" aria-labelledby="divides">
          <h2 id="divides" className="people__heading">
            {t('divides.title')}
          </h2>
          {all.length > 1 && (
            <div className="people__choices">
              <Choice
                label={t('people.which')}
                choices={all.map(({ id, title }) => ({ id, label: title }))}
                value={survey.id}
                onChange={setChosen}
              />
            </div>
          )}
          <p className="note">
            {t('people.survey', {
              title: survey.title,
              universe: survey.universe,
              n: integer(survey.respondents),
              from: date(`${survey.from}T12:00:00Z`),
              to: date(`${survey.to}T12:00:00Z`),
            })}
          </p>
          <DividesSection key={survey.id} survey={survey} />
        </section>
      )}
      {survey && <CoreIndicatorsPanel key={survey.id} survey={survey} />}
      <EquityPanel />
      <WellbeingPanel />
      {surveys.data && <SurveyDesk surveys={surveys.data.surveys} />}
    </div>
  )
}
