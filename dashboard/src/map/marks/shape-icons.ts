import type { PointMark } from '../layer-model/model.ts'

type Shape = PointMark['shape']
type Corner = readonly [x: number, y: number]
const STYLES = ['line', 'thick', 'dashed'] as const
export type IconName = Shape | `${Shape}-${(typeof STYLES)[number]}`

/** px of one icon in the atlas */
const SIZE = 64

/** Corners in the atlas; null: a circle. All have about the same area at the same radius. */
const CORNERS: Readonly<Record<Shape, readonly Corner[] | null>> = {
  dot: null,
  square: [
    [9.5, 9.5],
    [54.5, 9.5],
    [54.5, 54.5],
    [9.5, 54.5],
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
  pentagon: [0, 1, 2, 3, 4].map((corner): Corner => {
    const angle = (corner * 2 * Math.PI) / 5
    return [32 + 28 * Math.sin(angle), 33 - 28 * Math.cos(angle)]
  }),
}
const CIRCLE_RADIUS = 25.6

/** px of an icon whose shape has the area of a circle of this radius */
export const iconSize = (shape: Shape, radius: number): number => radius * (shape === 'diamond' ? 3 : 2.5)

const SHAPES = Object.keys(CORNERS) as Shape[]
const NAMES = SHAPES.flatMap((shape): IconName[] => [shape, ...STYLES.map((style) => `${shape}-${style}` as const)])

/** Where each icon is in the atlas. */
export const ICONS = Object.fromEntries(
  NAMES.map((name, index) => [name, { x: index * SIZE, y: 0, width: SIZE, height: SIZE, mask: true }]),
)

let atlas: ImageData | undefined
/** Shapes drawn once on a canvas of our own: nothing to load. White, since deck.gl colours a mask. */
export function iconAtlas(): ImageData {
  if (atlas) return atlas
  const canvas = document.createElement('canvas')
  canvas.width = SIZE * NAMES.length
  canvas.height = SIZE
  const context = canvas.getContext('2d')
  if (!context) return new ImageData(canvas.width, canvas.height)
  context.lineJoin = 'round'
  context.strokeStyle = context.fillStyle = '#fff'
  for (const [index, name] of NAMES.entries()) {
    const [shape, style] = name.split('-') as [Shape, (typeof STYLES)[number] | undefined]
    trace(context, CORNERS[shape], index * SIZE)
    if (!style) context.fill()
    context.lineWidth = style === 'thick' ? 6 : style === 'dashed' ? 5 : 2.5
    context.setLineDash(style === 'dashed' ? [10, 7] : [])
    context.stroke()
  }
  atlas = context.getImageData(0, 0, canvas.width, canvas.height)
  return atlas
}

function trace(context: CanvasRenderingContext2D, corners: readonly Corner[] | null, left: number): void {
  context.beginPath()
  if (!corners) context.arc(left + SIZE / 2, SIZE / 2, CIRCLE_RADIUS, 0, 2 * Math.PI)
  for (const [x, y] of corners ?? []) context.lineTo(left + x, y)
  context.closePath()
}
