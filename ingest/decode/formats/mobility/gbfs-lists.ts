import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import { readTime } from '../../helpers/time.ts'

/**
 * What a GBFS document lists more than once, once. Used before a document goes to the broker, while its vehicles still have
 * ids, and by the decoder, for documents that others publish.
 */

/** A station that is listed twice: as it was reported last. What names no station stays, to be rejected for that. */
export function stationsOnce(stations: readonly unknown[]): unknown[] {
  const byId = new Map<string, JsonObject>()
  const others: unknown[] = []
  for (const station of stations) {
    const id = isObject(station) ? own(station, 'station_id') : undefined
    if (!isObject(station) || (typeof id !== 'string' && typeof id !== 'number')) {
      others.push(station)
      continue
    }
    const known = byId.get(String(id))
    if (!known || reportedMs(station) > reportedMs(known)) byId.set(String(id), station)
  }
  return [...byId.values(), ...others]
}

const reportedMs = (station: JsonObject): number => readTime(own(station, 'last_reported'))?.getTime() ?? 0

/**
 * Vehicles that stand about: each id once, and not those at a station, which counts them (`station_id` is there if the
 * vehicle is docked: gbfs.md v2.3, free_bike_status.json; OpenTripPlanner#3468).
 */
export function vehiclesOnce(vehicles: readonly unknown[]): unknown[] {
  const seen = new Set<string>()
  return vehicles.filter((vehicle) => {
    if (!isObject(vehicle)) return true
    const station = own(vehicle, 'station_id')
    if (station !== undefined && station !== null && station !== '') return false
    const id = own(vehicle, 'bike_id') ?? own(vehicle, 'vehicle_id')
    if (typeof id !== 'string' && typeof id !== 'number') return true
    if (seen.has(String(id))) return false
    seen.add(String(id))
    return true
  })
}
