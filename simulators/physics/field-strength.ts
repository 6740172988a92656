import { MINUTE_MS } from '#model/basics/durations.ts'
import { distance } from '../city/geometry/geometry.ts'
import { hashGauss } from '../random/random.ts'
import type { SimThing } from '../world/world.ts'

/** Gain of a sector antenna over an isotropic one, and what of it goes down to the street next to the main beam, dB. */
const GAIN_DBI = 17
const DOWNWARD_DB = -12
const HEAD_HEIGHT_M = 1.5

/** V/m in the far field: the root of 30 times the power radiated (W, against an isotropic antenna) over the distance (ITU-T K.52). */
export const farField = (radiatedW: number, metres: number): number => Math.sqrt(30 * radiatedW) / metres

/** Field at a probe near a mast that transmits at a share of its power (0 to 1), V/m. */
export function fieldAt(probe: SimThing, mast: SimThing, load: number, ms: number): number {
  const dbm = Number(mast.attributes['powerDbm'] || 46) + GAIN_DBI + DOWNWARD_DB
  const height = Number(mast.attributes['heightM'] || 30) - HEAD_HEIGHT_M
  const away = Math.hypot(distance(probe.at, mast.at), height)
  const scatter = 1 + 0.05 * hashGauss(probe.seed, 93, Math.floor(ms / MINUTE_MS))
  return farField(load * 10 ** ((dbm - 30) / 10), away) * Math.max(0.5, scatter)
}
