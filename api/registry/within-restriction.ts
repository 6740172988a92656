import type { Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { AppError } from '#model/basics/errors.ts'

/**
 * An account or token that is limited to zones and owners may change a Thing in one of the zones or of one of the owners.
 * Called before a change, and after one that can move a Thing or give it away.
 * @throws AppError OUTSIDE_RESTRICTION
 */
export async function requireWithin(
  db: Queryable,
  { restriction }: Actor,
  thing: { id: number; key: string },
): Promise<void> {
  if (!restriction) return
  const { rows } = await db.query<{ zone: string | null; owner: string | null }>(
    'select z.key as zone, t.owner from thing t left join zone z on z.id = t.zone_id where t.id = $1',
    [thing.id],
  )
  const { zone = null, owner = null } = rows[0] ?? {}
  const isWithin =
    (zone !== null && restriction.zones.includes(zone)) || (owner !== null && restriction.owners.includes(owner))
  if (!isWithin) throw new AppError('OUTSIDE_RESTRICTION', `the Thing "${thing.key}"`)
}

/** For what applies to Things everywhere. @throws AppError OUTSIDE_RESTRICTION */
export function requireUnrestricted({ restriction }: Actor, what: string): void {
  if (restriction) throw new AppError('OUTSIDE_RESTRICTION', what)
}
