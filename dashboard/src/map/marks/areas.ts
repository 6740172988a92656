import { PathLayer, PolygonLayer } from '@deck.gl/layers'
import type { Rgb } from '../colours/palette.ts'
import type { AreaMark } from '../layer-model/model.ts'
import { onceFor } from '../layer-model/once-for.ts'
import { hatch, ringsOf } from './hatch.ts'

type Part = { readonly mark: AreaMark; readonly polygon: [number, number][][] }

export type AreaTheme = {
  readonly edge: Rgb
  readonly hatch: Rgb
  readonly opacity: number
  readonly edgeOpacity: number
}

/** Zones by colour; hatched without colour where there is nothing to show. */
export function areaLayers(areas: readonly AreaMark[], theme: AreaTheme) {
  const parts = partsOf(areas)
  const lines = hatchOf(areas)
  return [
    new PolygonLayer<Part>({
      id: 'areas',
      data: parts,
      pickable: true,
      getPolygon: ({ polygon }) => polygon,
      getFillColor: ({ mark }) => (mark.colour ? [...mark.colour, Math.round(theme.opacity * 255)] : [0, 0, 0, 0]),
      getLineColor: [...theme.edge, Math.round(theme.edgeOpacity * 255)],
      getLineWidth: 1.25,
      lineWidthUnits: 'pixels',
      updateTriggers: { getFillColor: theme.opacity, getLineColor: theme },
    }),
    new PathLayer<[number, number][]>({
      id: 'area-hatch',
      data: lines,
      getPath: (line) => line,
      getColor: [...theme.hatch, 110],
      getWidth: 1.1,
      widthUnits: 'pixels',
    }),
  ]
}

// deck.gl cuts polygons into triangles again whenever it gets another list: the same areas are the same list
const partsOf = onceFor((areas: readonly AreaMark[]) =>
  areas.flatMap((mark): Part[] =>
    ringsOf(mark.area).map((polygon) => ({ mark, polygon: polygon.map((ring) => ring.map(([x, y]) => [x, y])) })),
  ),
)
const hatchOf = onceFor((areas: readonly AreaMark[]) =>
  areas.filter(({ certainty }) => certainty === 'missing').flatMap(({ area }) => hatch(area, 260)),
)

/** The outline of what is selected, in two tones so that it is visible on any background. */
export function outlineLayers(area: AreaMark['area'] | null, inner: Rgb, outer: Rgb) {
  if (!area) return []
  const rings = ringsOf(area).flatMap((polygon) =>
    polygon.map((ring) => ring.map(([x, y]): [number, number] => [x, y])),
  )
  const ring = (id: string, colour: Rgb, width: number) =>
    new PathLayer<[number, number][]>({
      id,
      data: rings,
      getPath: (path) => path,
      getColor: [...colour],
      getWidth: width,
      widthUnits: 'pixels',
      jointRounded: true,
      updateTriggers: { getColor: colour },
    })
  return [ring('outline-outer', outer, 6), ring('outline-inner', inner, 2.5)]
}
