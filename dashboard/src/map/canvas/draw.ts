import type { Layer, LayersList } from '@deck.gl/core'
import { ScatterplotLayer } from '@deck.gl/layers'
import type { ZoneFeatures } from '#model/api/city.ts'
import type { Area, Position } from '#model/basics/geo.ts'
import { h3IfLoaded } from '../../geo/h3.ts'
import type { ColourScheme } from '../../state/view-state.ts'
import type { Rgb } from '../colours/palette.ts'
import type { Marks } from '../layer-model/model.ts'
import { onceFor } from '../layer-model/once-for.ts'
import { areaLayers, outlineLayers } from '../marks/areas.ts'
import { cellLayer } from '../marks/cells.ts'
import { lineLayers } from '../marks/lines.ts'
import type { attributesOf } from '../marks/point-attributes.ts'
import { type Points, pointLayers } from '../marks/points.ts'

type MapTheme = Record<'ring' | 'surface' | 'suspect' | 'mast' | 'edge' | 'hatch' | 'accent', Rgb>

const THEMES: Record<ColourScheme, MapTheme> = {
  light: {
    ring: [84, 98, 104],
    surface: [250, 249, 245],
    suspect: [176, 58, 20],
    mast: [27, 35, 40],
    edge: [255, 255, 255],
    hatch: [27, 35, 40],
    accent: [11, 93, 102],
  },
  dark: {
    ring: [214, 220, 220],
    surface: [23, 29, 33],
    suspect: [255, 150, 96],
    mast: [240, 240, 236],
    edge: [18, 23, 26],
    hatch: [245, 245, 240],
    accent: [127, 211, 212],
  },
}

export type DrawnLayer = {
  /** part of the ids that deck.gl knows its parts by */
  readonly id: string
  readonly marks: Marks
  readonly points: Points
  /** 0 to 1 */
  readonly opacity: number
  /** keeps the typed arrays of many points from one drawing to the next */
  readonly toAttributes?: typeof attributesOf
}

export type Drawing = {
  /** from bottom to top */
  readonly layers: readonly DrawnLayer[]
  readonly zones: ZoneFeatures
  readonly selected: string | null
  /** a place without a mark that is selected */
  readonly spot: Position | null
  /** of an area that is selected, where it is no district */
  readonly outline: Area | null
  /** of an area that is being drawn */
  readonly corners: readonly Position[] | null
  readonly scheme: ColourScheme
}

/** All that lies over the base map, from bottom to top. */
export function draw({ layers, zones, selected, scheme, ...extra }: Drawing): LayersList {
  const theme = THEMES[scheme]
  const marksOf = layers.map(({ marks }) => marks)
  const spot = extra.spot ? { position: extra.spot, radius: 14 } : spotOf(layers, selected)
  const outline = extra.corners ? drawnSoFar(extra.corners) : (extra.outline ?? selectedArea(zones, selected))
  const topFill = marksOf.findLastIndex(({ areas, cells }) => areas.length + cells.length > 0)
  // no fill covers what is selected, and it covers no point or street of the layers above
  const outlines = [...outlineLayers(outline, theme.accent, theme.edge), cornerLayer(extra.corners ?? [], theme)]
  const plain = marksOf.some(({ areas }) => areas.length > 0) ? [] : plainAreas(zones)
  return [
    ...areaLayers(plain, { edge: theme.hatch, edgeOpacity: 0.22, hatch: theme.hatch, opacity: FILL_OPACITY }),
    ...layers.flatMap((layer, index) => [
      ...inLayer(layer, [
        ...areaLayers(layer.marks.areas, { ...theme, edgeOpacity: 0.9, opacity: FILL_OPACITY }),
        cellLayer(layer.marks.cells, FILL_OPACITY),
      ]),
      ...(index === Math.max(0, topFill) ? outlines : []),
      ...inLayer(layer, [
        ...lineLayers(layer.marks.lines, theme.ring, theme.suspect),
        ...pointLayers(layer.points, theme, layer.toAttributes),
      ]),
    ]),
    new ScatterplotLayer<Spot>({
      id: 'selected',
      data: spot ? [spot] : [],
      getPosition: ({ position }) => [position[0], position[1]],
      getRadius: ({ radius }) => radius,
      radiusUnits: 'pixels',
      filled: false,
      stroked: true,
      getLineColor: [...theme.accent],
      lineWidthUnits: 'pixels',
      getLineWidth: 3,
      updateTriggers: { getLineColor: scheme },
    }),
  ]
}

/** The base map shines through areas and cells. */
const FILL_OPACITY = 0.84

/** deck.gl raises an opacity to 1 / 2.2 before it draws; what the reader has chosen is a share of the colour itself. */
const DECK_GAMMA = 2.2

const inLayer = ({ id, opacity }: DrawnLayer, parts: readonly Layer[]): Layer[] =>
  parts.map((part) => part.clone({ id: `${id}/${part.id}`, opacity: opacity ** DECK_GAMMA }))

/** Without a zone measure the zones are still there to be clicked, as faint outlines. */
const plainAreas = onceFor(({ features }: ZoneFeatures): Marks['areas'] =>
  features.map(({ geometry, properties }) => ({
    id: `zone:${properties.key}`,
    name: properties.name,
    area: geometry,
    colour: null,
    certainty: 'plain',
    hint: '',
  })),
)

function selectedArea({ features }: ZoneFeatures, selected: string | null): Area | null {
  if (selected?.startsWith('cell:')) {
    const cell = selected.slice(5)
    const h3 = h3IfLoaded()
    return h3?.isValidCell(cell) ? { type: 'Polygon', coordinates: [h3.cellToBoundary(cell, true)] } : null
  }
  return features.find(({ properties }) => `zone:${properties.key}` === selected)?.geometry ?? null
}

/** The line through the corners, back to the first. */
const drawnSoFar = (corners: readonly Position[]): Area | null =>
  corners.length < 2 ? null : { type: 'Polygon', coordinates: [[...corners, ...corners.slice(0, 1)]] }

const cornerLayer = (corners: readonly Position[], { accent, edge }: MapTheme) =>
  new ScatterplotLayer<Position>({
    id: 'corners',
    data: corners,
    getPosition: ([lon, lat]) => [lon, lat],
    getRadius: 5,
    radiusUnits: 'pixels',
    stroked: true,
    getFillColor: [...accent],
    getLineColor: [...edge],
    lineWidthUnits: 'pixels',
    getLineWidth: 2,
    updateTriggers: { getFillColor: accent, getLineColor: edge },
  })

type Spot = { readonly position: Position; readonly radius: number }

/** Around the mark of the highest layer that has it. */
function spotOf(layers: readonly DrawnLayer[], selected: string | null): Spot | null {
  if (selected === null) return null
  const marksWith = layers.toReversed().map(({ marks, points }) => ({
    point: marks.points.find(({ id }) => id === selected),
    line: marks.lines.find(({ id }) => id === selected),
    scale: points.scale,
  }))
  const { point, line, scale } = marksWith.find(({ point, line }) => point ?? line) ?? {}
  if (point && scale) return { position: point.position, radius: point.radius * scale + 6 }
  const middle = line?.path[Math.floor(line.path.length / 2)]
  return middle ? { position: middle, radius: 14 } : null
}
