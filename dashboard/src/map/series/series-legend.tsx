import { Button } from 'react-aria-components'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import type { SeriesRef } from '../../state/series-address.ts'
import { Icon } from '../../ui/icon.tsx'
import { type LineStyle, markerPath } from './line-style.ts'
import { readingAt } from './reading.ts'
import { nameOf, qualityText, timeText, valueText } from './reading-text.ts'
import { SeriesSummary } from './series-summary.tsx'
import { originOf, type ShownSeries } from './shown-series.ts'
import './series-legend.css'

type SeriesLegendProps = {
  readonly shown: readonly ShownSeries[]
  /** seconds */
  readonly at: number
  readonly onRemove: (ref: SeriesRef) => void
}

/** Every series with its value at an instant, what that rests on, and what kind of series it is. */
export function SeriesLegend({ shown, at, onRemove }: SeriesLegendProps) {
  const i18n = useI18n()
  const isAlone = shown.length === 1
  return (
    <ul className="series-legend" aria-label={i18n.t('series.legend')}>
      {shown.map((one, index) => {
        const point = readingAt(one.series, at)
        const notes = [qualityText(point, i18n), timeText(point, at, i18n)].filter(Boolean)
        return (
          <li key={one.datastream.id} className="series-legend__row">
            {!isAlone && <Name shown={one} />}
            <p className="series-legend__value">
              <bdi>{valueText(point, one.datastream.unit, i18n)}</bdi> <span className="note">{notes.join(', ')}</span>
            </p>
            {!isAlone && <p className="note series-legend__kind">{kindText(one, i18n)}</p>}
            {!isAlone && <SeriesSummary shown={one} />}
            {!isAlone && index > 0 && (
              <Button
                className="button button--icon series-legend__remove"
                aria-label={i18n.t('series.remove', { name: nameOf(one, i18n) })}
                onPress={() => onRemove(one.ref)}
              >
                <Icon name="close" />
              </Button>
            )}
          </li>
        )
      })}
    </ul>
  )
}

function Name({ shown }: { shown: ShownSeries }) {
  const i18n = useI18n()
  return (
    <p className="series-legend__name">
      <Sample style={shown.style} />
      <span className="series-legend__letter">{shown.style.letter}</span> <bdi>{nameOf(shown, i18n)}</bdi>
    </p>
  )
}

/** A piece of the line, as the chart draws it. */
function Sample({ style: { colour, dash, marker } }: { style: LineStyle }) {
  return (
    <svg className="series-legend__sample" viewBox="0 0 36 12" width="36" height="12" aria-hidden="true">
      <g style={{ stroke: `var(${colour})`, fill: `var(${colour})` }}>
        <path d="M1 6H35" strokeWidth="2" strokeDasharray={dash.join(' ')} />
        <path d={markerPath(marker, 18, 6, 3.5)} strokeWidth="1.5" />
      </g>
    </svg>
  )
}

/** Statistic, unit and axis, origin and grade: what has to be known before two lines are compared. */
export const kindText = ({ series, datastream, axis, thing }: ShownSeries, { t, unit, name }: Formatters): string =>
  [
    t(`series.kind.${series.statistic}`),
    unit(datastream.unit),
    t(`series.axis.${axis}`),
    t(`origin.${originOf({ thing })}`),
    name('grade', thing.properties.grade),
  ]
    .filter(Boolean)
    .join(' · ')
