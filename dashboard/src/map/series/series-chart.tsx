import 'uplot/dist/uPlot.min.css'
import { useEffect, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { useI18n } from '../../i18n/formatters.ts'
import type { ColourScheme } from '../../state/view-state.ts'
import { ChartCursor, type CursorArea, type CursorProps } from './chart-cursor-area.tsx'
import { type Drawing, dataOf, optionsOf } from './chart-options.ts'
import { chartText } from './reading-text.ts'
import type { ShownSeries } from './shown-series.ts'
import './series-chart.css'

type ChartProps = Pick<Drawing, 'ranges' | 'window'> &
  CursorProps & { readonly shown: readonly ShownSeries[]; readonly scheme: ColourScheme }

/** The lines (means or single values), the band from minimum to maximum behind each, data capture as a strip under a single one. */
export default function SeriesChart({ shown, scheme, ranges, window, ...cursor }: ChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const i18n = useI18n()
  const [area, setArea] = useState<CursorArea | null>(null)
  const name = useMemo(() => chartText(shown, i18n), [shown, i18n])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the page, which `scheme` changes
  useEffect(() => {
    const element = host.current
    if (!element || shown.length === 0) return
    const options = optionsOf({ shown, ranges, window, element, i18n })
    const chart = new uPlot(options, dataOf(shown), element)
    const measure = (): void => setArea((before) => areaOf(chart, before))
    measure()
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return
      chart.setSize({ width: Math.floor(entry.contentRect.width), height: options.height })
      measure()
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
    }
  }, [shown, scheme, i18n, ranges, window])
  return (
    // a chart is not mirrored: time runs from left to right in every language
    <div className="chart" dir="ltr">
      <div ref={host} role="img" aria-label={name} className="chart__drawing" />
      {area && <ChartCursor area={area} shown={shown} {...cursor} />}
    </div>
  )
}

/** Where values are drawn, and of which time; the same object while nothing has changed. */
function areaOf({ bbox, scales }: uPlot, before: CursorArea | null): CursorArea {
  const px = (length: number): number => length / devicePixelRatio
  const area = {
    ...{ start: px(bbox.left), top: px(bbox.top), width: px(bbox.width), height: px(bbox.height) },
    ...{ from: scales.x?.min ?? 0, to: scales.x?.max ?? 1 },
  }
  const keys = Object.keys(area) as (keyof CursorArea)[]
  return before && keys.every((key) => before[key] === area[key]) ? before : area
}
