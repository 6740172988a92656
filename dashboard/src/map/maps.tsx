import { lazy, type RefObject, useEffect, useRef } from 'react'
import { useI18n } from '../i18n/formatters.ts'
import { useViewState } from '../state/use-view-state.ts'
import type { CityMapProps } from './canvas/city-map.tsx'
import { MiniKey } from './controls/legend-grid.tsx'
import { type LayerModel, NO_MARKS } from './layer-model/model.ts'
import './map-view.css'

const CityMap = lazy(() => import('./canvas/city-map.tsx'))

export type OneMap = { readonly id: 'a' | 'b' | 'only'; readonly model: LayerModel | null }

/** One map of the layer, or the two that it shows next to each other. */
export function mapsOf(model: LayerModel | null): OneMap[] {
  if (!model?.sideBySide) return [{ id: 'only', model }]
  const [a, b] = model.sideBySide
  return [
    { id: 'a', model: a },
    { id: 'b', model: b },
  ]
}

type MapsProps = Omit<CityMapProps, 'marks' | 'title' | 'camera'> & { readonly maps: readonly OneMap[] }

/** Maps that move together: the address holds the one camera. */
export function Maps({ maps, ...shared }: MapsProps) {
  const [{ camera }] = useViewState()
  const { t } = useI18n()
  const ref = useRef<HTMLDivElement>(null)
  usePrintSize(ref)
  return (
    <div ref={ref} className={`map-view__maps${maps.length > 1 ? ' map-view__maps--two' : ''}`}>
      {maps.map(({ id, model }) => (
        <figure key={id} className="map-view__one">
          {id !== 'only' && (
            <figcaption>
              {t('compare.caption', { name: t(`compare.${id}`), title: model?.legend.title ?? '' })}
            </figcaption>
          )}
          {model?.legend.grid && <MiniKey colours={model.legend.grid.colours} />}
          <CityMap
            {...shared}
            {...(id !== 'only' && { name: t(`compare.${id}`) })}
            camera={camera}
            marks={model?.marks ?? NO_MARKS}
            title={model?.legend.title ?? ''}
          />
        </figure>
      ))}
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
