import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import { observationsQuery } from '../../http/queries.ts'
import { useI18n } from '../../i18n/formatters.ts'
import { useNow } from '../../live/use-live.ts'
import { dayOf, endOfDay } from '../../state/local-day.ts'
import { useTheme } from '../../state/theme.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { RANGES } from '../../state/view-state.ts'
import { Chips } from '../../ui/chips.tsx'
import { DayChoice } from '../../ui/day-choice.tsx'
import { Picture } from '../../ui/picture/picture.tsx'
import { Problem } from '../../ui/problem.tsx'
import type { Datastream } from '../layer-model/model.ts'
import { drawnRange } from './drawn-range.ts'
import { type Series, seriesOf, summarise, windowOf } from './series.ts'
import { SeriesTable } from './series-table.tsx'
import './series-chart.css'
import './series.css'

const SeriesChart = lazy(() => import('./series-chart.tsx'))

/** The series of one Datastream: chart, the same in a sentence, and the same as a table. */
export function SeriesPanel({ datastream }: { datastream: Datastream }) {
  const [{ range, day }, change] = useViewState()
  const { t, property, unit, timeZone } = useI18n()
  const scheme = useTheme()
  const [table, setTable] = useState(false)
  const [whole, setWhole] = useState(false)
  const now = useNow(60_000)
  const today = dayOf(now, timeZone)
  const query = useMemo(
    () => windowOf(range, now, day === null ? undefined : endOfDay(day, timeZone)),
    [range, now, day, timeZone],
  )
  const answer = useQuery(observationsQuery(datastream.id, query))
  const series = useMemo(() => (answer.data ? seriesOf(answer.data) : null), [answer.data])
  const drawn = useMemo(() => series && drawnRange(series), [series]) ?? undefined
  return (
    <section className="series" aria-label={t('series.name', { property: property(datastream.property) })}>
      <Chips
        label={t('series.range')}
        labelHidden
        chips={RANGES.map((id) => ({ id, label: t(`series.range.${id}`) }))}
        value={range}
        onChange={(value) => change({ range: RANGES.find((item) => item === value) ?? '24h' }, 'replace')}
      />
      <DayChoice
        label={t('day.last')}
        value={day ?? today}
        onChange={(value) => change({ day: value === today ? null : value }, 'replace')}
      />
      {day !== null && (
        <Button className="button button--small" onPress={() => change({ day: null }, 'replace')}>
          {t('day.today')}
        </Button>
      )}
      {series && !series.points.some(({ value }) => value !== null) && datastream.latest && (
        <LastValues at={datastream.latest.time} />
      )}
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {series && (
        <>
          <p className="series__title">
            {t(`series.statistic.${series.statistic}`, { property: property(datastream.property) })}
            <span className="note"> {[unit(datastream.unit), timeZone].filter(Boolean).join(' · ')}</span>
          </p>
          <Suspense fallback={<div className="chart" />}>
            <Picture canvas name={`${property(datastream.property)} ${datastream.id}`}>
              <SeriesChart series={series} scheme={scheme} unit={datastream.unit} drawn={whole ? undefined : drawn} />
            </Picture>
          </Suspense>
          {drawn && drawn.outside > 0 && (
            <p className="note">
              {t('series.outside', { n: drawn.outside })}{' '}
              <Button className="link" onPress={() => setWhole(!whole)}>
                {t(whole ? 'series.outside.usual' : 'series.outside.all')}
              </Button>
            </p>
          )}
          <p className="note">{t('series.pin')}</p>
          <SeriesSummary series={series} unit={datastream.unit} truncated={Boolean(answer.data?.next)} />
          <Button className="button button--small" aria-expanded={table} onPress={() => setTable(!table)}>
            {t(table ? 'series.table.hide' : 'series.table.show')}
          </Button>
          {table && <SeriesTable series={series} unit={datastream.unit} />}
        </>
      )}
    </section>
  )
}

/** Imported history ends in the past: from a chart without values it is one step away. */
function LastValues({ at }: { at: string }) {
  const [, change] = useViewState()
  const { t, date, timeZone } = useI18n()
  return (
    <Button
      className="button button--small"
      onPress={() => change({ day: dayOf(Date.parse(at), timeZone), range: '30d' }, 'replace')}
    >
      {t('series.last', { date: date(at) })}
    </Button>
  )
}

function summaryKey({ statistic, average }: Series) {
  if (statistic === 'total') return 'series.summary.total' as const
  if (average === 'vector') return 'series.summary.direction' as const
  return average === 'maximum' ? ('series.summary.maximum' as const) : ('series.summary' as const)
}

type SummaryProps = { series: Series; unit: string; truncated: boolean }

function SeriesSummary({ series, unit, truncated }: SummaryProps) {
  const { t, quantity, percent } = useI18n()
  const summary = summarise(series)
  if (!summary) return <p className="note">{t('series.empty')}</p>
  const middle = series.statistic === 'total' ? summary.sum : summary.mean
  const values = {
    count: summary.n,
    mean: middle === null ? t('none') : quantity(middle, unit),
    min: quantity(summary.min, unit),
    max: quantity(summary.max, unit),
  }
  return (
    <p className="note series__summary">
      {t(summaryKey(series), values)}
      {summary.capture !== null && ` ${t('series.capture', { share: percent(summary.capture) })}`}
      {summary.suspect > 0 && ` ${t('series.suspect', { n: summary.suspect })}`}
      {truncated && ` ${t('series.truncated')}`}
    </p>
  )
}
