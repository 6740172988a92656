import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from 'react-aria-components'
import type { SeriesResponse } from '#model/api/indicators.ts'
import type { DataPointValue } from '#model/indicators/catalogue/schema.ts'
import { type Formatters, useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import { Loading } from '../ui/loading.tsx'
import { Picture } from '../ui/picture/picture.tsx'
import { Problem } from '../ui/problem.tsx'
import { GoalForm } from './goal-form.tsx'
import { seriesQuery } from './goal-queries.ts'
import { HistoryChart } from './history-chart.tsx'
import { HistoryTable } from './history-table.tsx'
import './history.css'

/** One data point over time: values, trend, significant change and progress towards the city's target. */
export function IndicatorHistory({ code, value }: { code: string; value: DataPointValue }) {
  const [{ period }] = useViewState()
  const i18n = useI18n()
  const { t, timeZone } = i18n
  const [setting, setSetting] = useState(false)
  const answer = useQuery(seriesQuery(code, value.dataPoint, period, new Date(), timeZone))
  const { data } = answer
  const known = data?.values.filter((one) => one.value !== null) ?? []
  return (
    <section>
      <div className="history__head">
        <h3 className="selection__heading">{t('history.title')}</h3>
        <Button className="button" onPress={() => setSetting(true)}>
          {t(value.own ? 'goal.change' : 'goal.set')}
        </Button>
      </div>
      {answer.isLoading && <Loading />}
      {answer.error && <Problem error={answer.error} retry={answer.refetch} />}
      {data && known.length === 0 && <p className="note">{t('history.none')}</p>}
      {data && known.length > 0 && (
        <>
          <Picture name={value.name}>
            <HistoryChart series={data} label={t('history.chart', { name: value.name })} show={i18n.number} />
          </Picture>
          {sentences(data, i18n).map((sentence) => (
            <p key={sentence} className="history__sentence">
              {sentence}
            </p>
          ))}
          <HistoryTable series={data} name={value.name} />
        </>
      )}
      {setting && <GoalForm code={code} value={value} onClose={() => setSetting(false)} />}
    </section>
  )
}

/** The findings of the chart as sentences, as far as the data supports them. */
function sentences({ unit, trend, comparison, progress }: SeriesResponse, i18n: Formatters): string[] {
  const { t, quantity, name, percent } = i18n
  const said: string[] = []
  if (progress) {
    const { share, target, targetYear, baseline, status } = progress
    said.push(
      t('history.progress', {
        status: name('progress', status),
        target: quantity(target, unit),
        year: String(targetYear),
        way:
          share === null || !baseline
            ? ''
            : t('history.way', {
                share: percent(share),
                value: quantity(baseline.value, unit),
                period: baseline.period,
              }),
      }),
    )
  }
  if (trend) {
    const [low, high] = trend.slopeInterval ?? [trend.slope, trend.slope]
    said.push(
      t(`history.trend.${trend.direction}`, {
        slope: quantity(trend.slope, unit),
        low: quantity(low, unit),
        high: quantity(high, unit),
      }),
    )
    if (trend.projection) {
      const { year, value, interval } = trend.projection
      const [from, to] = interval ?? [value, value]
      said.push(
        t('history.projection', {
          year: String(year),
          value: quantity(value, unit),
          low: quantity(from, unit),
          high: quantity(to, unit),
        }),
      )
    }
  }
  if (comparison) {
    const { change, from, to, toldApart, paired } = comparison
    const verdict = toldApart === null ? 'unknown' : toldApart ? 'apart' : 'within'
    said.push(t(`history.change.${verdict}`, { change: quantity(change, unit), from, to }))
    if (paired) said.push(t('history.change.paired'))
  }
  return said
}
