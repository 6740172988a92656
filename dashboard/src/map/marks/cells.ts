import { H3HexagonLayer } from '@deck.gl/geo-layers'
import type { CellMark } from '../layer-model/model.ts'

/** H3 cells. One tile of colour a cell; the small gap keeps single cells readable. */
export const cellLayer = (cells: readonly CellMark[], opacity: number) =>
  new H3HexagonLayer<CellMark>({
    id: 'cells',
    data: cells,
    pickable: true,
    extruded: false,
    stroked: false,
    coverage: 0.94,
    getHexagon: ({ cell }) => cell,
    getFillColor: ({ colour }) => [...colour, Math.round(opacity * 255)],
    updateTriggers: { getFillColor: opacity },
  })
