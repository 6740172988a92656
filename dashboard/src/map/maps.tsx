import { type CSSProperties, lazy, type RefObject, useEffect, useRef, useState } from 'react'
import type { Formatters } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import type { CityMapProps } from './canvas/city-map.tsx'
import { MiniKey } from './controls/legend-grid.tsx'
import { type LayerModel, type Legend, type Marks, NO_MARKS } from './layer-model/model.ts'
import { SwipeHandle } from './playback/swipe-handle.tsx'
import type { AtMoment } from './playback/use-moments.ts'
import './map-view.css'

const CityMap = lazy(() => import('./canvas/city-map.tsx'))

export type OneMap = {
  readonly id: 'a' | 'b' | 'only' | 'other'
  /** tells it from the other, where there are two */
  readonly name?: string
  readonly caption?: string
  readonly marks: Marks
  readonly legend: Legend | null
}

/** One map of the layer, or the two that it shows next to each other. */
export function mapsOf(model: LayerModel | null, { t }: Pick<Formatters, 't'>): OneMap[] {
  if (!model?.sideBySide) return [{ id: 'only', ...partsOf(model) }]
  const [a, b] = model.sideBySide
  const map = (id: 'a' | 'b', one: LayerModel): OneMap => {
    const name = t(`compare.${id}`)
    return { id, name, caption: t('compare.caption', { name, title: one.legend.title }), ...partsOf(one) }
  }
  return [map('a', a), map('b', b)]
}

/** The layer at two moments, of which each map and each legend names its own. */
export function mapsOfMoments([first, second]: readonly [AtMoment, AtMoment], { t }: Pick<Formatters, 't'>): OneMap[] {
  const map = (id: 'only' | 'other', { model, moment }: AtMoment): OneMap => {
    const { marks, legend } = partsOf(model)
    const title = t('playback.column', { column: legend?.title ?? '', moment })
    return { id, name: moment, caption: moment, marks, legend: legend && { ...legend, title } }
  }
  return [map('only', first), map('other', second)]
}

const partsOf = (model: LayerModel | null) => ({ marks: model?.marks ?? NO_MARKS, legend: model?.legend ?? null })

type MapsProps = Omit<CityMapProps, 'name' | 'marks' | 'title' | 'camera'> & { readonly maps: readonly OneMap[] }

/** Maps that move together: the address holds the one camera. */
export function Maps({ maps, ...shared }: MapsProps) {
  const [{ camera }] = useViewState()
  const ref = useRef<HTMLDivElement>(null)
  const [divider, setDivider] = useState(50)
  usePrintSize(ref)
  const isSwiped = maps.some(({ id }) => id === 'other')
  const layout = isSwiped ? ' map-view__maps--swiped' : maps.length > 1 ? ' map-view__maps--two' : ''
  return (
    <div ref={ref} className={`map-view__maps${layout}`} style={{ '--divider': divider } as CSSProperties}>
      {maps.map(({ id, name, caption, marks, legend }) => (
        <figure key={id} className="map-view__one">
          {caption !== undefined && <figcaption>{caption}</figcaption>}
          {legend?.grid && <MiniKey colours={legend.grid.colours} />}
          <CityMap
            {...shared}
            {...(name !== undefined && { name })}
            camera={camera}
            marks={marks}
            title={legend?.title ?? ''}
          />
        </figure>
      ))}
      {isSwiped && <SwipeHandle value={divider} onChange={setDivider} />}
    </div>
  )
}

/** px next to the legend on A4 and US Letter, upright */
const PRINT_WIDTH = 480

/** A map cannot draw itself again while it is printed: it keeps its size and is scaled to the paper. */
function usePrintSize(ref: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const measure = () => {
      const { clientWidth = 0, clientHeight = 0, style } = ref.current ?? {}
      style?.setProperty('--print-width', `${clientWidth}px`)
      style?.setProperty('--print-height', `${clientHeight}px`)
      style?.setProperty('--print-zoom', String(Math.min(1, PRINT_WIDTH / clientWidth)))
    }
    window.addEventListener('beforeprint', measure)
    return () => window.removeEventListener('beforeprint', measure)
  }, [ref])
}
