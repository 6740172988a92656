import type { PointMark } from '../layers/model.ts'
import { type Obstacle, project } from './place-labels.ts'

/** Radii by zoom: the whole city on a phone is small, and so are its points. 1 from zoom 12.8 on, 0.6 at least. */
export const pointScale = (zoom: number): number => Math.min(1, Math.max(0.6, 1 - (12.8 - zoom) * 0.3))

/** The points in drawing order, the selected one last and so on top, and those whose number can be read. */
export function arrange(points: readonly PointMark[], selected: string | null, zoom: number) {
  const scale = pointScale(zoom)
  const chosen = points.find(({ id }) => id === selected)
  const ordered = chosen ? [...points.filter((point) => point !== chosen), chosen] : points
  const sized = ordered.map((mark): Obstacle & { mark: PointMark } => {
    return { mark, position: mark.position, radius: mark.radius * scale }
  })
  const labelled = scale < 0.8 ? [] : sized.filter(({ mark }) => mark.label !== '')
  return { points: ordered, numbered: unobstructed(labelled, zoom).map(({ mark }) => mark), scale, sized }
}

/** The points that no later, so higher, point lies over. */
export function unobstructed<P extends Obstacle>(points: readonly P[], zoom: number): P[] {
  const at = points.map(({ position }) => project(position, zoom))
  return points.filter((point, index) => {
    const [x, y] = at[index] ?? [0, 0]
    return points.every((other, later) => {
      if (later <= index) return true
      const [ox, oy] = at[later] ?? [0, 0]
      return Math.hypot(ox - x, oy - y) > other.radius + point.radius * 0.45
    })
  })
}
