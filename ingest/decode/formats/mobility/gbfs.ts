import { feedName } from '../../helpers/feed-name.ts'
import { addReading, type Base, isNumeric, locationIn } from '../../helpers/fields.ts'
import { clip, notJson, show } from '../../helpers/input.ts'
import { isObject, type JsonObject, own, ownObject } from '../../helpers/json.ts'
import { Collector, reject } from '../../helpers/result.ts'
import { readTime } from '../../helpers/time.ts'
import type { Decoded, Format, Input } from '../../helpers/types.ts'
import { stationsOnce, vehiclesOnce } from './gbfs-lists.ts'

/**
 * GBFS 1 to 3, station_status and free_bike_status or vehicle_status. Times are Unix seconds up to version 2 and RFC 3339
 * in 3; booleans are 1 and 0 in version 1; station ids are text, in practice also numbers. Of free-floating
 * vehicles only the number is read: ids and positions would track people, although ids rotate.
 * Source: github.com/MobilityData/gbfs, gbfs.md of v1.1, v2.3 and v3.0.
 */
export const gbfs: Format = {
  name: 'gbfs',
  claims: ({ json }) =>
    isObject(json) && own(json, 'last_updated') !== undefined && LISTS.some((name) => listIn(json, name) !== undefined),
  decode,
}

const LISTS = ['stations', 'bikes', 'vehicles'] as const
const listIn = (json: JsonObject, name: string): unknown[] | undefined => {
  const list = own(ownObject(json, 'data') ?? {}, name)
  return Array.isArray(list) ? list : undefined
}

function decode(input: Input): Decoded {
  const { json } = input
  if (json === undefined) return reject('not_json', notJson(input))
  if (!isObject(json)) return reject('wrong_shape', 'expected an object')
  const updated = readTime(own(json, 'last_updated'))
  if (!updated) return reject('bad_time', `last_updated: ${show(own(json, 'last_updated'))} is not a time`)
  const system = feedName(input)
  const stations = listIn(json, 'stations')
  if (stations) return readStations(stations, system, updated)
  const vehicles = listIn(json, 'bikes') ?? listIn(json, 'vehicles')
  if (!vehicles) return reject('wrong_shape', 'no data.stations, data.bikes or data.vehicles')
  return countVehicles(vehicles, { device: `gbfs/${system}`, time: updated })
}

function readStations(stations: readonly unknown[], system: string, updated: Date): Decoded {
  const out = new Collector()
  for (const [index, station] of stationsOnce(stations).entries()) {
    if (out.full) break
    if (isObject(station)) readStation(station, system, updated, out)
    else out.problem(`stations[${index}]`, 'wrong_shape', `expected an object, not ${show(station)}`)
  }
  return out.finish('station_information has positions only; station_status is needed')
}

function readStation(station: JsonObject, system: string, updated: Date, out: Collector): void {
  const id = idOf(own(station, 'station_id'))
  const bikes = own(station, 'num_bikes_available') ?? own(station, 'num_vehicles_available')
  const docks = own(station, 'num_docks_available')
  // A station that is not installed, or removed for the winter, is not a station without bicycles.
  if ((bikes === undefined && docks === undefined) || isFalse(own(station, 'is_installed'))) return
  if (id === undefined) {
    out.problem('station_id', 'wrong_shape', `${show(own(station, 'station_id'))} names no station`)
    return
  }
  const reported = own(station, 'last_reported')
  const time = reported === undefined || reported === null ? updated : readTime(reported)
  if (!time) {
    out.problem(`${id}.last_reported`, 'bad_time', `${show(reported)} is not a time`)
    return
  }
  const base: Base = { device: `gbfs/${system}.${id}`, time }
  const location = locationIn(station)
  if (location) base.location = location
  if (bikes !== undefined) addReading(out, base, { property: 'bikes_available' }, bikes, `${id}.num_bikes_available`)
  for (const [type, count] of addedUp(typesOf(station)))
    addReading(out, base, { property: 'bikes_available', channel: type }, count, `${id}.${type}`)
  if (docks !== undefined) addReading(out, base, { property: 'docks_available' }, docks, `${id}.num_docks_available`)
}

/** Bicycles by type: a list of `{vehicle_type_id, count}` since version 2.1, an object in Barcelona and elsewhere. */
function typesOf(station: JsonObject): [type: string, count: unknown][] {
  const list = own(station, 'vehicle_types_available')
  if (Array.isArray(list))
    return list.slice(0, 100).flatMap((entry): [string, unknown][] => {
      const type = isObject(entry) ? idOf(own(entry, 'vehicle_type_id')) : undefined
      return type === undefined || !isObject(entry) ? [] : [[type, own(entry, 'count')]]
    })
  return Object.entries(ownObject(station, 'num_bikes_available_types') ?? {})
    .filter(([, count]) => isNumeric(count))
    .slice(0, 100)
    .map(([type, count]) => [clip(type, 40), count])
}

/** A type that is listed twice, as with two kinds of battery, has all of them; what is no number is left for its rejection. */
function addedUp(types: readonly [type: string, count: unknown][]): ReadonlyMap<string, unknown> {
  const counts = new Map<string, unknown>()
  for (const [type, count] of types) {
    const before = counts.get(type)
    counts.set(type, typeof before === 'number' && typeof count === 'number' ? before + count : count)
  }
  return counts
}

/** Available vehicles away from stations, in total and by type. */
function countVehicles(vehicles: readonly unknown[], base: Base): Decoded {
  let total = 0
  const byType = new Map<string, number>()
  for (const vehicle of vehiclesOnce(vehicles)) {
    if (!isObject(vehicle) || isTrue(own(vehicle, 'is_reserved')) || isTrue(own(vehicle, 'is_disabled'))) continue
    total += 1
    const type = idOf(own(vehicle, 'vehicle_type_id'))
    if (type !== undefined) byType.set(type, (byType.get(type) ?? 0) + 1)
  }
  const out = new Collector()
  addReading(out, base, { property: 'vehicles_available' }, total, 'vehicles')
  for (const [type, count] of byType)
    addReading(out, base, { property: 'vehicles_available', channel: type }, count, `vehicles.${type}`)
  return out.finish('')
}

const idOf = (id: unknown): string | undefined =>
  (typeof id === 'string' && id !== '') || (typeof id === 'number' && Number.isFinite(id))
    ? clip(String(id), 60)
    : undefined
const isTrue = (value: unknown): boolean => value === true || value === 1 || value === '1' || value === 'true'
const isFalse = (value: unknown): boolean => value === false || value === 0 || value === '0' || value === 'false'
