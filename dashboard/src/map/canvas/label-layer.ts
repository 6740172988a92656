import type { Map as MapLibreMap } from 'maplibre-gl'
import { type Box, isInTheOpen } from './in-the-open.ts'
import type { PlacedLabel } from './place-labels.ts'

/** What lies on the map; names give way to it. */
const ON_THE_MAP = [
  ...['.maplibregl-ctrl', '.map-view__tools > *', '.map-view__one > figcaption', '.map-view__loading'],
  ...['.mini-key', '.draw-bar', '.tour', '.swipe-handle', '.city-map__problem'],
].join()

/**
 * Names of the districts as text of the page over the map: sharp at every pixel ratio, in the font of the page. Moved
 * with the map, and hidden where something lies on it; not read out, since the table has the names.
 */
export function createLabelLayer(map: MapLibreMap, host: HTMLElement) {
  let shown: { label: PlacedLabel; element: HTMLElement; width: number; height: number }[] = []
  const move = (): void => {
    if (shown.length === 0) return
    const frame = host.getBoundingClientRect()
    const covers = boxesOnTheMap(frame)
    for (const { label, element, ...size } of shown) {
      const at = map.project([label.position[0], label.position[1]])
      const [x, y] = [Math.round(at.x), Math.round(at.y + label.shift)]
      element.style.transform = `translate(${x}px, ${y}px) translate(-50%, -50%)`
      element.style.visibility = isInTheOpen({ x, y, ...size }, frame, covers) ? '' : 'hidden'
    }
  }
  map.on('move', move)
  map.on('resize', move)
  const changes = new MutationObserver(move)
  for (let at = host.parentElement; at && at !== document.body; at = at.parentElement)
    changes.observe(at, { childList: true })
  return {
    set(labels: readonly PlacedLabel[]): void {
      const elements = labels.map((label) => {
        const element = document.createElement('span')
        element.className = 'map-label'
        element.textContent = label.name
        return { label, element }
      })
      host.replaceChildren(...elements.map(({ element }) => element))
      shown = elements.map(({ label, element }) => ({
        ...{ label, element },
        ...{ width: element.offsetWidth, height: element.offsetHeight },
      }))
      move()
    },
    remove(): void {
      changes.disconnect()
    },
  }
}
export type LabelLayer = ReturnType<typeof createLabelLayer>

const boxesOnTheMap = (frame: DOMRect): Box[] =>
  [...document.querySelectorAll(ON_THE_MAP)].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect()
    return { x: x - frame.x, y: y - frame.y, width, height }
  })
