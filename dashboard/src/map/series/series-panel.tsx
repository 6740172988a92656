import { useCallback, useMemo, useState } from 'react'
import { Button } from 'react-aria-components'
import type { ThingFeature } from '#model/api/city.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import { useNow } from '../../live/use-live.ts'
import { endOfDay } from '../../state/local-day.ts'
import {
  formatRef,
  refsOf,
  type SeriesRef,
  type Within,
  withinOf,
  withoutSeries,
  withSeries,
} from '../../state/series-address.ts'
import { useViewState } from '../../state/use-view-state.ts'
import { Problem } from '../../ui/problem.tsx'
import { FileButtons } from '../../ui/table/file-buttons.tsx'
import type { Datastream } from '../layer-model/model.ts'
import { ChartWithReadout } from './chart-with-readout.tsx'
import { rangesOf } from './drawn-range.ts'
import { LastValues, PeriodChoice, WithinNote } from './period-choice.tsx'
import { nameOf } from './reading-text.ts'
import { windowOf, windowWithin } from './series.ts'
import { linesOf, sourcesOf } from './series-file.ts'
import { SeriesPicker } from './series-picker.tsx'
import { SeriesSummary } from './series-summary.tsx'
import { SeriesTable } from './series-table.tsx'
import { type Choice, type ChosenSeries, choiceOf, refOf, type ShownSeries } from './shown-series.ts'
import { useSeries } from './use-series.ts'
import './series-chart.css'
import './series.css'

type SeriesPanelProps = {
  readonly thing: ThingFeature
  readonly datastream: Datastream
  /** whose series can be added */
  readonly things: readonly ThingFeature[]
}

/** The series of one Datastream and of those that were added to it: chart, the same in sentences, and the same as a table. */
export function SeriesPanel({ thing, datastream, things }: SeriesPanelProps) {
  const [{ range, day, within, series: chosen }, change] = useViewState()
  const { t, property, timeZone } = useI18n()
  const now = useNow(60_000)
  const places = useMemo(() => (chosen.length > 0 ? chosen : [refOf(thing, datastream)]), [chosen, thing, datastream])
  const refs = useMemo(() => refsOf(places), [places])
  const choice = useMemo(() => choiceOf(places, things), [places, things])
  const window = useMemo(
    () => windowOf(range, now, day === null ? undefined : endOfDay(day, timeZone)),
    [range, now, day, timeZone],
  )
  const state = useSeries(choice.drawn, (one) =>
    within ? windowWithin(within, { now, intervalSeconds: intervalOf(one) }) : window,
  )
  const remove = useCallback((ref: SeriesRef) => change({ series: withoutSeries(places, ref) }), [change, places])
  const { shown } = state
  const hasValues = shown.some(({ series }) => series.points.some(({ value }) => value !== null))
  return (
    <section
      className="series"
      aria-label={t('series.name', { property: property(datastream.property) })}
      aria-busy={state.loading}
    >
      <PeriodChoice />
      {within && <WithinNote within={within} />}
      {shown.length > 0 && !hasValues && datastream.latest && <LastValues at={datastream.latest.time} />}
      {state.error && <Problem error={state.error} retry={state.retry} />}
      {shown.length > 0 && <Chart {...{ shown, within }} onRemove={remove} />}
      <NotDrawn choice={choice} onRemove={remove} />
      <SeriesPicker
        {...{ things, refs }}
        units={unitsOf(choice)}
        onAdd={(ref) => change({ series: withSeries(places, ref) })}
      />
      {shown.length > 0 && <Values shown={shown} />}
    </section>
  )
}

const intervalOf = ({ datastream, thing }: ChosenSeries): number | null =>
  datastream.expectedIntervalSeconds ?? thing.properties.expectedIntervalSeconds

const unitsOf = ({ drawn }: Choice): string[] => [...new Set(drawn.map(({ datastream }) => datastream.unit))]

type ChartProps = {
  readonly shown: readonly ShownSeries[]
  readonly within: Within | null
  readonly onRemove: (ref: SeriesRef) => void
}

function Chart({ shown, within, onRemove }: ChartProps) {
  const [, change] = useViewState()
  const i18n = useI18n()
  const { t } = i18n
  const [whole, setWhole] = useState(false)
  const usual = useMemo(() => rangesOf(shown), [shown])
  const outside = (usual.y?.outside ?? 0) + (usual.y2?.outside ?? 0)
  const [alone] = shown.length === 1 ? shown : []
  const { from = null, to = null } = within ?? {}
  // the address is read anew whenever the map moves; the chart stays
  const window = useMemo(() => (from === null || to === null ? null : ([from / 1000, to / 1000] as const)), [from, to])
  const select = useCallback(
    (from: number, to: number) => change({ within: withinOf(from * 1000, to * 1000) }),
    [change],
  )
  return (
    <>
      <p className="series__title">
        {titleOf(shown, i18n)}
        <span className="note">
          {' '}
          {[alone && i18n.unit(alone.datastream.unit), i18n.timeZone].filter(Boolean).join(' · ')}
        </span>
      </p>
      {!alone && <Units shown={shown} />}
      <ChartWithReadout
        {...{ shown, window, onRemove }}
        ranges={whole ? ALL : usual}
        name={fileNameOf(shown, i18n)}
        onPeriod={select}
      />
      {outside > 0 && (
        <p className="note">
          {t('series.outside', { n: outside })}{' '}
          <Button className="link" onPress={() => setWhole(!whole)}>
            {t(whole ? 'series.outside.usual' : 'series.outside.all')}
          </Button>
        </p>
      )}
      {alone && <SeriesSummary shown={alone} />}
    </>
  )
}

const ALL = {}

function titleOf(shown: readonly ShownSeries[], { t, property }: Formatters): string {
  const [first] = shown
  if (shown.length !== 1 || !first) return t('series.several', { n: shown.length })
  return t(`series.statistic.${first.series.statistic}`, { property: property(first.ref.property) })
}

const fileNameOf = (shown: readonly ShownSeries[], { property }: Formatters): string =>
  shown.map(({ ref, datastream }) => `${property(ref.property)} ${datastream.id}`).join(' ')

/** What each axis is of, above it, with the letters of its series: on the sides of the chart, which is not mirrored. */
function Units({ shown }: { shown: readonly ShownSeries[] }) {
  const { unit } = useI18n()
  const of = (axis: ShownSeries['axis']): string => {
    const mine = shown.filter((one) => one.axis === axis)
    const [first] = mine
    return first ? `${unit(first.datastream.unit)} (${mine.map(({ style }) => style.letter).join(', ')})` : ''
  }
  return (
    <p className="series__units note" dir="ltr">
      <span>{of('y')}</span>
      <span>{of('y2')}</span>
    </p>
  )
}

type NotDrawnProps = { readonly choice: Choice; readonly onRemove: (ref: SeriesRef) => void }

/** What the address names and the chart cannot show, and why. */
function NotDrawn({ choice, onRemove }: NotDrawnProps) {
  const i18n = useI18n()
  const { t, unit } = i18n
  const reasons = [
    ...choice.withoutAxis.map((one) => {
      const name = nameOf(one, i18n)
      return { ref: one.ref, name, text: t('series.noAxis', { name, unit: unit(one.datastream.unit) }) }
    }),
    ...choice.unknown.map((ref) => ({
      ref,
      name: formatRef(ref),
      text: t('series.unknown', { name: formatRef(ref) }),
    })),
  ]
  return reasons.map(({ ref, name, text }) => (
    <p key={formatRef(ref)} className="note">
      {text}{' '}
      <Button className="link" aria-label={t('series.remove', { name })} onPress={() => onRemove(ref)}>
        {t('series.remove.short')}
      </Button>
    </p>
  ))
}

function Values({ shown }: { shown: readonly ShownSeries[] }) {
  const i18n = useI18n()
  const { t } = i18n
  const [table, setTable] = useState(false)
  return (
    <>
      <div className="series__values">
        <Button className="button button--small" aria-expanded={table} onPress={() => setTable(!table)}>
          {t(table ? 'series.table.hide' : 'series.table.show')}
        </Button>
        <FileButtons
          name={fileNameOf(shown, i18n)}
          title={t('series.table')}
          lines={() => linesOf(shown, i18n)}
          sources={() => sourcesOf(shown, i18n)}
        />
      </div>
      {table && <SeriesTable shown={shown} />}
    </>
  )
}
