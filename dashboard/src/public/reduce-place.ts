import inside from '@turf/boolean-point-in-polygon'
import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { Position } from '#model/basics/geo.ts'
import { VOICE_CELL_RESOLUTION, type VoicePlace } from '#model/voices/voice.ts'

/** About 5 km: people just outside the city are accepted, because a cell at the edge extends that far. */
const MARGIN_DEGREES = 0.05

/**
 * Reduces a position, in the browser, to what may be sent: its zone, or else a cell of about 5 km2; null outside the
 * city. The position itself does not leave this function.
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
