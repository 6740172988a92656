import { stationsOnce, vehiclesOnce } from '../decode/formats/mobility/gbfs-lists.ts'
import { isObject, type JsonObject, own } from '../decode/helpers/json.ts'

/** Stations per message: a large city has thousands, with text that is not used. */
const STATIONS_PER_PART = 500
/** Fields of a vehicle that are kept. Its id and position are not, because they would track the people who ride it. */
const VEHICLE_KEYS = ['is_reserved', 'is_disabled', 'vehicle_type_id'] as const
const STATION_KEYS = [
  'station_id',
  'last_reported',
  'is_installed',
  'num_bikes_available',
  'num_vehicles_available',
  'num_docks_available',
  'num_bikes_available_types',
  'vehicle_types_available',
  'lat',
  'lon',
] as const

/**
 * A GBFS document in parts that an ingest worker reads, with only the fields of vehicles and stations that are used. Anything
 * other than a GBFS document with a list is returned unchanged.
 */
export function gbfsParts(document: unknown): unknown[] {
  const data = isObject(document) ? own(document, 'data') : undefined
  if (!isObject(document) || !isObject(data)) return [document]
  const head = pick(document, ['last_updated', 'version'])
  const stations = own(data, 'stations')
  if (Array.isArray(stations)) {
    const slim = stationsOnce(stations).map((station) => (isObject(station) ? pick(station, STATION_KEYS) : station))
    const parts: unknown[] = []
    for (let at = 0; at < slim.length; at += STATIONS_PER_PART)
      parts.push({ ...head, data: { stations: slim.slice(at, at + STATIONS_PER_PART) } })
    return parts
  }
  for (const list of ['bikes', 'vehicles']) {
    const vehicles = own(data, list)
    // In one part, because the total number is reported.
    if (Array.isArray(vehicles)) {
      const slim = vehiclesOnce(vehicles).map((vehicle) => (isObject(vehicle) ? pick(vehicle, VEHICLE_KEYS) : vehicle))
      return [{ ...head, data: { [list]: slim } }]
    }
  }
  return [document]
}

const pick = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.filter((key) => Object.hasOwn(object, key)).map((key) => [key, object[key]]))
