import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Problem } from '../http/problem.tsx'
import { surveysQuery } from '../http/queries.ts'
import { useTools } from '../messages/tools.ts'
import { Choice } from '../panels/choice.tsx'
import { DividePanel } from '../panels/divide-panel.tsx'
import { WellbeingPanel } from '../panels/wellbeing-panel.tsx'
import './people-view.css'

/** Who can use what the city offers: divides between groups, and digital wellbeing, each with its uncertainty. */
export default function PeopleView() {
  const { t, date, integer } = useTools()
  const surveys = useQuery(surveysQuery)
  const survey = surveys.data?.surveys.toSorted((a, b) => (a.to < b.to ? 1 : -1))[0]
  const asked = survey?.questions.filter(({ group, counts, price }) => !group && ((counts?.length ?? 0) > 0 || price))
  const groups = survey?.questions.filter(({ group }) => group) ?? []
  const [question, setQuestion] = useState<string | null>(null)
  const [by, setBy] = useState<string | null>(null)
  const chosen = question ?? asked?.[0]?.column
  const usual = groups.find(({ categories }) => Object.keys(categories ?? {}).every((code) => /^\d+$/.test(code)))
  const group = by ?? (usual ?? groups[0])?.column ?? 'zone'
  return (
    <div className="people">
      <h1 className="page-title">{t('people.title')}</h1>
      <p className="lead">{t('people.lead')}</p>
      <p>
        <a href="/voice">{t('people.voice')}</a>
      </p>
      {surveys.error && <Problem error={surveys.error} retry={surveys.refetch} />}
      {surveys.isLoading && <p className="loading">{t('app.loading')}</p>}
      {surveys.data && !survey && <p className="note">{t('people.none')}</p>}
      {survey && chosen && (
        <section className="people__part" aria-labelledby="divides">
          <h2 id="divides" className="people__heading">
            {t('divides.title')}
          </h2>
          <p className="note">
            {t('people.survey', {
              title: survey.title,
              universe: survey.universe,
              n: integer(survey.respondents),
              from: date(`${survey.from}T12:00:00Z`),
              to: date(`${survey.to}T12:00:00Z`),
            })}
          </p>
          <div className="people__choices">
            <Choice
              label={t('divides.question')}
              choices={(asked ?? []).map(({ column, text }) => ({ id: column, label: text }))}
              value={chosen}
              onChange={setQuestion}
            />
            <Choice
              label={t('divides.by')}
              choices={[
                ...groups.map(({ column, text }) => ({ id: column, label: text })),
                { id: 'zone', label: t('divides.by.zone') },
              ]}
              value={group}
              onChange={setBy}
            />
          </div>
          <DividePanel survey={survey.id} question={chosen} by={group} />
        </section>
      )}
      <WellbeingPanel />
    </div>
  )
}
