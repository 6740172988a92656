import { PathLayer } from '@deck.gl/layers'
import type { Rgb } from '../colours/palette.ts'
import type { LineMark } from '../layer-model/model.ts'

/** Street segments. Stale and unconfirmed ones are thin and pale, suspect ones carry an edge in the warning colour. */
export function lineLayers(lines: readonly LineMark[], edge: Rgb, suspect: Rgb) {
  const path = (line: LineMark): [number, number][] => line.path.map(([x, y]) => [x, y])
  return [
    new PathLayer<LineMark>({
      id: 'line-edges',
      data: lines,
      getPath: path,
      getColor: ({ trust }) => (trust === 'suspect' ? [...suspect, 255] : [...edge, 160]),
      getWidth: ({ trust }) => (trust === 'suspect' ? 10 : 6.5),
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
      updateTriggers: { getColor: [edge, suspect] },
    }),
    new PathLayer<LineMark>({
      id: 'lines',
      data: lines,
      pickable: true,
      getPath: path,
      getColor: ({ colour, trust, confirmed }) => [...colour, isFirm({ trust, confirmed }) ? 255 : 130],
      getWidth: (line) => (isFirm(line) ? 5 : 2.5),
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
    }),
  ]
}

const isFirm = ({ trust, confirmed }: Pick<LineMark, 'trust' | 'confirmed'>): boolean =>
  confirmed && (trust === 'fresh' || trust === 'suspect')
