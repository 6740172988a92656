import type { ReportGoal } from '#model/api/reports.ts'
import { useI18n } from '../i18n/formatters.ts'
import './report-table.css'
import './report-view.css'

/** What the city itself wants, how far it is, and where the trend goes. Nothing where it has set no goal. */
export function GoalsTable({ goals }: { goals: readonly ReportGoal[] }) {
  const { t } = useI18n()
  if (goals.length === 0) return null
  return (
    <section className="report__section" aria-labelledby="report-goals">
      <h2 id="report-goals">{t('report.goals')}</h2>
      <p className="note">{t('report.goals.lead')}</p>
      <table className="report-table">
        <caption className="hidden">{t('report.goals')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('indicators.column.indicator')}</th>
            <th scope="col">{t('report.goals.way')}</th>
            <th scope="col">{t('report.goals.state')}</th>
          </tr>
        </thead>
        <tbody>
          {goals.map((goal) => (
            <GoalRow key={`${goal.code} ${goal.dataPoint}`} goal={goal} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function GoalRow({ goal }: { goal: ReportGoal }) {
  const { t, quantity, name } = useI18n()
  const { unit, progress, latest, target, targetYear, benchmark, source } = goal
  const dated = (at: { value: number | null; period: string } | null | undefined): string =>
    at === null || at === undefined || at.value === null
      ? t('report.goals.unknown')
      : t('report.goals.at', { value: quantity(at.value, unit), period: at.period })
  return (
    <tr>
      <th scope="row">
        {goal.name} <span className="report-table__code">{goal.code}</span>
      </th>
      <td>
        {target !== null &&
          (progress?.baseline || latest
            ? t('report.goals.steps', {
                baseline: dated(progress?.baseline),
                latest: dated(latest),
                target: dated({ value: target, period: String(targetYear) }),
              })
            : t('goal.shown', { target: quantity(target, unit), year: String(targetYear) }))}{' '}
        {benchmark !== null && t('report.goals.benchmark', { benchmark: quantity(benchmark, unit) })}{' '}
        {source && <span className="note">{source}</span>}
      </td>
      <td>
        {progress && (
          <>
            {progress.share !== null && <Way share={progress.share} expected={progress.expected} />}
            <strong>{name('progress', progress.status)}</strong>{' '}
          </>
        )}
        <Trend goal={goal} />
      </td>
    </tr>
  )
}

/** A bar for the eye; the words beside it say the same. */
function Way({ share, expected }: { share: number; expected: number | null }) {
  const { t, percent } = useI18n()
  const width = (part: number): string => `${100 * Math.min(1, Math.max(0, part))}%`
  return (
    <>
      <span className="ladder" aria-hidden="true">
        <span className="ladder__fill" style={{ inlineSize: width(share) }} />
        {expected !== null && (
          <span className="ladder__mark ladder__mark--guideline" style={{ insetInlineStart: width(expected) }} />
        )}
      </span>
      {expected === null
        ? t('report.goals.share', { share: percent(share) })
        : t('report.goals.shareOf', { share: percent(share), expected: percent(expected) })}{' '}
    </>
  )
}

function Trend({ goal: { trend, unit } }: { goal: ReportGoal }) {
  const { t, quantity } = useI18n()
  if (!trend) return null
  const [low, high] = trend.slopeInterval ?? [trend.slope, trend.slope]
  return (
    <span className="note">
      {t(`history.trend.${trend.direction}`, {
        slope: quantity(trend.slope, unit),
        low: quantity(low, unit),
        high: quantity(high, unit),
      })}
    </span>
  )
}
