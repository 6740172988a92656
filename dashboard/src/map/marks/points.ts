import { IconLayer, ScatterplotLayer, TextLayer } from '@deck.gl/layers'
import { inkOn } from '../colours/palette.ts'
import type { PointMark } from '../layer-model/model.ts'
import { MANY_POINTS, manyPoints } from './many-points.ts'
import type { PointTheme } from './point-attributes.ts'

export type Points = {
  readonly points: readonly PointMark[]
  /** whose number is written on it */
  readonly numbered: readonly PointMark[]
  /** of radii, by zoom: see pointScale */
  readonly scale: number
}

/** Filled when fresh; hollow when stale or without a value; a second ring around what is suspect. */
export function pointLayers({ points, numbered, scale }: Points, theme: PointTheme) {
  if (points.length > MANY_POINTS) return [manyPoints(points, scale, theme)]
  const dots = points.filter(({ shape }) => shape === 'dot')
  const others = points.filter(({ shape }) => shape !== 'dot')
  const suspects = points.filter(({ trust }) => trust === 'suspect')
  return [
    new ScatterplotLayer<PointMark>({
      id: 'suspect-rings',
      data: suspects,
      getPosition: ({ position }) => [position[0], position[1]],
      getRadius: ({ radius }) => radius * scale + 4.5,
      updateTriggers: { getRadius: scale },
      radiusUnits: 'pixels',
      filled: false,
      stroked: true,
      getLineColor: [...theme.suspect],
      lineWidthUnits: 'pixels',
      getLineWidth: 2,
    }),
    new ScatterplotLayer<PointMark>({
      id: 'dots',
      data: dots,
      pickable: true,
      getPosition: ({ position }) => [position[0], position[1]],
      getRadius: ({ radius }) => radius * scale,
      radiusUnits: 'pixels',
      stroked: true,
      lineWidthUnits: 'pixels',
      getLineWidth: ({ trust }) => (isHollow(trust) ? 2.5 : 1),
      getFillColor: ({ colour, trust }) => (isHollow(trust) ? [...theme.surface] : [...colour]),
      getLineColor: ({ colour, trust }) => (isHollow(trust) ? [...colour] : [...theme.ring]),
      updateTriggers: { getFillColor: theme, getLineColor: theme, getRadius: scale },
    }),
    new IconLayer<PointMark>({
      id: 'shapes',
      data: others,
      pickable: true,
      // deck.gl takes pixels here as well as an address; its type only names the address
      iconAtlas: shapeAtlas() as unknown as string,
      iconMapping: SHAPES,
      getIcon: ({ shape, trust }) => (isHollow(trust) ? `${shape}-hollow` : shape),
      getPosition: ({ position }) => [position[0], position[1]],
      getSize: ({ radius }) => radius * 2.5 * scale,
      getColor: ({ colour, shape }) => (shape === 'triangle' ? [...theme.mast] : [...colour]),
      updateTriggers: { getColor: theme, getSize: scale },
    }),
    new TextLayer<PointMark>({
      id: 'dot-labels',
      data: numbered,
      getPosition: ({ position }) => [position[0], position[1]],
      getText: ({ label }) => label,
      getSize: 11,
      fontFamily: 'Inter Variable, sans-serif',
      fontWeight: 600,
      characterSet: '0123456789.,−',
      getColor: ({ colour, trust }) => [...inkOn(isHollow(trust) ? theme.surface : colour)],
      updateTriggers: { getColor: theme },
    }),
  ]
}

const isHollow = (trust: PointMark['trust']): boolean => trust === 'stale' || trust === 'none'

const SIZE = 64
const NAMES = ['square', 'square-hollow', 'triangle', 'triangle-hollow', 'diamond', 'diamond-hollow'] as const
const SHAPES = Object.fromEntries(
  NAMES.map((name, index) => [name, { x: index * SIZE, y: 0, width: SIZE, height: SIZE, mask: true }]),
)
const OUTLINES: Record<string, readonly (readonly [number, number])[]> = {
  square: [
    [12, 12],
    [52, 12],
    [52, 52],
    [12, 52],
  ],
  triangle: [
    [32, 8],
    [57, 54],
    [7, 54],
  ],
  diamond: [
    [32, 5],
    [59, 32],
    [32, 59],
    [5, 32],
  ],
}

let atlas: ImageData | undefined
/** Shapes drawn once on a canvas of our own: nothing to load. White, since deck.gl colours a mask. */
function shapeAtlas(): ImageData {
  if (atlas) return atlas
  const canvas = document.createElement('canvas')
  canvas.width = SIZE * NAMES.length
  canvas.height = SIZE
  const context = canvas.getContext('2d')
  if (!context) return new ImageData(canvas.width, canvas.height)
  for (const [index, name] of NAMES.entries()) {
    const [shape = '', hollow] = name.split('-')
    context.beginPath()
    for (const [x, y] of OUTLINES[shape] ?? []) context.lineTo(index * SIZE + x, y)
    context.closePath()
    context.lineJoin = 'round'
    context.lineWidth = hollow ? 8 : 4
    context.strokeStyle = context.fillStyle = '#fff'
    if (!hollow) context.fill()
    context.stroke()
  }
  atlas = context.getImageData(0, 0, canvas.width, canvas.height)
  return atlas
}
