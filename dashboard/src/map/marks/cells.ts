import { SolidPolygonLayer } from '@deck.gl/layers'
import type { Position } from '#model/basics/geo.ts'
import { h3 } from '../../geo/h3.ts'
import type { CellMark } from '../layer-model/model.ts'

/** The small gap between neighbours keeps single cells readable. */
const COVERAGE = 0.94

/**
 * H3 cells, one polygon each. deck.gl has a layer for them in @deck.gl/geo-layers, which also brings 150 MB of readers for
 * 3D tiles, terrain and vector tiles into the installation.
 */
export const cellLayer = (cells: readonly CellMark[], opacity: number) =>
  new SolidPolygonLayer<CellMark>({
    id: 'cells',
    data: cells,
    pickable: true,
    getPolygon: ({ cell }) => outlineOf(cell),
    getFillColor: ({ colour }) => [...colour, Math.round(opacity * 255)],
    updateTriggers: { getFillColor: opacity },
  })

/** [longitude, latitude] of the corners, drawn in towards the centre of the cell. */
export function outlineOf(cell: string): Position[] {
  const { cellToBoundary, cellToLatLng } = h3()
  const [lat, lon] = cellToLatLng(cell)
  const towards = (from: number, to: number): number => from + (to - from) * COVERAGE
  return cellToBoundary(cell).map(([cornerLat, cornerLon]) => [towards(lon, cornerLon), towards(lat, cornerLat)])
}
