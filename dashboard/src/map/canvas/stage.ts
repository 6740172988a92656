import type { LayersList, PickingInfo } from '@deck.gl/core'
import { MapLibreOverlay } from '@deck.gl/maplibre'
import { AttributionControl, Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import type { CityResponse } from '#model/api/city.ts'
import type { Formatters } from '../../i18n/formatters.ts'
import type { Camera, ColourScheme } from '../../state/view-state.ts'
import type { Drawing } from '../area/use-drawing.ts'
import { attributionHtml } from '../base-map/attribution.ts'
import { absolute, baseMapStyle } from '../base-map/style.ts'
import { createFrames } from './frames.ts'
import { createLabelLayer, type LabelLayer } from './label-layer.ts'

setWorkerUrl(workerUrl)

/** What a map does with its reader, and where it begins. */
export type StageProps = {
  /** tells one of several maps from the others */
  readonly name?: string
  readonly city: CityResponse
  /** of the main layer, said where its marks are pointed at among those of others */
  readonly title?: string
  readonly further?: readonly { readonly id: string; readonly title: string }[]
  /** while an area is drawn: its corners, and where clicks go instead of selecting */
  readonly drawing?: Pick<Drawing, 'ring' | 'add' | 'centre'>
  readonly scheme: ColourScheme
  readonly camera: Camera | null
  readonly onCamera: (camera: Camera) => void
  readonly onSelect: (id: string | null) => void
}

export type Stage = {
  readonly map: MapLibreMap
  readonly labels: LabelLayer
  /** All that lies over the base map, from bottom to top. */
  draw(layers: LayersList): void
}

type Elements = { readonly container: HTMLDivElement; readonly names: HTMLDivElement }
type Events = {
  readonly onStage: (stage: Stage | null) => void
  readonly onZoom: (zoom: number) => void
  readonly onProblem: (problem: true) => void
}

/**
 * A map with the layers of deck.gl over it, for as long as the page is open. It lives outside the component: its listeners would otherwise
 * hold the marks and Things of the drawing in which they were made.
 * @param now the properties as they are, whenever they are read
 */
export function openStage(
  { container, names }: Elements,
  now: { readonly current: StageProps },
  i18n: Formatters,
  { onStage, onZoom, onProblem }: Events,
): () => void {
  const map = createMap(container, now.current, i18n)
  const frames = createFrames()
  // deck.gl hands its properties on to the loop of luma.gl, which knows this one
  const loop: object = { animationFrameProvider: frames }
  const overlay = new MapLibreOverlay({
    ...loop,
    layers: [],
    pickingRadius: 6,
    onLoad: () => hideOverlay(container),
    onAfterRender: () => showWhereSized(container),
    getTooltip: (info: PickingInfo<Hinted>) =>
      tooltip(info.object, i18n.t('thing.unconfirmed'), titleOf(info.layer?.id, now.current)),
    getCursor: ({ isHovering, isDragging }) => {
      if (now.current.drawing?.ring) return 'crosshair'
      return isDragging ? 'grabbing' : isHovering ? 'pointer' : 'grab'
    },
    onClick: ({ object, coordinate: [lon, lat] = [] }: PickingInfo<Hinted>) => {
      const { drawing, onSelect } = now.current
      if (!drawing?.ring) onSelect(markOf(object)?.id ?? null)
      else if (lon !== undefined && lat !== undefined) drawing.add([lon, lat])
    },
  })
  map.addControl(overlay)
  for (const event of ['mousemove', 'mousedown', 'touchstart', 'move', 'resize'] as const) map.on(event, frames.wake)
  const draw = (layers: LayersList): void => {
    overlay.setProps({ layers })
    frames.wake()
  }
  const labels = createLabelLayer(map, names)
  map.on('error', () => onProblem(true))
  const isWhole = now.current.camera ? () => false : keepWhole(map, now.current.city.bounds)
  const aim = (): void => {
    const { lng, lat } = map.getCenter()
    if (now.current.drawing) now.current.drawing.centre.current = [lng, lat]
  }
  aim()
  map.on('moveend', () => {
    const { lng, lat } = map.getCenter()
    aim()
    onZoom(map.getZoom())
    if (isWhole()) return
    now.current.onCamera({ longitude: lng, latitude: lat, zoom: map.getZoom() })
  })
  // the font must be there before glyphs are drawn from it, or they are drawn in another one for good
  void document.fonts.load('550 12px "Inter Variable"').then(() => onStage({ map, labels, draw }))
  onZoom(map.getZoom())
  return () => {
    onStage(null)
    labels.remove()
    map.remove()
  }
}

export const titleFor = (name: string | undefined, { name: city }: CityResponse, t: Formatters['t']): string =>
  name ? t('map.name.one', { name, city }) : t('map.name', { city })

const AROUND_CITY_PX = 20

/** px that stay free around the city; search and buttons lie at the top */
function aroundCity(container: HTMLElement) {
  const tools = container.closest('.map-view')?.querySelector('.map-view__tools')?.getBoundingClientRect()
  const covered = tools ? Math.max(0, tools.bottom - container.getBoundingClientRect().top) : 0
  const free = AROUND_CITY_PX
  return { top: free + covered, bottom: free, left: free, right: free }
}

/** Of a move by the address of the page, in the events of MapLibre. */
export const BY_ADDRESS = { byAddress: true }
type Moved = { readonly originalEvent?: unknown; readonly byAddress?: boolean }

/** Shows the whole city, whatever becomes of the room for the map, until somebody moves it. @returns whether it still does */
function keepWhole(map: MapLibreMap, bounds: CityResponse['bounds']): () => boolean {
  let isWhole = true
  map.on('movestart', ({ originalEvent, byAddress }: Moved) => {
    if (originalEvent || byAddress) isWhole = false
  })
  map.on('resize', () => {
    if (isWhole) map.fitBounds(bounds, { padding: aroundCity(map.getContainer()), duration: 0 })
  })
  return () => isWhole
}

/** The id of the main layer. */
export const MAIN = 'main'

/** Which of several layers a mark belongs to; one alone needs no name. */
function titleOf(partId: string | undefined, { title, further = [] }: StageProps): string | undefined {
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

function createMap(container: HTMLDivElement, props: StageProps, { t, language }: Formatters): MapLibreMap {
  const { name, camera, city, scheme } = props
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const map = new MapLibreMap({
    container,
    locale: {
      'Map.Title': titleFor(name, city, t),
      'NavigationControl.ZoomIn': t('map.zoomIn'),
      'NavigationControl.ZoomOut': t('map.zoomOut'),
      'AttributionControl.ToggleAttribution': t('map.attribution'),
    },
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
      : { bounds: city.bounds, fitBoundsOptions: { padding: aroundCity(container) } }),
  })
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  // MapLibre does not mirror its corners; the zoom buttons lie opposite to the buttons of the page
  const mirrored = document.documentElement.dir === 'rtl'
  map.addControl(new NavigationControl({ showCompass: false }), mirrored ? 'top-left' : 'top-right')
  map.addControl(new ScaleControl({ maxWidth: 96 }), 'bottom-left')
  map.addControl(new AttributionControl({ compact: false, customAttribution: attributionHtml(city, t) }))
  return map
}
