import type { PointMark } from '../layer-model/model.ts'
import { MANY_POINTS } from '../marks/point-attributes.ts'
import { type Obstacle, project } from './place-labels.ts'

/** Radii by zoom: the whole city on a phone is small, and so are its points. 1 from zoom 12.8 on, 0.6 at least. */
export const pointScale = (zoom: number): number => Math.min(1, Math.max(0.6, 1 - (12.8 - zoom) * 0.3))

/** The points in drawing order, the selected one last and so on top, and those whose number can be read. */
export function arrange(
  points: readonly PointMark[],
  selected: string | null,
  zoom: number,
  isOneLevel = createLevelCheck(),
) {
  const scale = pointScale(zoom)
  const ordered = inOrder(points, selected, isOneLevel)
  // among thousands there is no room for numbers and names
  if (points.length > MANY_POINTS) return { points: ordered, numbered: [], scale, sized: [] }
  const sized = sizedOf(ordered, scale)
  const labelled = scale < 0.8 ? [] : sized.filter(({ mark }) => mark.label !== '')
  return { points: ordered, numbered: unobstructed(labelled, zoom).map(({ mark }) => mark), scale, sized }
}

const sizedOf = (points: readonly PointMark[], scale: number): (Obstacle & { mark: PointMark })[] =>
  points.map((mark) => ({ mark, position: mark.position, radius: mark.radius * scale }))

/** The same list where it is in order already, as that of equal instruments is. */
function inOrder(points: readonly PointMark[], selected: string | null, isOneLevel: LevelCheck): readonly PointMark[] {
  const chosen = selected === null ? undefined : points.find(({ id }) => id === selected)
  if (!chosen && isOneLevel(points)) return points
  const rest = LEVELS.flatMap((level) => points.filter((point) => point !== chosen && levelOf(point) === level))
  return chosen ? [...rest, chosen] : rest
}

/** The same for layers on each other, from bottom to top: no number is written that a point of a higher layer covers. */
export function arrangeAll(
  layers: readonly (readonly PointMark[])[],
  selected: string | null,
  zoom: number,
  levelChecks: readonly LevelCheck[] = [],
) {
  const arranged = layers.map((points, index) => arrange(points, selected, zoom, levelChecks[index]))
  return arranged.map((one, index) => {
    if (one.numbered.length === 0) return one
    const above = arranged.slice(index + 1).flatMap(({ points, scale }) => sizedOf(points, scale))
    if (above.length === 0) return one
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

type LevelCheck = (points: readonly PointMark[]) => boolean

/** Whether no point lies above another by its kind. Looks only at what is another point than the last time. */
export function createLevelCheck(): LevelCheck {
  let before: readonly PointMark[] = []
  let wasOneLevel = false
  return (points) => {
    const [first] = points
    const level = first && levelOf(first)
    const isAlike = wasOneLevel && before.length === points.length && before[0] && levelOf(before[0]) === level
    let index = 0
    while (index < points.length) {
      const point = points[index]
      if (!(isAlike && point === before[index]) && point && levelOf(point) !== level) break
      index += 1
    }
    before = points
    wasOneLevel = index === points.length
    return wasOneLevel
  }
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
