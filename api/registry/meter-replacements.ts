/**
 * Replacements of meters. Readings never change: the count of a meter goes over a replacement by what is recorded here
 * (model/meter/count.ts), in the series at once and in indicators with the next computation.
 */
import type { z } from 'zod'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { meterReplacementRequest } from '#model/api/registry.ts'
import { AppError } from '#model/basics/errors.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { requireThing } from '../queries/registry.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { requireWithin } from './within-restriction.ts'

type Request = z.output<typeof meterReplacementRequest>

const AT = 'thing_id = $1 and property = $2 and channel = $3 and replaced_at = $4'
const BEFORE = `select final_reading as "finalReading", start_reading as "startReading", note from meter_replacement where ${AT}`
const PUT = `
  insert into meter_replacement (thing_id, property, channel, replaced_at, final_reading, start_reading, note)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (thing_id, property, channel, replaced_at) do update
    set final_reading = excluded.final_reading, start_reading = excluded.start_reading, note = excluded.note`

/**
 * Records that a meter was replaced, or corrects what was recorded of that instant.
 * @throws AppError THING_UNKNOWN, PROPERTY_UNKNOWN, VALUE_INVALID
 */
export async function recordReplacement(pool: Pool, by: Actor, key: string, replacement: Request): Promise<void> {
  const { property, channel, replacedAt, finalReading = null, startReading = null, note } = replacement
  const known = PROPERTIES.get(property)
  if (!known) throw new AppError('PROPERTY_UNKNOWN', property)
  if (known.kind !== 'counter')
    throw new AppError('VALUE_INVALID', `property = "${property}" is not a meter reading; a meter counts ${counters()}`)
  await inTransaction(pool, async (client) => {
    const thing = await requireThing(client, key)
    await requireWithin(client, by, thing)
    const before = (await client.query(BEFORE, [thing.id, property, channel, replacedAt])).rows[0]
    await client.query(PUT, [thing.id, property, channel, replacedAt, finalReading, startReading, note])
    const parts = { before, after: replacement }
    await recordChange(client, { by, action: 'meter-replacement.set', subject: thing.key, ...parts })
  })
}

const counters = (): string =>
  [...PROPERTIES.values()]
    .filter(({ kind }) => kind === 'counter')
    .map(({ name }) => name)
    .join(', ')

/** @throws AppError THING_UNKNOWN, NOT_FOUND */
export async function deleteReplacement(pool: Pool, by: Actor, key: string, id: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const thing = await requireThing(client, key)
    await requireWithin(client, by, thing)
    const { rows } = await client.query(
      `delete from meter_replacement where id = $1 and thing_id = $2
       returning property, channel, replaced_at as "replacedAt", final_reading as "finalReading",
         start_reading as "startReading", note`,
      [id, thing.id],
    )
    if (!rows[0]) throw new AppError('NOT_FOUND', `meter replacement ${id} of "${thing.key}"`)
    await recordChange(client, {
      by,
      action: 'meter-replacement.delete',
      subject: thing.key,
      before: rows[0],
      after: null,
    })
  })
}
