import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SurveysResponse } from '#model/api/indicators.ts'
import type { CoreIndicatorsResponse } from '#model/api/people.ts'
import { useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { Loading } from '../ui/loading.tsx'
import { Problem } from '../ui/problem.tsx'
import { Table } from '../ui/table/table.tsx'
import { type CoreRow, coreColumns } from './core-columns.tsx'
import { coreIndicatorsQuery } from './queries.ts'
import './styles/equity.css'
import './styles/people.css'

type Survey = SurveysResponse['surveys'][number]

/** Those of HH1 to HH19 that the survey covers, overall and by one characteristic. */
export function CoreIndicatorsPanel({ survey }: { survey: Survey }) {
  const i18n = useI18n()
  const { t } = i18n
  const groups = survey.questions.filter(({ group }) => group)
  const [by, setBy] = useState(groups[0]?.column ?? 'zone')
  const answer = useQuery(coreIndicatorsQuery(survey.id, by))
  const { data } = answer
  const covered = data?.indicators.filter(({ items }) => items.length > 0) ?? []
  const notCovered = data?.indicators.filter(({ items }) => items.length === 0) ?? []
  return (
    <section className="people__part" aria-labelledby="core-indicators">
      <h2 id="core-indicators" className="people__heading">
        {t('core.title')}
      </h2>
      <p className="note">{t('core.lead')}</p>
      <div className="people__choices">
        <Choice
          label={t('divides.by')}
          choices={[
            ...groups.map(({ column, text }) => ({ id: column, label: text })),
            { id: 'zone', label: t('divides.by.zone') },
          ]}
          value={by}
          onChange={setBy}
        />
      </div>
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {!data && !answer.error && <Loading long="people.computing" />}
      {data && (
        <div aria-busy={answer.isFetching}>
          <Table<CoreRow>
            caption={t('panel.table.of', { title: t('core.title') })}
            rows={covered.flatMap((indicator) => indicator.items.map((item) => ({ indicator, item })))}
            columns={coreColumns(by, columnsOf(survey, by, data), i18n)}
            rowKey={({ item }) => `${item.question} ${item.category}`}
            className="mini equity"
            scroller="people__scroll"
            fileName={`${t('core.title')} ${survey.id} ${by}`}
          />
        </div>
      )}
      <p className="note">{t('core.signs')}</p>
      {notCovered.length > 0 && (
        <p className="note">
          {t('core.notCovered', { list: notCovered.map(({ code, name }) => `${code} ${name}`).join('; ') })}
        </p>
      )}
    </section>
  )
}

/** Categories in the order of the codebook; zones in the order of the response. */
function columnsOf(survey: Survey, by: string, data: CoreIndicatorsResponse | undefined) {
  const question = survey.questions.find(({ column }) => column === by)
  if (question)
    return Object.entries(question.categories ?? {}).flatMap(([code, label]) =>
      question.missing.includes(code) ? [] : [{ code, label }],
    )
  const items = data?.indicators.flatMap((indicator) => indicator.items) ?? []
  const zones = new Set(items.flatMap(({ estimates }) => estimates.flatMap(({ group }) => group['zone'] ?? [])))
  return [...zones].sort().map((code) => ({ code, label: code.replaceAll('-', ' ').replaceAll('+', ' + ') }))
}
