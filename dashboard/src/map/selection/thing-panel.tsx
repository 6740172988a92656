import { Button } from 'react-aria-components'
import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { censoredByName } from '#model/observation/censored.ts'
import { AcuteNotes } from '../../air-quality/acute-notes.tsx'
import { AirIndexPanel } from '../../air-quality/air-index-panel.tsx'
import { LimitsPanel } from '../../air-quality/limits-panel.tsx'
import { WhoPanel } from '../../air-quality/who-panel.tsx'
import { useI18n } from '../../i18n/formatters.ts'
import { offlineSince } from '../../live/offline.ts'
import { useLatest } from '../../live/use-latest.ts'
import { useNow } from '../../live/use-live.ts'
import { type SeriesRef, withoutSeries } from '../../state/series-address.ts'
import { useViewState } from '../../state/use-view-state.ts'
import type { Datastream } from '../layer-model/model.ts'
import { trustOf } from '../layer-model/things.ts'
import { SeriesPanel } from '../series/series-panel.tsx'
import { isStreamOf, refOf } from '../series/shown-series.ts'
import './thing-panel.css'

type ThingPanelProps = {
  readonly thing: ThingFeature
  readonly zones: ZoneFeatures
  /** of the city: their series can be compared with this one's */
  readonly things: readonly ThingFeature[]
  /** properties that the layer shows, to begin with */
  readonly shown: readonly string[]
  readonly onSelect: (id: string | null) => void
}

/** A Thing: what it measures now and how far to trust it, its series, its index, and what it is. */
export function ThingPanel({ thing, zones, things, shown, onSelect }: ThingPanelProps) {
  const { t, name } = useI18n()
  const { properties } = thing
  const [{ series }, change] = useViewState()
  const isShown = ({ property }: Datastream): boolean => shown.includes(property)
  const streams = properties.datastreams.toSorted((a, b) => Number(isShown(b)) - Number(isShown(a)))
  const origin = properties.simulated ? 'simulated' : properties.verified ? null : 'unconfirmed'
  const [own, ...added] = series
  const stream = (own && streams.find((one) => isStreamOf(own, one))) ?? mainStream(thing, shown)
  const choose = (ref: SeriesRef): void => change({ series: [ref, ...withoutSeries(added, ref)] }, 'replace')
  return (
    <article>
      <p className="eyebrow">{name('kind', properties.kind)}</p>
      <h2 className="selection__title">{properties.name}</h2>
      <Offline thing={thing} />
      {origin && <p className="badge badge--inline">{t(`origin.${origin}`)}</p>}
      <h3 className="selection__heading">{t('thing.latest')}</h3>
      {streams.length === 0 && <p className="note">{t('thing.noDatastream')}</p>}
      <ul className="streams">
        {streams.map((datastream) => (
          <li key={datastream.id}>
            <StreamButton
              datastream={datastream}
              interval={datastream.expectedIntervalSeconds ?? properties.expectedIntervalSeconds}
              active={datastream.id === stream?.id}
              onPress={() => choose(refOf(thing, datastream))}
            />
          </li>
        ))}
      </ul>
      {stream && <SeriesPanel key={stream.id} {...{ thing, things }} datastream={stream} />}
      <AcuteNotes thing={thing} now={useNow(5000)} />
      {properties.airIndex && <AirIndexPanel index={properties.airIndex} />}
      {properties.airIndex && <WhoPanel level="thing" placeKey={properties.key} />}
      {properties.airIndex && <LimitsPanel level="thing" placeKey={properties.key} />}
      <h3 className="selection__heading">{t('thing.about')}</h3>
      <ThingFacts thing={thing} zones={zones} onSelect={onSelect} />
    </article>
  )
}

/** Said by itself, or by its broker or gateway: shown at once, and not only when its values are old. */
function Offline({ thing }: { readonly thing: ThingFeature }) {
  const { t, dateTime } = useI18n()
  const since = offlineSince(thing, useLatest())
  return (
    <p role="status" className={since === null ? undefined : 'thing-offline'}>
      {since !== null && t('thing.offline', { at: dateTime(since) })}
    </p>
  )
}

type StreamProps = { datastream: Datastream; interval: number | null; active: boolean; onPress: () => void }

function StreamButton({ datastream, interval, active, onPress }: StreamProps) {
  const { t, name, property, quantity, age } = useI18n()
  const now = useNow(5000)
  const latest = useLatest()(datastream)
  const trust = trustOf(latest, interval, now)
  const reasons = [
    ...(trust === 'stale' ? [t('trust.stale')] : []),
    ...(latest?.reasons ?? []).map((reason) => name('reason', reason)),
  ]
  const label = [property(datastream.property), datastream.channel].filter(Boolean).join(' · ')
  const latestText = (): string => {
    const censored = latest && censoredByName(latest, datastream)
    if (!latest || censored?.limit == null) return quantity(latest?.result ?? 0, datastream.unit)
    return t(`value.${censored.bound}`, { value: quantity(censored.limit, datastream.unit) })
  }
  return (
    <Button className={`stream stream--${trust}`} aria-pressed={active} onPress={onPress}>
      <span className="stream__name">{label}</span>
      <span className="stream__state">
        {latest
          ? t('thing.state', {
              quality: name('quality', String(latest.quality)),
              age: age(latest.time, Math.max(now, latest.time)),
            })
          : t('hint.noValue')}
      </span>
      <span className="stream__value">{latest ? latestText() : t('none')}</span>
      {reasons.length > 0 && <span className="stream__why">{reasons.join(', ')}</span>}
    </Button>
  )
}

function ThingFacts({ thing: { properties, geometry }, zones, onSelect }: Omit<ThingPanelProps, 'shown' | 'things'>) {
  const { t, name, span, number } = useI18n()
  const zone = zones.features.find((feature) => feature.properties.key === properties.zone)?.properties
  const { expectedIntervalSeconds: interval } = properties
  const place = geometry?.type === 'Point' ? geometry.coordinates : null
  const facts: [string, string][] = [
    [t('thing.key'), properties.key],
    [t('thing.domain'), name('layer', properties.domain)],
    [t('thing.grade'), name('grade', properties.grade)],
    [t('thing.verified'), t(properties.verified ? 'yes' : 'no')],
    [t('thing.interval'), interval === null ? t('thing.interval.none') : span(interval)],
    ...(place ? [[t('thing.place'), `${place[1].toFixed(5)}, ${place[0].toFixed(5)}`] as [string, string]] : []),
    ...Object.entries(properties.attributes).map(([key, value]): [string, string] => [
      name('attribute', key),
      typeof value === 'number' ? number(value) : typeof value === 'boolean' ? t(value ? 'yes' : 'no') : value,
    ]),
  ]
  return (
    <dl className="facts">
      {facts.map(([term, text]) => (
        <div key={term} className="facts__row">
          <dt>{term}</dt>
          <dd>{text}</dd>
        </div>
      ))}
      {zone && (
        <div className="facts__row">
          <dt>{t('column.zone')}</dt>
          <dd>
            <Button className="link" onPress={() => onSelect(`zone:${zone.key}`)}>
              {zone.name}
            </Button>
          </dd>
        </div>
      )}
    </dl>
  )
}

// where the layer does not say: the properties to show first, kind by kind
const FIRST = ['pm2_5', 'active_power', 'travel_time', 'vehicle_count', 'bicycle_count', 'bikes_available', 'clients']

function mainStream({ properties }: ThingFeature, shown: readonly string[]): Datastream | undefined {
  const { datastreams, airIndex } = properties
  const preferred = [...shown, airIndex?.us?.pollutant, ...FIRST]
  const found = preferred.flatMap((name) => datastreams.filter(({ property }) => property === name))
  return found[0] ?? datastreams[0]
}
