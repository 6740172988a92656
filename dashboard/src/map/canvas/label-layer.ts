import type { Map as MapLibreMap } from 'maplibre-gl'
import type { PlacedLabel } from './place-labels.ts'

/**
 * Names of the districts as text of the page over the map: sharp at every pixel ratio, in the font of the page. Moved
 * with the map; not read out, since the table has the names.
 */
export function createLabelLayer(map: MapLibreMap, host: HTMLElement) {
  let shown: { label: PlacedLabel; element: HTMLElement }[] = []
  const move = (): void => {
    for (const { label, element } of shown) {
      const { x, y } = map.project([label.position[0], label.position[1]])
      element.style.transform = `translate(${Math.round(x)}px, ${Math.round(y + label.shift)}px) translate(-50%, -50%)`
    }
  }
  map.on('move', move)
  map.on('resize', move)
  return {
    set(labels: readonly PlacedLabel[]): void {
      shown = labels.map((label) => {
        const element = document.createElement('span')
        element.className = 'map-label'
        element.textContent = label.name
        return { label, element }
      })
      host.replaceChildren(...shown.map(({ element }) => element))
      move()
    },
  }
}
export type LabelLayer = ReturnType<typeof createLabelLayer>
