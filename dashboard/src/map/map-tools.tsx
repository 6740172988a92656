import { useCallback } from 'react'
import { Button } from 'react-aria-components'
import type { ThingFeature, ZoneFeatures } from '#model/api/city.ts'
import { useI18n } from '../i18n/formatters.ts'
import { startPlayback } from '../state/playback-address.ts'
import { useViewState } from '../state/use-view-state.ts'
import { parseSelection } from '../state/view-state.ts'
import { Icon } from '../ui/icon.tsx'
import type { Drawing } from './area/use-drawing.ts'
import { cameraFor } from './search/camera-for.ts'
import { PlaceSearch } from './search/place-search.tsx'
import type { Place } from './search/places.ts'
import './map-tools.css'

type MapToolsProps = {
  readonly zones: ZoneFeatures | undefined
  readonly things: readonly ThingFeature[]
  readonly drawing: Drawing
}

/** What lies on the map at its start: search, table, playback, areas. */
export function MapTools({ zones, things, drawing }: MapToolsProps) {
  const [state, change] = useViewState()
  const { t } = useI18n()
  const show = useCallback(
    ({ kind, key, bounds }: Place) => {
      const map = document.querySelector('.city-map')?.getBoundingClientRect()
      const camera = map && bounds ? { camera: cameraFor(bounds, map) } : {}
      change({ select: parseSelection(`${kind}:${key}`), ...camera })
    },
    [change],
  )
  return (
    <div className="map-view__tools">
      <PlaceSearch zones={zones} things={things} onChoose={show} />
      <Button className="button" aria-pressed={state.table} onPress={() => change({ table: !state.table })}>
        <Icon name="table" />
        <span>{t(state.table ? 'table.hide' : 'table.show')}</span>
      </Button>
      {!state.playback && (
        <Button className="button" onPress={() => change({ playback: startPlayback(Date.now()) })}>
          <Icon name="history" />
          <span>{t('playback.show')}</span>
        </Button>
      )}
      <Button
        className="button"
        aria-pressed={drawing.ring !== null}
        onPress={drawing.ring ? drawing.cancel : drawing.start}
      >
        <Icon name="area" />
        <span>{t('area.draw')}</span>
      </Button>
    </div>
  )
}
