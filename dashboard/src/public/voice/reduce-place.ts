import inside from '@turf/boolean-point-in-polygon'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { Position } from '#model/basics/geo.ts'
import { VOICE_CELL_RESOLUTION, type VoicePlace } from '#model/voices/voice.ts'

/** About 5 km: the edge of a coarse cell may lie outside of the city, and people live there too. */
const MARGIN_DEGREES = 0.05

/**
 * Makes of a position what may be told of it, in this browser: the zone it lies in, else a cell of about 5 km2; null
 * outside of the city. The position itself goes no further than this function.
 */
export async function reducePlace(
  position: Position,
  zones: ZoneFeatures,
  bounds: CityResponse['bounds'],
): Promise<VoicePlace | null> {
  const [longitude, latitude] = position
  const zone = zones.features.find(({ geometry }) => inside([longitude, latitude], geometry as never))
  if (zone) return { kind: 'zone', key: zone.properties.key }
  const [west, south, east, north] = bounds
  const near =
    longitude > west - MARGIN_DEGREES &&
    longitude < east + MARGIN_DEGREES &&
    latitude > south - MARGIN_DEGREES &&
    latitude < north + MARGIN_DEGREES
  if (!near) return null
  const { latLngToCell } = await import('h3-js')
  return { kind: 'cell', key: latLngToCell(latitude, longitude, VOICE_CELL_RESOLUTION) }
}
