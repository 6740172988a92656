import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { SurveysResponse } from '#model/api/indicators.ts'
import { usePermission } from '../../http/session.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { FormDialog } from '../../ui/form-dialog.tsx'
import { MissingPermission } from '../../ui/permitted.tsx'
import { Problem } from '../../ui/problem.tsx'
import { Table } from '../../ui/table/table.tsx'
import type { TableColumn } from '../../ui/table/table-model.ts'
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
  const i18n = useI18n()
  const title = i18n.t('desk.table')
  return (
    <Table<Survey>
      caption={title}
      rows={surveys}
      columns={surveyColumns(onErase, i18n)}
      rowKey={({ id }) => id}
      className="mini"
      scroller="people__scroll"
      fileName={title}
    />
  )
}

export function surveyColumns(onErase: (survey: Survey) => void, i18n: Formatters): TableColumn<Survey>[] {
  const { t, date, integer, name } = i18n
  const day = (iso: string): string => date(`${iso}T12:00:00Z`)
  return [
    {
      ...{ id: 'title', label: t('desk.column.title'), value: ({ title }) => title },
      cell: ({ title, id }) => (
        <>
          {title} <span className="equity__unit">{id}</span>
        </>
      ),
    },
    { id: 'id', label: t('indicators.column.code'), fileOnly: true, value: ({ id }) => id },
    {
      // ISO 8601
      ...{ id: 'fieldwork', label: t('desk.column.fieldwork'), value: ({ from, to }) => `${from}/${to}` },
      cell: ({ from, to }) => t('range', { from: day(from), to: day(to) }),
    },
    {
      ...{ id: 'n', label: t('divides.column.n'), numeric: true, value: ({ respondents }) => respondents },
      cell: ({ respondents }) => integer(respondents),
    },
    { id: 'origin', label: t('desk.column.origin'), value: ({ origin }) => name('desk.origin', origin) },
    {
      ...{ id: 'change', label: t('desk.column.change'), isLabelHidden: true },
      cell: (survey) => (
        <Button className="button" onPress={() => onErase(survey)}>
          {t('desk.erase')}
        </Button>
      ),
    },
  ]
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
