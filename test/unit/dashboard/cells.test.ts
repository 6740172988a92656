import { cellToBoundary, cellToLatLng, latLngToCell } from 'h3-js'
import { expect, test } from 'vitest'
import { loadH3 } from '#dashboard/src/geo/h3.ts'
import { outlineOf } from '#dashboard/src/map/marks/cells.ts'

test('a cell is drawn as its hexagon, with a gap to its neighbours', async () => {
  await loadH3()
  const cell = latLngToCell(39.24, -10.85, 9)
  const [lat, lon] = cellToLatLng(cell)
  const outline = outlineOf(cell)
  expect(outline).toHaveLength(6)
  for (const [index, [cornerLat, cornerLon]] of cellToBoundary(cell).entries()) {
    const [x, y] = outline[index] ?? [0, 0]
    expect((x - lon) / (cornerLon - lon)).toBeCloseTo(0.94, 6)
    expect((y - lat) / (cornerLat - lat)).toBeCloseTo(0.94, 6)
  }
})
