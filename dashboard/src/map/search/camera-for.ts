import type { Bounds } from '#model/basics/geo.ts'
import type { Camera } from '../../state/view-state.ts'

type Size = { readonly width: number; readonly height: number }

/** MapLibre's world at zoom 0, px */
const WORLD = 512
const PADDING = 48
/** Of a point: its street and the next ones. */
const POINT_ZOOM = 15.5
const MAX_AREA_ZOOM = 16

/** The camera that shows all of the bounds on a map of this size in px, in the Web Mercator projection. */
export function cameraFor([west, south, east, north]: Bounds, { width, height }: Size): Camera {
  const [top, bottom] = [mercatorY(north), mercatorY(south)]
  const longitude = (west + east) / 2
  const latitude = latitudeOf((top + bottom) / 2)
  if (west === east && south === north) return { longitude, latitude, zoom: POINT_ZOOM }
  const zoomFor = (px: number, share: number): number => Math.log2(Math.max(1, px - 2 * PADDING) / (WORLD * share))
  const zoom = Math.min(zoomFor(width, (east - west) / 360), zoomFor(height, bottom - top), MAX_AREA_ZOOM)
  return { longitude, latitude, zoom: Math.max(5, zoom) }
}

/** 0 at the north end of the projection, 1 at its south end */
const mercatorY = (latitude: number): number =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) / (2 * Math.PI)
const latitudeOf = (y: number): number => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90
