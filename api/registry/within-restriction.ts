import type { Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { AppError } from '#model/basics/errors.ts'

/**
 * An account or token that is limited to zones and owners may change a Thing in one of the zones or of one of the owners.
 * Called before a change, and after one that can move a Thing or give it away.
 * @throws AppError OUTSIDE_RESTRICTION
 */
export const requireWithin = (db: Queryable, actor: Actor, thing: ThingName): Promise<void> =>
  requireAllWithin(db, actor, [thing])

type ThingName = { readonly id: number; readonly key: string }

// A Thing that is gone by now is outside as well.
const WITHIN = `
  select t.id from thing t left join zone z on z.id = t.zone_id
  where t.id = any($1::int[]) and (z.key = any($2::text[]) or t.owner = any($3::text[]))`

/** @throws AppError OUTSIDE_RESTRICTION naming the first Thing that is outside */
export async function requireAllWithin(
  db: Queryable,
  { restriction }: Actor,
  things: readonly ThingName[],
): Promise<void> {
  if (!restriction) return
  const ids = things.map(({ id }) => id)
  const { rows } = await db.query<{ id: number }>(WITHIN, [ids, restriction.zones, restriction.owners])
  const within = new Set(rows.map(({ id }) => id))
  const outside = things.find(({ id }) => !within.has(id))
  if (outside) throw new AppError('OUTSIDE_RESTRICTION', `the Thing "${outside.key}"`)
}
