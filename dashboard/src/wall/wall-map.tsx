import { lazy, memo, Suspense, useState } from 'react'
import type { CityResponse } from '#model/api/city.ts'
import { useI18n } from '../i18n/formatters.ts'
import type { CityMapProps } from '../map/canvas/city-map.tsx'
import { LegendPanel } from '../map/controls/legend-panel.tsx'
import { NO_MARKS } from '../map/layer-model/model.ts'
import { layerOf } from '../map/layers/index.ts'
import { LIVE, useLayer } from '../map/use-layer.ts'
import { useTheme } from '../state/theme.ts'
import { useViewState } from '../state/use-view-state.ts'
import './wall.css'

const CityMap = lazy(() => import('../map/canvas/city-map.tsx'))
const NOTHING = (): void => {}

/** The layer that the address names, with its legend; drawn on while something else is shown, and not redrawn. */
export function WallMap({ city, isShown }: { readonly city: CityResponse; readonly isShown: boolean }) {
  const [state] = useViewState()
  const { t } = useI18n()
  const scheme = useTheme()
  const layer = layerOf(state.layer)
  const measure = (layer.measures as readonly string[]).includes(state.measure) ? state.measure : layer.measures[0]
  // one layer, as it is now: from across a room several on each other cannot be distinguished
  const alone = { under: [], over: [], playback: null }
  const { model, zones } = useLayer(city, { ...state, ...alone, layer: layer.id, measure }, scheme, LIVE)
  const [drawn, setDrawn] = useState(model)
  if (isShown && drawn !== model) setDrawn(model)
  return (
    <div className="wall-map">
      <div className="wall-map__map">
        <Suspense fallback={<p className="loading">{t('app.loading')}</p>}>
          {zones && (
            <StillMap
              {...{ city, zones, scheme }}
              marks={drawn?.marks ?? NO_MARKS}
              selected={null}
              camera={state.camera}
              onCamera={NOTHING}
              onSelect={NOTHING}
            />
          )}
        </Suspense>
      </div>
      <aside className="wall-map__legend">{drawn && <LegendPanel legend={drawn.legend} />}</aside>
    </div>
  )
}

const StillMap = memo((props: CityMapProps) => <CityMap {...props} />)
