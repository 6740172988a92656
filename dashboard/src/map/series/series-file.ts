import type { Formatters } from '../../i18n/formatters.ts'
import type { SortValue } from '../../ui/table/table-model.ts'
import { nameOf } from './reading-text.ts'
import type { SeriesPoint } from './series.ts'
import { originOf, type ShownSeries } from './shown-series.ts'

/** The points that table and file have: every single value, and of buckets also those without one. */
export const tabledPoints = ({ series }: ShownSeries): readonly SeriesPoint[] =>
  series.points.filter(({ n }) => n > 0 || series.statistic !== 'raw')

/** What the page shows as the value of a point: of a limit ("<2") the limit. */
export const shownValue = ({ value, limit }: SeriesPoint): number | null => limit?.limit ?? value

const DURATIONS: Readonly<Record<number, string>> = { 3600: 'PT1H', 21600: 'PT6H', 86400: 'P1D' }

/**
 * Every value of the chart on a line of its own (tidy data: Wickham 2014), series after series; codes instead of names where
 * both exist, instants in UTC.
 */
export function linesOf(shown: readonly ShownSeries[], { t }: Formatters): SortValue[][] {
  const heading = [
    t('series.column.series'),
    t('thing.key'),
    t('column.thing'),
    t('series.column.property'),
    t('series.column.channel'),
    t('series.column.unit'),
    t('series.column.statistic'),
    t('series.column.bucket'),
    t('column.time'),
    t('series.column.raw'),
    t('series.column.limit'),
    t('column.min'),
    t('column.max'),
    t('column.n'),
    t('column.capture'),
    t('series.column.quality'),
    t('series.column.suspects'),
    t('series.column.origin'),
    t('column.grade'),
  ]
  return [heading, ...shown.flatMap((one) => tabledPoints(one).map((point) => lineOf(one, point)))]
}

function lineOf(one: ShownSeries, point: SeriesPoint): SortValue[] {
  const { style, thing, ref, datastream, series } = one
  return [
    style.letter,
    ref.thing,
    thing.properties.name,
    ref.property,
    ref.channel === '' ? null : ref.channel,
    datastream.unit,
    series.statistic,
    series.bucketSeconds === null ? null : (DURATIONS[series.bucketSeconds] ?? null),
    new Date(point.time * 1000).toISOString(),
    shownValue(point),
    point.limit?.limit == null ? null : point.limit.bound,
    point.min,
    point.max,
    point.n,
    point.capture,
    point.quality,
    point.suspects?.n ?? null,
    originOf({ thing }),
    thing.properties.grade,
  ]
}

/** For the metadata: each series by its name, and the request that gives the same values. */
export const sourcesOf = (shown: readonly ShownSeries[], i18n: Formatters): Record<string, string>[] =>
  shown.map((one) => ({
    series: one.style.letter,
    name: nameOf(one, i18n),
    unit: one.datastream.unit,
    statistic: one.series.statistic,
    origin: originOf(one),
    source: one.source,
  }))
