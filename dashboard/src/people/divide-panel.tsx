import { useQuery } from '@tanstack/react-query'
import type { DividesResponse } from '#model/api/people.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Picture } from '../ui/picture/picture.tsx'
import { Problem } from '../ui/problem.tsx'
import { domainOf, WhiskerChart } from '../ui/whisker-chart.tsx'
import { AffordabilityTable } from './affordability-table.tsx'
import { ConcentrationChart } from './concentration-chart.tsx'
import { estimateText, nonresponseText } from './estimate-text.ts'
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
  if (!answer.data) return <p className="loading">{t('app.loading')}</p>
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
  const { concentration } = data
  return (
    <div aria-busy={answer.isFetching}>
      <p className="people__headline">{headline(data, i18n)}</p>
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
      {data.affordabilityMissing && <p className="note">{data.affordabilityMissing}</p>}
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

/** A mean without its unit, which is in the heading. */
const meanText = (value: number, i18n: Formatters): string => i18n.decimal(value, Math.abs(value) >= 100 ? 0 : 1)
/** A gap: between shares in percentage points with one decimal, between means as it is. */
const bare = (value: number, share: boolean, i18n: Formatters): string =>
  share ? i18n.decimal(100 * value, 1) : meanText(value, i18n)
const points = (value: number, share: boolean, i18n: Formatters): string =>
  share ? i18n.t('divides.points', { value: bare(value, share, i18n) }) : meanText(value, i18n)

/** A sentence about the largest gap, and whether it is significant among all pairs. */
function headline({ widest, statistic }: DividesResponse, i18n: Formatters): string {
  const { t } = i18n
  if (!widest) return t('divides.nothing')
  const share = statistic === 'proportion'
  const values = {
    group: widest.group.label,
    reference: widest.against?.label ?? t('divides.rest'),
    gap: points(widest.gap.value, share, i18n),
    lower: bare(widest.gap.lower, share, i18n),
    upper: bare(widest.gap.upper, share, i18n),
    p: pText(widest.adjustedP, i18n),
    comparisons: i18n.integer(widest.comparisons),
  }
  return t(widest.significant ? 'divides.headline' : 'divides.headline.unsure', values)
}

const pText = (p: number, i18n: Formatters): string =>
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

function DivideTable({ data, show }: { data: DividesResponse; show: (value: number) => string }) {
  const i18n = useI18n()
  const { t } = i18n
  const share = data.statistic === 'proportion'
  const range = (lower: number | null, upper: number | null, format: (value: number) => string): string =>
    lower === null || upper === null ? t('none') : t('range', { from: format(lower), to: format(upper) })
  const gapOf = (value: number): string => bare(value, share, i18n)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="people__scroll" tabIndex={0} aria-label={t('divides.table')}>
      <table className="mini">
        <caption className="hidden">{t('divides.table')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('divides.column.group')}</th>
            {(['value', 'interval', 'gap', 'gapInterval', 'ratio', 'n', 'nonresponse'] as const).map((column) => (
              <th key={column} scope="col" className="numeric">
                {t(share && column === 'gap' ? 'divides.column.gapPoints' : `divides.column.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.groups.map(({ label, estimate, gap, ratio }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td className="numeric">
                {estimate.value === null
                  ? i18n.name('suppressed', estimate.suppressed ?? '')
                  : estimateText(estimate, show(estimate.value), i18n)}
              </td>
              <td className="numeric">{range(estimate.lower, estimate.upper, show)}</td>
              <td className="numeric">{gap ? gapOf(gap.value) : t('none')}</td>
              <td className="numeric">{gap ? range(gap.lower, gap.upper, gapOf) : t('none')}</td>
              <td className="numeric">{ratio ? i18n.decimal(ratio.value, 2) : t('none')}</td>
              <td className="numeric">{estimate.n === null ? t('none') : i18n.integer(estimate.n)}</td>
              <td className="numeric">{nonresponseText(estimate, i18n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
