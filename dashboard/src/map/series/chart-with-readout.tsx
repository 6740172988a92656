import { lazy, Suspense, useCallback, useId, useMemo, useReducer } from 'react'
import { Button } from 'react-aria-components'
import { useI18n } from '../../i18n/formatters.ts'
import type { SeriesRef } from '../../state/series-address.ts'
import { useTheme } from '../../state/theme.ts'
import { Picture } from '../../ui/picture/picture.tsx'
import { moveCursor, NO_CURSOR, selectedBy } from './chart-cursor.ts'
import type { Drawing } from './chart-options.ts'
import { captionOf } from './picture-caption.ts'
import { instantText, readoutText } from './reading-text.ts'
import { SeriesLegend } from './series-legend.tsx'
import type { ShownSeries } from './shown-series.ts'
import './series-chart.css'
import './series.css'

const SeriesChart = lazy(() => import('./series-chart.tsx'))

type Props = Pick<Drawing, 'ranges' | 'window'> & {
  readonly shown: readonly ShownSeries[]
  /** name of the picture */
  readonly name: string
  readonly onPeriod: (from: number, to: number) => void
  readonly onRemove: (ref: SeriesRef) => void
}

/** The chart, and below it what it shows at the instant that is pointed at or pinned, else at its end. */
export function ChartWithReadout({ shown, ranges, window, name, onPeriod, onRemove }: Props) {
  const i18n = useI18n()
  const { t, dateTimes } = i18n
  const scheme = useTheme()
  const keys = useId()
  const [cursor, onCursor] = useReducer(moveCursor, NO_CURSOR)
  const end = useMemo(() => endOf(shown), [shown])
  const at = cursor.at ?? end
  const selected = selectedBy(cursor)
  const select = useCallback(
    (from: number, to: number): void => {
      onCursor({ kind: 'clear' })
      onPeriod(from, to)
    },
    [onPeriod],
  )
  return (
    <>
      <Suspense fallback={<div className="chart loading" />}>
        <Picture canvas name={name} caption={() => captionOf(shown, i18n)}>
          <SeriesChart {...{ shown, scheme, ranges, window, cursor, onCursor }} onSelect={select} describedBy={keys} />
        </Picture>
      </Suspense>
      <div className="series__readout">
        <p className="series__instant">
          {cursor.isPinned && <strong>{t('series.pinned')} </strong>}
          {instantText(at, i18n)}
        </p>
        {selected && (
          <Button className="button button--small" onPress={() => select(...selected)}>
            {t('series.show', { period: dateTimes(selected[0] * 1000, selected[1] * 1000) })}
          </Button>
        )}
        {cursor.isPinned && cursor.anchor === null && (
          <Button className="button button--small" onPress={() => onCursor({ kind: 'begin' })}>
            {t('series.begin')}
          </Button>
        )}
        {(cursor.isPinned || cursor.anchor !== null) && (
          <Button className="button button--small" onPress={() => onCursor({ kind: 'clear' })}>
            {t('series.release')}
          </Button>
        )}
      </div>
      <p role="status" className="hidden">
        {cursor.isPinned ? `${t('series.pinned')}. ${readoutText(shown, at, i18n)}` : ''}
      </p>
      <SeriesLegend shown={shown} at={at} onRemove={onRemove} />
      <p id={keys} className="note series__keys">
        {t('series.pin')}
      </p>
    </>
  )
}

/** The time of the newest value of all. */
const endOf = (shown: readonly ShownSeries[]): number =>
  shown.reduce((end, { series }) => Math.max(end, series.points.findLast(({ n }) => n > 0)?.time ?? 0), 0)
