import type { FurtherLayer, FurtherLayers } from '../../state/further-layers.ts'

/** All layers from bottom to top; null stands for the main one. */
const sequenceOf = ({ under, over }: FurtherLayers): (FurtherLayer | null)[] => [...under, null, ...over]

function divided(sequence: readonly (FurtherLayer | null)[]): FurtherLayers {
  const main = sequence.indexOf(null)
  const parts = (part: readonly (FurtherLayer | null)[]) => part.filter((one) => one !== null)
  return { under: parts(sequence.slice(0, main)), over: parts(sequence.slice(main + 1)) }
}

const COVERING = ['areas', 'streets', 'points'] as const
export type Drawn = (typeof COVERING)[number]
type Addition = Pick<FurtherLayer, 'layer' | 'measure'>

/** Of areas on areas: what lies below can be seen. */
const AREA_OPACITY = 70

/** On top of what draws the same or covers more: areas hide no streets, streets no points. */
export function added(
  layers: FurtherLayers,
  addition: Addition,
  drawn: (part: Addition | null) => Drawn,
): FurtherLayers {
  const sequence = sequenceOf(layers)
  const rank = (part: Addition | null): number => COVERING.indexOf(drawn(part))
  const above = sequence.findIndex((part) => rank(part) > rank(addition))
  const at = above < 0 ? sequence.length : above
  const isOnAreas = drawn(addition) === 'areas' && at > 0
  return divided(sequence.toSpliced(at, 0, { ...addition, opacity: isOnAreas ? AREA_OPACITY : 100 }))
}

export const removed = (layers: FurtherLayers, layer: string): FurtherLayers =>
  divided(sequenceOf(layers).filter((part) => part?.layer !== layer))

export const changed = (
  layers: FurtherLayers,
  layer: string,
  change: Partial<Pick<FurtherLayer, 'measure' | 'opacity'>>,
): FurtherLayers => divided(sequenceOf(layers).map((part) => (part?.layer === layer ? { ...part, ...change } : part)))

/** One place up (1) or down (-1), past the main layer too; the same at either end. */
export function moved(layers: FurtherLayers, layer: string, direction: 1 | -1): FurtherLayers {
  const sequence = sequenceOf(layers)
  const from = sequence.findIndex((part) => part?.layer === layer)
  const part = sequence[from]
  const neighbour = sequence[from + direction]
  if (part === undefined || neighbour === undefined) return layers
  return divided(sequence.with(from, neighbour).with(from + direction, part))
}
