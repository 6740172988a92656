import { useQuery } from '@tanstack/react-query'
import type { DividesResponse } from '#model/api/people.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Loading } from '../ui/loading.tsx'
import { Method } from '../ui/method.tsx'
import { Picture } from '../ui/picture/picture.tsx'
import { Problem } from '../ui/problem.tsx'
import { domainOf, WhiskerChart } from '../ui/whisker-chart.tsx'
import { AffordabilityTable } from './affordability-table.tsx'
import { ConcentrationChart } from './concentration-chart.tsx'
import { DivideTable } from './divide-table.tsx'
import { gapText, meanText } from './estimate-text.ts'
import { dividesQuery } from './queries.ts'
import './styles/people.css'

type DividePanelProps = {
  readonly survey: string
  readonly question: string
  /** the answer, if the codebook does not define which ones count */
  readonly category: string | undefined
  /** one characteristic, or two with a comma between */
  readonly by: string
}

/** One question by one or two characteristics: estimates with intervals, gaps to the reference group, and concentration. */
export function DividePanel({ survey, question, category, by }: DividePanelProps) {
  const i18n = useI18n()
  const { t } = i18n
  const answer = useQuery(dividesQuery(survey, { question, category, by }))
  if (answer.error) return <Problem error={answer.error} retry={answer.refetch} />
  if (!answer.data) return <Loading long="people.computing" />
  const { data } = answer
  const share = data.statistic === 'proportion'
  const show = (value: number): string => (share ? i18n.percent(value, 0) : meanText(value, i18n))
  const rows = data.groups.map(({ label, estimate }) => ({
    label,
    value: estimate.value,
    lower: estimate.lower,
    upper: estimate.upper,
    text: estimate.suppressed ? i18n.name('suppressed', estimate.suppressed) : t('survey.none'),
  }))
  const { concentration, affordabilityMissingReason: missing } = data
  return (
    <div aria-busy={answer.isFetching}>
      <p className="people__headline">{headline(data, i18n)}</p>
      {data.widest && (
        <Method>
          {t('method.compared', {
            p: pText(data.widest.adjustedP, i18n),
            comparisons: i18n.integer(data.widest.comparisons),
          })}
        </Method>
      )}
      <div className={concentration ? 'people__pair' : undefined}>
        <figure>
          <figcaption>
            {t(data.unit === '' || share ? 'divides.chart' : 'divides.chart.unit', {
              question: data.text,
              unit: i18n.unit(data.unit),
              confidence: i18n.percent(data.confidence),
            })}
          </figcaption>
          <Picture name={data.text}>
            <WhiskerChart rows={rows} label={data.text} domain={domainOf(rows, share ? 0.2 : 4)} show={show} />
          </Picture>
        </figure>
        {concentration && (
          <figure>
            <figcaption>{t('divides.curve')}</figcaption>
            <ConcentrationChart
              curve={concentration.curve}
              label={t('divides.curve')}
              show={(one) => i18n.percent(one, 0)}
            />
            <p className="note">
              {t('divides.concentration', {
                value: i18n.decimal(concentration.value, 3),
                lower: i18n.decimal(concentration.lower, 3),
                upper: i18n.decimal(concentration.upper, 3),
                n: i18n.integer(concentration.n),
                grouped: i18n.decimal(concentration.grouped, 3),
              })}
              {concentration.erreygers &&
                ` ${t('divides.erreygers', {
                  value: i18n.decimal(concentration.erreygers.value, 3),
                  lower: i18n.decimal(concentration.erreygers.lower, 3),
                  upper: i18n.decimal(concentration.erreygers.upper, 3),
                })}`}
            </p>
          </figure>
        )}
      </div>
      <DivideTable data={data} show={show} />
      {missing && <p className="note">{t(`affordability.missing.${missing.code}`, missing.values)}</p>}
      {data.affordability && (
        <>
          <p className="people__headline">{affordabilityText(data.affordability, i18n)}</p>
          <AffordabilityTable affordability={data.affordability} unit={data.unit} />
        </>
      )}
      <p className="note">{t('divides.note', { threshold: data.threshold })}</p>
    </div>
  )
}

const points = (value: number, share: boolean, i18n: Formatters): string =>
  share ? i18n.t('divides.points', { value: gapText(value, share, i18n) }) : meanText(value, i18n)

/** A sentence about the largest gap, and whether it is significant among all pairs. */
function headline({ widest, statistic }: DividesResponse, i18n: Formatters): string {
  const { t } = i18n
  if (!widest) return t('divides.nothing')
  const share = statistic === 'proportion'
  const values = {
    group: widest.group.label,
    reference: widest.against?.label ?? t('divides.rest'),
    gap: points(widest.gap.value, share, i18n),
    lower: gapText(widest.gap.lower, share, i18n),
    upper: gapText(widest.gap.upper, share, i18n),
  }
  return t(widest.significant ? 'divides.headline' : 'divides.headline.unsure', values)
}

export const pText = (p: number, i18n: Formatters): string =>
  p < 0.001 ? i18n.t('divides.p.below', { p: i18n.decimal(0.001, 3) }) : i18n.t('divides.p', { p: i18n.decimal(p, 3) })

function affordabilityText(
  { groups, limit, monthlyIncome, currency, incomeYear }: NonNullable<DividesResponse['affordability']>,
  i18n: Formatters,
): string {
  const over = groups.filter(({ affordable }) => affordable === false).map(({ label }) => label)
  return i18n.t(over.length > 0 ? 'divides.affordability.over' : 'divides.affordability', {
    limit: i18n.percent(limit, 0),
    income: i18n.integer(monthlyIncome),
    currency,
    year: String(incomeYear),
    groups: over.join(', '),
  })
}
