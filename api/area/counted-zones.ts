import type { Position } from '#model/basics/geo.ts'
import { shareInside } from '#model/basics/overlap.ts'
import type { ZoneRow } from '../queries/zones.ts'

export type ZoneInside = { readonly zone: ZoneRow; readonly share: number; readonly counted: boolean }

/** From this share of its area on a district counts as a whole. */
const MIN_SHARE = 0.5
/** Less is a border that was not met exactly. */
const NOTHING = 0.001

/**
 * The districts that a ring touches. Those with at least half of their area inside count; where none has, the one with the most
 * people inside, so that a small area has the figures of its district.
 */
export function zonesInRing(zones: readonly ZoneRow[], ring: readonly Position[]): ZoneInside[] {
  const touched = zones
    .map((zone) => ({ zone, share: shareInside(zone.geometry, ring) }))
    .filter(({ share }) => share > NOTHING)
  const half = touched.filter(({ share }) => share >= MIN_SHARE)
  const [most] = touched.toSorted((a, b) => peopleOf(b) - peopleOf(a) || b.share - a.share)
  const counted = new Set(half.length > 0 ? half : [most])
  return touched.map((entry) => ({ ...entry, counted: counted.has(entry) }))
}

export const peopleOf = ({ zone, share }: Pick<ZoneInside, 'zone' | 'share'>): number => (zone.population ?? 0) * share
