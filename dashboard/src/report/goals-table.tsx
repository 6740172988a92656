import type { ReportGoal } from '#model/api/reports.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { Table } from '../ui/table/table.tsx'
import type { TableColumn } from '../ui/table/table-model.ts'
import '../ui/table/lined-table.css'
import './report-table.css'
import './report-view.css'

/** The targets of the city, the progress towards them and the trends. Nothing where the city has set none. */
export function GoalsTable({ goals }: { goals: readonly ReportGoal[] }) {
  const i18n = useI18n()
  const { t } = i18n
  if (goals.length === 0) return null
  return (
    <section className="report__section" aria-labelledby="report-goals">
      <h2 id="report-goals">{t('report.goals')}</h2>
      <p className="note">{t('report.goals.lead')}</p>
      <Table<ReportGoal>
        caption={t('report.goals')}
        columns={columnsOf(i18n)}
        rows={goals}
        rowKey={({ code, dataPoint }) => `${code} ${dataPoint}`}
        className="lined-table report-table"
        fileName={t('report.goals')}
      />
    </section>
  )
}

function columnsOf({ t, name, unit }: Formatters): readonly TableColumn<ReportGoal>[] {
  return [
    {
      ...{ id: 'indicator', label: t('indicators.column.indicator'), value: (goal) => goal.name },
      cell: (goal) => (
        <>
          {goal.name} <span className="report-table__code">{goal.code}</span>
        </>
      ),
    },
    { id: 'code', label: t('indicators.column.code'), fileOnly: true, value: ({ code }) => code },
    { id: 'unit', label: t('fact.unit'), fileOnly: true, value: (goal) => unit(goal.unit) },
    { id: 'latest', label: t('indicators.column.value'), fileOnly: true, value: ({ latest }) => latest?.value ?? null },
    { id: 'target', label: t('goal.target'), fileOnly: true, value: ({ target }) => target },
    { id: 'targetYear', label: t('goal.targetYear'), fileOnly: true, value: ({ targetYear }) => targetYear },
    { id: 'benchmark', label: t('goal.benchmark'), fileOnly: true, value: ({ benchmark }) => benchmark },
    { id: 'steps', label: t('report.goals.way'), cell: (goal) => <Steps goal={goal} /> },
    {
      ...{ id: 'state', label: t('report.goals.state'), fileLabel: t('report.goals.file.share') },
      value: ({ progress }) => progress?.share ?? null,
      cell: (goal) => (
        <>
          {goal.progress && (
            <>
              {goal.progress.share !== null && <Way share={goal.progress.share} expected={goal.progress.expected} />}
              <strong>{name('progress', goal.progress.status)}</strong>{' '}
            </>
          )}
          <Trend goal={goal} />
        </>
      ),
    },
  ]
}

/** Baseline, latest value and target, each with its period. */
function Steps({ goal: { unit, progress, latest, target, targetYear, benchmark, source } }: { goal: ReportGoal }) {
  const { t, quantity } = useI18n()
  const dated = (step: { value: number | null; period: string } | null | undefined): string =>
    step === null || step === undefined || step.value === null
      ? t('report.goals.unknown')
      : t('report.goals.at', { value: quantity(step.value, unit), period: step.period })
  return (
    <>
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
    </>
  )
}

/** A bar, hidden from screen readers because the text after it says the same. */
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
