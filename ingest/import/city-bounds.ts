import type { LoadedPack } from '#domain/city-pack/read-pack.ts'
import type { Bounds } from '#model/basics/geo.ts'

/** Margin of about 1.5 km, because measurements just outside matter for the edge. */
const MARGIN_DEGREES = 0.015

/** The box around the zones of a city, a little wider. */
export function boundsOf({ zones }: Pick<LoadedPack, 'zones'>): Bounds {
  const numbers = zones.flatMap(({ geometry }) => geometry.coordinates.flat(3) as number[])
  let [west, south, east, north] = [180, 90, -180, -90]
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    const [lon, lat] = [numbers[at] ?? 0, numbers[at + 1] ?? 0]
    ;[west, east] = [Math.min(west, lon), Math.max(east, lon)]
    ;[south, north] = [Math.min(south, lat), Math.max(north, lat)]
  }
  return [west - MARGIN_DEGREES, south - MARGIN_DEGREES, east + MARGIN_DEGREES, north + MARGIN_DEGREES]
}

export const isInside = ([west, south, east, north]: Bounds, [lon, lat]: readonly [number, number]): boolean =>
  lon >= west && lon <= east && lat >= south && lat <= north
