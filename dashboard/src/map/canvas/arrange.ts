import type { PointMark } from '../layer-model/model.ts'
import { type Obstacle, project } from './place-labels.ts'

/** Radii by zoom: the whole city on a phone is small, and so are its points. 1 from zoom 12.8 on, 0.6 at least. */
export const pointScale = (zoom: number): number => Math.min(1, Math.max(0.6, 1 - (12.8 - zoom) * 0.3))

/** The points in drawing order, the selected one last and so on top, and those whose number can be read. */
export function arrange(points: readonly PointMark[], selected: string | null, zoom: number) {
  const scale = pointScale(zoom)
  const chosen = points.find(({ id }) => id === selected)
  const rest = LEVELS.flatMap((level) => points.filter((point) => point !== chosen && levelOf(point) === level))
  const ordered = chosen ? [...rest, chosen] : rest
  const sized = ordered.map((mark): Obstacle & { mark: PointMark } => {
    return { mark, position: mark.position, radius: mark.radius * scale }
  })
  const labelled = scale < 0.8 ? [] : sized.filter(({ mark }) => mark.label !== '')
  return { points: ordered, numbered: unobstructed(labelled, zoom).map(({ mark }) => mark), scale, sized }
}

/** The same for layers on each other, from bottom to top: no number is written that a point of a higher layer covers. */
export function arrangeAll(layers: readonly (readonly PointMark[])[], selected: string | null, zoom: number) {
  const arranged = layers.map((points) => arrange(points, selected, zoom))
  return arranged.map((one, index) => {
    const above = arranged.slice(index + 1).flatMap(({ sized }) => sized)
    if (above.length === 0 || one.numbered.length === 0) return one
    const numbered = new Set(one.numbered)
    const free = unobstructed([...one.sized.filter(({ mark }) => numbered.has(mark)), ...above], zoom)
    return { ...one, numbered: free.flatMap(({ mark }) => (numbered.has(mark) ? [mark] : [])) }
  })
}

/** Of marks on each other the upper one: unconfirmed, circles, other shapes (see pointLayers). */
const LEVELS = [0, 1, 2] as const
const levelOf = ({ confirmed, shape }: PointMark): (typeof LEVELS)[number] => {
  if (!confirmed) return 0
  return shape === 'dot' ? 1 : 2
}

/** The points that no later, so higher, point lies over. Compares neighbours in a grid only: linear in the points. */
export function unobstructed<P extends Obstacle>(points: readonly P[], zoom: number): P[] {
  const reach = 1.45 * Math.max(1, ...new Set(points.map(({ radius }) => radius)))
  const at = points.map(({ position }) => project(position, zoom))
  const grid = Map.groupBy(points.keys(), (index) => cellOf(at[index], reach))
  return points.filter((point, index) => {
    const [x, y] = at[index] ?? [0, 0]
    const covers = (later: number): boolean => {
      const [ox, oy] = at[later] ?? [0, 0]
      const radius = points[later]?.radius ?? 0
      return later > index && Math.hypot(ox - x, oy - y) <= radius + point.radius * 0.45
    }
    return !NEIGHBOURS.some(([dx, dy]) => grid.get(cellOf([x + dx * reach, y + dy * reach], reach))?.some(covers))
  })
}

const NEIGHBOURS = [-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => [dx, dy] as const))
const cellOf = (at: readonly [number, number] | undefined, size: number): string =>
  `${Math.floor((at?.[0] ?? 0) / size)}:${Math.floor((at?.[1] ?? 0) / size)}`
