import 'maplibre-gl/dist/maplibre-gl.css'
import { MapLibreOverlay } from '@deck.gl/maplibre'
import { AttributionControl, Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import './city-map.css'
import type { PickingInfo } from '@deck.gl/core'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import { type Formatters, useI18n } from '../../i18n/formatters.ts'
import type { Camera, ColourScheme } from '../../state/view-state.ts'
import type { Drawing } from '../area/use-drawing.ts'
import { attributionHtml } from '../base-map/attribution.ts'
import { absolute, baseMapStyle } from '../base-map/style.ts'
import type { Marks } from '../layer-model/model.ts'
import { type attributesOf, createPointAttributes } from '../marks/point-attributes.ts'
import { arrangeAll, createLevelCheck } from './arrange.ts'
import { draw } from './draw.ts'
import { createLabelLayer, type LabelLayer } from './label-layer.ts'
import { fitting, placeLabels } from './place-labels.ts'

setWorkerUrl(workerUrl)

/** A layer that lies over or under the main one. */
export type FurtherMarks = {
  readonly id: string
  /** said where its marks are pointed at */
  readonly title: string
  readonly marks: Marks
  /** 0 to 1 */
  readonly opacity: number
  readonly isUnder: boolean
}

export type CityMapProps = {
  /** tells one of several maps from the others */
  readonly name?: string
  readonly city: CityResponse
  readonly zones: ZoneFeatures
  readonly marks: Marks
  /** of the main layer, said where its marks are pointed at among those of others */
  readonly title?: string
  /** other layers, from bottom to top */
  readonly further?: readonly FurtherMarks[]
  readonly selected: string | null
  /** a place that has no mark of its own and is to be found: a street */
  readonly spot?: Position | null
  /** the outline of an area that is no district */
  readonly outline?: Area | null
  /** while an area is drawn: its corners, and where clicks go instead of selecting */
  readonly drawing?: Pick<Drawing, 'ring' | 'add'>
  readonly scheme: ColourScheme
  readonly camera: Camera | null
  readonly onCamera: (camera: Camera) => void
  readonly onSelect: (id: string | null) => void
}

/** MapLibre draws the base map, deck.gl the data over it. The component only connects them to the page. */
export default function CityMap(props: CityMapProps) {
  const { city, zones, marks, further = NONE, selected, spot = null, outline = null, drawing, scheme, camera } = props
  const corners = drawing?.ring ?? null
  const container = useRef<HTMLDivElement>(null)
  const names = useRef<HTMLDivElement>(null)
  const [stage, setStage] = useState<Stage | null>(null)
  const [zoom, setZoom] = useState(12)
  const [problem, setProblem] = useState(false)
  const i18n = useI18n()
  const latest = useRef(props)
  latest.current = props
  const drawn = useRef(scheme)

  useEffect(() => {
    if (!container.current || !names.current) return
    const first = latest.current
    drawn.current = first.scheme
    const locale = {
      'Map.Title': titleFor(first.name, first.city, i18n.t),
      'NavigationControl.ZoomIn': i18n.t('map.zoomIn'),
      'NavigationControl.ZoomOut': i18n.t('map.zoomOut'),
      'AttributionControl.ToggleAttribution': i18n.t('map.attribution'),
    }
    const map = createMap(container.current, first, { locale, language: i18n.language })
    map.addControl(new AttributionControl({ compact: false, customAttribution: attributionHtml(first.city, i18n.t) }))
    const overlay = new MapLibreOverlay({
      layers: [],
      pickingRadius: 6,
      onLoad: () => hideOverlay(container.current),
      onAfterRender: () => showWhereSized(container.current),
      getTooltip: (info: PickingInfo<Hinted>) =>
        tooltip(info.object, i18n.t('thing.unconfirmed'), titleOf(info.layer?.id, latest.current)),
      getCursor: ({ isHovering, isDragging }) => {
        if (latest.current.drawing?.ring) return 'crosshair'
        return isDragging ? 'grabbing' : isHovering ? 'pointer' : 'grab'
      },
      onClick: ({ object, coordinate: [lon, lat] = [] }: PickingInfo<Hinted>) => {
        const { drawing, onSelect } = latest.current
        if (!drawing?.ring) onSelect(markOf(object)?.id ?? null)
        else if (lon !== undefined && lat !== undefined) drawing.add([lon, lat])
      },
    })
    map.addControl(overlay)
    const labelLayer = createLabelLayer(map, names.current)
    map.on('error', () => setProblem(true))
    map.on('moveend', () => {
      const { lng, lat } = map.getCenter()
      setZoom(map.getZoom())
      latest.current.onCamera({ longitude: lng, latitude: lat, zoom: map.getZoom() })
    })
    // the font must be there before glyphs are drawn from it, or they are drawn in another one for good
    void document.fonts.load('550 12px "Inter Variable"').then(() => setStage({ map, overlay, labels: labelLayer }))
    setZoom(map.getZoom())
    return () => {
      setStage(null)
      labelLayer.remove()
      map.remove()
    }
  }, [i18n])

  useEffect(() => {
    if (!stage) return
    if (drawn.current === scheme) return
    drawn.current = scheme
    stage.map.setStyle(baseMapStyle(city, { scheme, language: i18n.language }))
  }, [stage, city, scheme, i18n])

  useEffect(() => {
    if (!stage || !camera) return
    const { lng, lat } = stage.map.getCenter()
    const moved = Math.abs(lng - camera.longitude) + Math.abs(lat - camera.latitude) > 2e-5
    if (moved || Math.abs(stage.map.getZoom() - camera.zoom) > 0.02) {
      stage.map.jumpTo({ center: [camera.longitude, camera.latitude], zoom: camera.zoom })
    }
  }, [stage, camera])

  const places = useMemo(() => placeLabels(zones), [zones])
  const { name } = props
  useEffect(() => {
    stage?.map.getCanvas().setAttribute('aria-label', titleFor(name, city, i18n.t))
  }, [stage, name, city, i18n])

  const stack = useMemo(() => stackOf(marks, further), [marks, further])
  const keptFor = useMemo(keptOfLayers, [])
  const points = useMemo(
    () =>
      arrangeAll(
        stack.map(({ marks }) => marks.points),
        selected,
        zoom,
        stack.map(({ id }) => keptFor(id).isOneLevel),
      ),
    [stack, selected, zoom, keptFor],
  )
  const labels = useMemo(
    () =>
      fitting(
        places,
        zoom,
        points.flatMap(({ sized }) => sized),
      ),
    [places, zoom, points],
  )
  const layers = useMemo(() => {
    const drawn = stack.flatMap((layer, index) => {
      const arranged = points[index]
      return arranged ? [{ ...layer, points: arranged, toAttributes: keptFor(layer.id).toAttributes }] : []
    })
    return draw({ layers: drawn, zones, selected, spot, outline, corners, scheme })
  }, [stack, zones, points, selected, spot, outline, corners, scheme, keptFor])
  useEffect(() => stage?.overlay.setProps({ layers }), [stage, layers])
  useEffect(() => stage?.labels.set(labels), [stage, labels])

  return (
    <div className="city-map" data-scheme={scheme}>
      <div ref={container} className="city-map__canvas" />
      <div ref={names} className="city-map__names" aria-hidden="true" />
      {problem && <p className="city-map__problem">{i18n.t('map.problem')}</p>}
    </div>
  )
}

const titleFor = (name: string | undefined, { name: city }: CityResponse, t: Formatters['t']): string =>
  name ? t('map.name.one', { name, city }) : t('map.name', { city })

/** Of each layer what was drawn the last time, so that only what changed is worked out again. */
function keptOfLayers() {
  const kept = new Map<string, { toAttributes: typeof attributesOf; isOneLevel: ReturnType<typeof createLevelCheck> }>()
  return (id: string) => {
    const known = kept.get(id) ?? { toAttributes: createPointAttributes(), isOneLevel: createLevelCheck() }
    kept.set(id, known)
    return known
  }
}

const NONE: readonly FurtherMarks[] = []
const MAIN = 'main'

/** All layers from bottom to top. */
const stackOf = (marks: Marks, further: readonly FurtherMarks[]) => [
  ...further.filter(({ isUnder }) => isUnder),
  { id: MAIN, marks, opacity: 1 },
  ...further.filter(({ isUnder }) => !isUnder),
]

/** Which of several layers a mark belongs to; one alone needs no name. */
function titleOf(partId: string | undefined, { title, further = NONE }: CityMapProps): string | undefined {
  if (further.length === 0) return undefined
  const [id] = partId?.split('/') ?? []
  return id === MAIN ? title : further.find((one) => one.id === id)?.title
}

const OVERLAY = 'canvas:not(.maplibregl-canvas)'
/** What rounding to whole pixels may do. */
const MAX_STRETCH = 0.02

/** MapLibre's canvas is the one tab stop of the map and has its name; that of deck.gl lies over it and takes no keys. */
function hideOverlay(map: HTMLElement | null): void {
  for (const canvas of map?.querySelectorAll<HTMLCanvasElement>(OVERLAY) ?? []) {
    canvas.tabIndex = -1
    canvas.ariaHidden = 'true'
  }
}

/** The first frames, and those of a window being resized, have another shape than their element: stretched, marks are in wrong places. */
function showWhereSized(map: HTMLElement | null): void {
  for (const canvas of map?.querySelectorAll<HTMLCanvasElement>(OVERLAY) ?? []) {
    const { width, height, clientWidth, clientHeight } = canvas
    const stretch = (width * clientHeight) / (height * clientWidth)
    canvas.style.visibility = Math.abs(stretch - 1) < MAX_STRETCH ? 'visible' : 'hidden'
  }
}

type Stage = { readonly map: MapLibreMap; readonly overlay: MapLibreOverlay; readonly labels: LabelLayer }

type Hint = { readonly id: string; readonly name?: string; readonly hint: string; readonly confirmed?: boolean }
type Hinted = Hint | { readonly mark: Hint }
const markOf = (object: Hinted | undefined): Hint | undefined => (object && 'mark' in object ? object.mark : object)

function tooltip(object: Hinted | undefined, unconfirmed: string, layer: string | undefined) {
  const mark = markOf(object)
  if (!mark || mark.id.length === 0) return null
  const text = [mark.name, layer, mark.hint, mark.confirmed === false && unconfirmed].filter(Boolean).join('\n')
  return { className: 'map-hint', text, style: HINT }
}

// deck.gl writes its own colours on the element, so ours must be written there, too
const HINT = { backgroundColor: 'var(--raised)', color: 'var(--ink)', padding: '8px 12px' }

type Texts = { readonly locale: Record<string, string>; readonly language: string }

function createMap(container: HTMLDivElement, props: CityMapProps, { locale, language }: Texts): MapLibreMap {
  const { camera, city, scheme } = props
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const map = new MapLibreMap({
    container,
    locale,
    style: baseMapStyle(city, { scheme, language }),
    // a style names files of this server by their path
    transformRequest: (url) => ({ url: absolute(url) }),
    attributionControl: false,
    pitchWithRotate: false,
    dragRotate: false,
    maxZoom: 19,
    minZoom: 5,
    fadeDuration: calm ? 0 : 200,
    ...(camera
      ? { center: [camera.longitude, camera.latitude] as [number, number], zoom: camera.zoom }
      : { bounds: city.bounds, fitBoundsOptions: { padding: 32 } }),
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  // MapLibre does not mirror its corners; the zoom buttons lie opposite to the buttons of the page
  const mirrored = document.documentElement.dir === 'rtl'
  map.addControl(new NavigationControl({ showCompass: false }), mirrored ? 'top-left' : 'top-right')
  map.addControl(new ScaleControl({ maxWidth: 96 }), 'bottom-left')
  return map
}
