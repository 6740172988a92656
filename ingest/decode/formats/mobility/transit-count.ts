import { addReading, type Base } from '../../helpers/fields.ts'
import { clip } from '../../helpers/input.ts'
import type { Stated } from '../../helpers/local-time.ts'
import { Collector, reject } from '../../helpers/result.ts'
import type { Decoded } from '../../helpers/types.ts'
import type { TransitVehicle } from './gtfs-feed.ts'

/** Vehicles with an older position, or one further ahead, are not in service (in the depot, or with a wrong clock). */
const FRESH_MS = 15 * 60_000
/** Routes of one feed that become channels; with more, the ids are not routes. */
const MAX_ROUTES = 2_000

/**
 * The number and speed of vehicles in service, in total and by route (channel), at the time of the feed, else that of the newest
 * vehicle. Positions of single vehicles are not stored, because they would track the people who drive them.
 */
export function countInService(
  vehicles: readonly TransitVehicle[],
  stated: Stated | undefined,
  device: string,
): Decoded {
  const time = stated ?? newest(vehicles)
  return count(eachOnce(vehicles), time?.time.getTime(), { device, ...time })
}

function newest(vehicles: readonly TransitVehicle[]): Stated | undefined {
  const last = vehicles
    .filter(({ timeMs }) => timeMs !== undefined)
    .toSorted((a, b) => (b.timeMs ?? 0) - (a.timeMs ?? 0))[0]
  return last?.timeMs === undefined
    ? undefined
    : { time: new Date(last.timeMs), ...(last.flags && { flags: last.flags }) }
}

/** A vehicle in several entities (for several trips) counts once, with its latest position; of equal times the last one. */
function eachOnce(vehicles: readonly TransitVehicle[]): TransitVehicle[] {
  const byId = new Map<string, TransitVehicle>()
  for (const vehicle of vehicles) {
    const known = vehicle.id === undefined ? undefined : byId.get(vehicle.id)
    if (vehicle.id !== undefined && (vehicle.timeMs ?? 0) >= (known?.timeMs ?? 0)) byId.set(vehicle.id, vehicle)
  }
  return [...vehicles.filter(({ id }) => id === undefined), ...byId.values()]
}

type Tally = { vehicles: number; moving: number; speed: number }

function count(vehicles: readonly TransitVehicle[], now: number | undefined, base: Base): Decoded {
  const all: Tally = { vehicles: 0, moving: 0, speed: 0 }
  const routes = new Map<string, Tally>()
  let ahead = 0
  for (const vehicle of vehicles) {
    const age = now === undefined || vehicle.timeMs === undefined ? 0 : now - vehicle.timeMs
    if (age < -FRESH_MS) ahead += 1
    if (Math.abs(age) > FRESH_MS) continue
    add(all, vehicle)
    if (vehicle.route === undefined) continue
    const route = routes.get(vehicle.route) ?? { vehicles: 0, moving: 0, speed: 0 }
    if (routes.size < MAX_ROUTES) routes.set(vehicle.route, route)
    add(route, vehicle)
  }
  const out = new Collector()
  // If all positions are of another time, the clock is wrong; that is not a count of zero vehicles.
  if (all.vehicles === 0 && ahead > 0)
    return reject('bad_time', `the time of the feed lies before those of its ${ahead} vehicles by more than 15 minutes`)
  report(all, '', base, out)
  for (const [route, tally] of routes) report(tally, clip(route, 60), base, out)
  return out.finish('')
}

function add(tally: Tally, { speed }: TransitVehicle): void {
  tally.vehicles += 1
  if (speed === undefined) return
  tally.moving += 1
  tally.speed += speed
}

function report(tally: Tally, channel: string, base: Base, out: Collector): void {
  addReading(out, base, { property: 'vehicles_in_service', channel }, tally.vehicles, `vehicles ${channel}`.trim())
  if (tally.moving > 0)
    addReading(
      out,
      base,
      { property: 'speed', unit: 'm/s', channel },
      tally.speed / tally.moving,
      `speed ${channel}`.trim(),
    )
}
