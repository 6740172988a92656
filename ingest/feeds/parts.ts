import { stationsOnce, vehiclesOnce } from '../decode/formats/mobility/gbfs-lists.ts'
import { isObject, type JsonObject, own } from '../decode/helpers/json.ts'

/** Stations of one message: a big city has thousands, with text that nobody reads. */
const STATIONS = 500
/** What is left of a vehicle that stands about: its id and place would follow whoever rides it. */
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
 * A GBFS document as it may go to the broker, in parts that an ingest worker reads: of vehicles only what is counted, of
 * stations only what is read. What is no GBFS document with a list comes back as it is.
 */
export function gbfsParts(document: unknown): unknown[] {
  const data = isObject(document) ? own(document, 'data') : undefined
  if (!isObject(document) || !isObject(data)) return [document]
  const head = pick(document, ['last_updated', 'version'])
  const stations = own(data, 'stations')
  if (Array.isArray(stations)) {
    const slim = stationsOnce(stations).map((station) => (isObject(station) ? pick(station, STATION_KEYS) : station))
    const parts: unknown[] = []
    for (let at = 0; at < slim.length; at += STATIONS)
      parts.push({ ...head, data: { stations: slim.slice(at, at + STATIONS) } })
    return parts
  }
  for (const list of ['bikes', 'vehicles']) {
    const vehicles = own(data, list)
    // In one part: it is the number of all that is told.
    if (Array.isArray(vehicles)) {
      const slim = vehiclesOnce(vehicles).map((one) => (isObject(one) ? pick(one, VEHICLE_KEYS) : one))
      return [{ ...head, data: { [list]: slim } }]
    }
  }
  return [document]
}

const pick = (object: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(keys.filter((key) => Object.hasOwn(object, key)).map((key) => [key, object[key]]))
