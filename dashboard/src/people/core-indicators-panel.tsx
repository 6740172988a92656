import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SurveysResponse } from '#model/api/indicators.ts'
import type { CoreIndicatorsResponse } from '#model/api/people.ts'
import type { Estimate } from '#model/survey/codebook.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Choice } from '../ui/choice.tsx'
import { Problem } from '../ui/problem.tsx'
import { estimateText, nonresponseText } from './estimate-text.ts'
import { coreIndicatorsQuery } from './queries.ts'
import './styles/equity.css'
import './styles/people.css'

type Survey = SurveysResponse['surveys'][number]
type Indicator = CoreIndicatorsResponse['indicators'][number]
type Item = Indicator['items'][number]

/** Those of HH1 to HH19 that the survey covers, overall and by one characteristic. */
export function CoreIndicatorsPanel({ survey }: { survey: Survey }) {
  const i18n = useI18n()
  const { t } = i18n
  const groups = survey.questions.filter(({ group }) => group)
  const [by, setBy] = useState(groups[0]?.column ?? 'zone')
  const answer = useQuery(coreIndicatorsQuery(survey.id, by))
  const { data } = answer
  const columns = columnsOf(survey, by, data)
  const covered = data?.indicators.filter(({ items }) => items.length > 0) ?? []
  const notCovered = data?.indicators.filter(({ items }) => items.length === 0) ?? []
  const label = t('panel.table.of', { title: t('core.title') })
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
      {!data && !answer.error && <p className="loading">{t('app.loading')}</p>}
      {data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <section className="people__scroll" tabIndex={0} aria-label={label} aria-busy={answer.isFetching}>
          <table className="mini equity">
            <caption className="hidden">{t('core.title')}</caption>
            <thead>
              <tr>
                <th scope="col">{t('core.column.indicator')}</th>
                <th scope="col" className="numeric">
                  {t('core.column.all')}
                </th>
                <th scope="col" className="numeric">
                  {t('divides.column.interval')}
                </th>
                <th scope="col" className="numeric">
                  {t('divides.column.n')}
                </th>
                <th scope="col" className="numeric">
                  {t('divides.column.nonresponse')}
                </th>
                {columns.map(({ code, label }) => (
                  <th key={code} scope="col" className="numeric">
                    {label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {covered.flatMap((indicator) =>
                indicator.items.map((item) => (
                  <ItemRow key={`${item.question} ${item.category}`} {...{ indicator, item, by, columns }} />
                )),
              )}
            </tbody>
          </table>
        </section>
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

type RowProps = { indicator: Indicator; item: Item; by: string; columns: readonly { code: string }[] }

function ItemRow({ indicator, item, by, columns }: RowProps) {
  const i18n = useI18n()
  const { t } = i18n
  const show = (value: number): string =>
    item.statistic === 'proportion' ? i18n.percent(value, 0) : i18n.number(value)
  const all = item.estimates.find(({ group }) => Object.keys(group).length === 0)
  return (
    <tr>
      <th scope="row">
        <strong>{indicator.code}</strong> {item.label ?? item.text}
        {indicator.sdg && <span className="equity__unit"> {t('core.sdg', { sdg: indicator.sdg })}</span>}
      </th>
      <td className="numeric">{textOf(all, show, i18n)}</td>
      <td className="numeric">
        {all && all.lower !== null && all.upper !== null
          ? t('range', { from: show(all.lower), to: show(all.upper) })
          : t('none')}
      </td>
      <td className="numeric">{all && all.n !== null ? i18n.integer(all.n) : t('none')}</td>
      <td className="numeric">{all ? nonresponseText(all, i18n) : t('none')}</td>
      {columns.map(({ code }) => (
        <td key={code} className="numeric">
          {textOf(
            item.estimates.find(({ group }) => group[by] === code),
            show,
            i18n,
          )}
        </td>
      ))}
    </tr>
  )
}

/** The estimate, or the reason why it is not shown. */
function textOf(estimate: Estimate | undefined, show: (value: number) => string, i18n: Formatters): string {
  const { t } = i18n
  if (!estimate) return t('none')
  if (estimate.value === null) return t('core.hidden')
  return estimateText(estimate, show(estimate.value), i18n)
}
