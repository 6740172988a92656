import type { Position } from '#model/basics/geo.ts'

/**
 * The middle of a tile, from its quadkey: one digit per zoom level, 0 north-west, 1 north-east, 2 south-west, 3 south-east,
 * in Web Mercator. Source: Microsoft, "Bing Maps Tile System".
 */
export function centreOfQuadkey(quadkey: string): Position {
  let x = 0
  let y = 0
  for (const digit of quadkey) {
    x = x * 2 + (Number(digit) & 1)
    y = y * 2 + (Number(digit) >> 1)
  }
  const size = 2 ** quadkey.length
  const lon = ((x + 0.5) / size) * 360 - 180
  const lat = (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + 0.5)) / size))) * 180) / Math.PI
  return [lon, lat]
}
