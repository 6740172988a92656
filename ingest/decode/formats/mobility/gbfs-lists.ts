import { isObject, type JsonObject, own } from '../../helpers/json.ts'
import { readTime } from '../../helpers/time.ts'

/**
 * Removes repeated entries from lists of a GBFS document. Used before a document is published, while its vehicles still have
 * ids, and by the decoder, for documents that others publish.
 */

/** Each station once, as reported last. Entries without a station id stay, to be rejected. */
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
 * Free-floating vehicles: each id once, without those at a station, which counts them (`station_id` is set for docked
 * vehicles: gbfs.md v2.3, free_bike_status.json; OpenTripPlanner#3468).
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
