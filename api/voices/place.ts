import { cellToBoundary, getResolution, isValidCell } from 'h3-js'
import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'
import { VOICE_CELL_RESOLUTION, type VoicePlace } from '#model/voices/voice.ts'
import { selectCity } from '../queries/city.ts'
import { requireZone } from '../queries/zones.ts'

/**
 * A place must belong to the city and be coarse: a finer cell would reveal where somebody lives. It is refused and not
 * rounded, so that the sender learns that it was sent.
 * @throws AppError ZONE_UNKNOWN, VALUE_INVALID
 */
export async function checkPlace(db: Queryable, place: VoicePlace): Promise<void> {
  if (place.kind === 'zone') {
    await requireZone(db, place.key)
    return
  }
  if (!isValidCell(place.key)) throw new AppError('VALUE_INVALID', `place.key = "${place.key}": is not an H3 cell`)
  const resolution = getResolution(place.key)
  if (resolution !== VOICE_CELL_RESOLUTION)
    throw new AppError('VALUE_INVALID', `place.key: must have resolution ${VOICE_CELL_RESOLUTION}, not ${resolution}`)
  const [west, south, east, north] = (await selectCity(db)).bounds
  const corners = cellToBoundary(place.key)
  const touches =
    corners.some(([, lon]) => lon >= west) &&
    corners.some(([, lon]) => lon <= east) &&
    corners.some(([lat]) => lat >= south) &&
    corners.some(([lat]) => lat <= north)
  if (!touches) throw new AppError('VALUE_INVALID', `place.key = "${place.key}": the cell lies outside the city`)
}
