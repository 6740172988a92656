import type { Formatters } from '../../i18n/formatters.ts'
import { readingAt } from './reading.ts'
import { type SeriesPoint, summarise } from './series.ts'
import type { ChosenSeries, ShownSeries } from './shown-series.ts'

/** "Harbour station · PM2.5", and the channel where there is one. */
export const nameOf = ({ thing, ref }: Pick<ChosenSeries, 'thing' | 'ref'>, { property }: Formatters): string =>
  [thing.properties.name, property(ref.property), ref.channel].filter(Boolean).join(' · ')

/** The value as it may be shown: a limit with its sign, a bucket with its range. */
export function valueText(point: SeriesPoint | null, unit: string, i18n: Formatters): string {
  const { t, quantity } = i18n
  if (!point || point.value === null) return t('none')
  const { limit, min, max } = point
  const value =
    limit?.limit == null
      ? quantity(point.value, unit)
      : t(`value.${limit.bound}`, { value: quantity(limit.limit, unit) })
  if (min === null || max === null) return value
  const bound = isScaled([point.value, min, max], unit, i18n)
    ? (one: number) => quantity(one, unit)
    : (one: number) => i18n.number(one)
  return t('series.readout', { value, low: bound(min), high: bound(max) })
}

/** Whether one of the numbers is written with another unit, as 145,000 W is 145 kW: then each needs its own. */
const isScaled = (values: readonly number[], unit: string, { quantity, number }: Formatters): boolean =>
  values.some((value) => !quantity(value, unit).includes(number(value)))

/** Of a single value its flag and why; of a bucket how many values it rests on, and what is suspect of them. */
export function qualityText(point: SeriesPoint | null, i18n: Formatters): string {
  if (!point) return i18n.t('series.nothing')
  const { name, t, percent } = i18n
  if (point.quality !== null)
    return [name('quality', String(point.quality)), ...point.reasons.map((reason) => name('reason', reason))].join(', ')
  return [
    t('series.rests', { n: point.n }),
    ...(point.capture === null ? [] : [t('series.capture.of', { share: percent(point.capture) })]),
    ...(point.suspect ? [doubtText(point, i18n)] : []),
  ].join(', ')
}

/** What is suspect of a point. */
export function doubtText({ suspects }: SeriesPoint, { t, number }: Formatters): string {
  if (!suspects) return t('trust.suspect')
  const { n, mean, counted } = suspects
  if (counted > 0 && mean !== null) return t('series.suspects.counted', { n: counted, mean: number(mean) })
  return mean === null ? t('series.suspects', { n }) : t('series.suspects.mean', { n, mean: number(mean) })
}

/** Where the time of a value is not that of the readout: when it was measured, or when its bucket begins. */
export function timeText(point: SeriesPoint | null, at: number, { t, dateTime }: Formatters): string {
  if (!point) return ''
  const time = dateTime(point.time * 1000)
  if (time === dateTime(at * 1000)) return ''
  return t(point.quality === null ? 'series.from' : 'series.measured', { time })
}

/** What the chart shows at an instant, in a sentence for each series. */
export function readoutText(shown: readonly ShownSeries[], at: number, i18n: Formatters): string {
  const isAlone = shown.length === 1
  const values = shown.map((one) => {
    const point = readingAt(one.series, at)
    const { unit } = one.datastream
    const parts = [valueText(point, unit, i18n), qualityText(point, i18n), timeText(point, at, i18n)]
    return `${isAlone ? '' : `${one.style.letter} ${nameOf(one, i18n)}: `}${parts.filter(Boolean).join(', ')}`
  })
  return [instantText(at, i18n), ...values].join('. ')
}

export const instantText = (at: number, { t, dateTime, timeZone }: Formatters): string =>
  t('series.at', { time: dateTime(at * 1000), zone: timeZone })

/** The chart in words. */
export function chartText(shown: readonly ShownSeries[], i18n: Formatters): string {
  const texts = shown.map((one) => lineText(one, i18n))
  if (shown.length === 1) return texts[0] ?? ''
  const named = shown.map((one, index) => `${one.style.letter} ${nameOf(one, i18n)}: ${texts[index]}`)
  return [i18n.t('series.several', { n: shown.length }), ...named].join('. ')
}

function lineText({ series, datastream: { unit } }: ShownSeries, { t, quantity }: Formatters): string {
  const summary = summarise(series)
  if (!summary) return t('series.empty')
  return t(series.average === 'vector' ? 'series.chart.direction' : 'series.chart', {
    n: series.points.length,
    min: quantity(summary.min, unit),
    max: quantity(summary.max, unit),
    last: quantity(summary.last, unit),
  })
}
