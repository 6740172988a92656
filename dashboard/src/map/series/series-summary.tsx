import { memo } from 'react'
import { useI18n } from '../../i18n/formatters.ts'
import { type Series, summarise } from './series.ts'
import type { ShownSeries } from './shown-series.ts'

/** A series in a sentence: how many observations, their mean and range, how complete and how doubtful they are. */
export const SeriesSummary = memo(({ shown: { series, datastream, truncated } }: { shown: ShownSeries }) => {
  const { t, quantity, percent } = useI18n()
  const { unit } = datastream
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
})

function summaryKey({ statistic, average }: Series) {
  if (statistic === 'total') return 'series.summary.total' as const
  if (average === 'vector') return 'series.summary.direction' as const
  return average === 'maximum' ? ('series.summary.maximum' as const) : ('series.summary' as const)
}
