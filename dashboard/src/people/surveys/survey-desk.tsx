import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { SurveysResponse } from '#model/api/indicators.ts'
import { usePermission } from '../../http/session.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { MissingPermission } from '../../ui/permitted.tsx'
import { Problem } from '../../ui/problem.tsx'
import { EraseRespondent } from './erase-respondent.tsx'
import { eraseSurvey } from './queries.ts'
import { SurveyImport } from './survey-import.tsx'
import '../styles/equity.css'
import '../styles/people.css'
import './survey-desk.css'

type Survey = SurveysResponse['surveys'][number]

/** The surveys of the city: list, import, erase. Changes need the key. */
export function SurveyDesk({ surveys }: { surveys: readonly Survey[] }) {
  const { t } = useI18n()
  const [erasing, setErasing] = useState<Survey | null>(null)
  return (
    <section className="people__part" aria-labelledby="survey-desk">
      <h2 id="survey-desk" className="people__heading">
        {t('desk.title')}
      </h2>
      <p className="note">{t('desk.lead')}</p>
      {surveys.length > 0 && <SurveyTable surveys={surveys} onErase={setErasing} />}
      <SurveyImport />
      {erasing && <EraseDialog survey={erasing} onClose={() => setErasing(null)} />}
    </section>
  )
}

function SurveyTable({ surveys, onErase }: { surveys: readonly Survey[]; onErase: (survey: Survey) => void }) {
  const { t, date, integer, name } = useI18n()
  const day = (iso: string): string => date(`${iso}T12:00:00Z`)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={t('desk.table')}>
      <table className="mini">
        <caption className="hidden">{t('desk.table')}</caption>
        <thead>
          <tr>
            {(['title', 'fieldwork'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`desk.column.${column}`)}
              </th>
            ))}
            <th scope="col" className="numeric">
              {t('divides.column.n')}
            </th>
            <th scope="col">{t('desk.column.origin')}</th>
            <th scope="col">
              <span className="hidden">{t('desk.column.change')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {surveys.map((survey) => (
            <tr key={survey.id}>
              <th scope="row">
                {survey.title} <span className="equity__unit">{survey.id}</span>
              </th>
              <td>{t('range', { from: day(survey.from), to: day(survey.to) })}</td>
              <td className="numeric">{integer(survey.respondents)}</td>
              <td>{name('desk.origin', survey.origin)}</td>
              <td>
                <Button className="button" onPress={() => onErase(survey)}>
                  {t('desk.erase')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function EraseDialog({ survey, onClose }: { survey: Survey; onClose: () => void }) {
  const { t, integer } = useI18n()
  const client = useQueryClient()
  const isPermitted = usePermission('surveys')
  const [error, setError] = useState<Error | null>(null)
  const erase = async (): Promise<void> => {
    try {
      await eraseSurvey(survey.id)
      await client.invalidateQueries()
      onClose()
    } catch (failure) {
      setError(failure as Error)
    }
  }
  return (
    <FormDialog title={t('desk.erase.title', { title: survey.title })} onClose={onClose}>
      <MissingPermission to="surveys" />
      <EraseRespondent survey={survey.id} />
      <section className="desk__erase">
        <h3>{t('desk.erase.survey')}</h3>
        <p className="note">{t('desk.erase.note', { n: integer(survey.respondents) })}</p>
        <Button className="button button--main" isDisabled={!isPermitted} onPress={() => void erase()}>
          {t('desk.erase.all')}
        </Button>
      </section>
      {error && <Problem error={error} />}
    </FormDialog>
  )
}
