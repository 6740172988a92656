import type { CityResponse, ZoneFeatures } from '#model/api/city.ts'
import type { VoicePlace } from '#model/voices/voice.ts'
import { reducePlace } from './reduce-place.ts'

/** With a larger error the position may be in another district. */
const VAGUE_METERS = 1500
const LOCATE_LIMIT_MS = 15_000

/**
 * Where the device is, after it has asked its owner: its district or a coarse cell; the position itself is neither sent nor
 * stored. Rejects where it is refused or not available.
 */
export async function locatePlace(
  zones: ZoneFeatures,
  bounds: CityResponse['bounds'],
): Promise<VoicePlace | 'vague' | 'outside'> {
  const { coords } = await new Promise<GeolocationPosition>((resolve, reject) => {
    if ('geolocation' in navigator)
      navigator.geolocation.getCurrentPosition(resolve, reject, { timeout: LOCATE_LIMIT_MS })
    else reject(new Error('this device has no geolocation'))
  })
  if (coords.accuracy > VAGUE_METERS) return 'vague'
  return (await reducePlace([coords.longitude, coords.latitude], zones, bounds)) ?? 'outside'
}
