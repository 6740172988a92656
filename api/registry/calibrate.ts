/**
 * A calibration is a rule from a phenomenon time on; ingest/observe/calibration.ts applies it to what comes. What came before is
 * computed here from the raw observations, which never change: the calibrated Datastream holds a value for each of them.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import type { calibrationRequest } from '#model/api/registry.ts'
import { WEEK_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { calibratedChannel, isCalibratedChannel } from '#model/observation/calibrated-channel.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { requireThing } from '../queries/registry.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { untilInForce } from './in-force.ts'
import { requireWithin } from './within-restriction.ts'

type Calibration = z.output<typeof calibrationRequest>
type Streams = { readonly raw: number; readonly calibrated: number; readonly isNew: boolean }

/**
 * @returns number of recomputed observations
 * @throws AppError THING_UNKNOWN, PROPERTY_UNKNOWN, VALUE_INVALID
 */
export async function calibrate(pool: Pool, by: Actor, key: string, calibration: Calibration): Promise<number> {
  const property = PROPERTIES.get(calibration.property)
  if (!property) throw new AppError('PROPERTY_UNKNOWN', calibration.property)
  if (property.positioned)
    throw new AppError('VALUE_INVALID', `${property.name} is measured on the move and has no calibration`)
  if (property.circular && calibration.gain !== 1)
    throw new AppError(
      'VALUE_INVALID',
      `gain = ${calibration.gain}: ${property.name} is a direction, which only an offset corrects; send gain 1`,
    )
  if (isCalibratedChannel(calibration.channel))
    throw new AppError('VALUE_INVALID', `channel "${calibration.channel}" is calibrated already`)
  const thing = await requireThing(pool, key)
  await requireWithin(pool, by, thing)
  const streams = await setRule(pool, by, thing, calibration)
  if (!streams) return 0
  // Until every worker applies the rule, what it stores has no twin, or an older one.
  await untilInForce(pool, sleep)
  const since = streams.isNew ? '-infinity' : calibration.validFrom
  return compute(pool, thing, { ...streams, circular: property.circular ?? false }, since)
}

async function setRule(
  pool: Pool,
  by: Actor,
  thing: { id: number; key: string },
  { property, channel, validFrom, gain, offset, note }: Calibration,
): Promise<Streams | undefined> {
  return inTransaction(pool, async (client) => {
    const before = await client.query(
      `select gain, "offset", note from calibration where thing_id = $1 and property = $2 and channel = $3 and valid_from = $4`,
      [thing.id, property, channel, validFrom],
    )
    await client.query(
      `insert into calibration (thing_id, property, channel, valid_from, gain, "offset", note)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (thing_id, property, channel, valid_from) do update
         set gain = excluded.gain, "offset" = excluded."offset", note = excluded.note`,
      [thing.id, property, channel, validFrom, gain, offset, note],
    )
    const after = { property, channel, validFrom, gain, offset, note }
    const parts = { before: before.rows[0], after }
    await recordChange(client, { by, action: 'calibration.set', subject: thing.key, ...parts })
    return twinOf(client, thing.id, property, channel)
  })
}

/** The Datastream of the raw values and the calibrated one; undefined while nothing was measured. */
async function twinOf(
  client: PoolClient,
  thingId: number,
  property: string,
  channel: string,
): Promise<Streams | undefined> {
  const select = 'select id, unit from datastream where thing_id = $1 and property = $2 and channel = $3'
  const raw = (await client.query<{ id: number; unit: string }>(select, [thingId, property, channel])).rows[0]
  if (!raw) return undefined
  const made = await client.query<{ id: number }>(
    `insert into datastream (thing_id, property, channel, unit) values ($1, $2, $3, $4)
     on conflict (thing_id, property, channel) do nothing returning id`,
    [thingId, property, calibratedChannel(channel), raw.unit],
  )
  const twin =
    made.rows[0] ??
    (await client.query<{ id: number }>(select, [thingId, property, calibratedChannel(channel)])).rows[0]
  return twin && { raw: raw.id, calibrated: twin.id, isNew: made.rows.length > 0 }
}

// The twin of ingest/observe/calibration.ts: a direction stays within the circle.
const CALIBRATED = `
  select $2::int as datastream_id, o.phenomenon_time,
         case when $6::boolean then linear - 360 * floor(linear / 360) else linear end as result, o.quality, o.reasons
  from observation o
  left join lateral (
    select gain, "offset" from calibration
    where thing_id = $5 and (property, channel) = (select property, channel from datastream where id = $1)
      and valid_from <= o.phenomenon_time
    order by valid_from desc limit 1) c on true
  cross join lateral (select coalesce(c.gain, 1) * o.result + coalesce(c."offset", 0) as linear) l
  where o.datastream_id = $1 and o.phenomenon_time >= $3 and o.phenomenon_time < $4`

/** A week in a transaction, oldest first. */
async function compute(
  pool: Pool,
  thing: { id: number; key: string },
  { raw, calibrated, circular }: Streams & { circular: boolean },
  since: string,
): Promise<number> {
  const { rows } = await pool.query<{ first: Date | null; last: Date | null }>(
    'select min(phenomenon_time) as first, max(phenomenon_time) as last from observation where datastream_id = $1 and phenomenon_time >= $2',
    [raw, since],
  )
  const { first, last } = rows[0] ?? {}
  let computed = 0
  if (!first || !last) return 0
  for (let from = first.getTime(); from <= last.getTime(); from += WEEK_MS) {
    const week = [raw, calibrated, new Date(from), new Date(from + WEEK_MS), thing.id, circular]
    computed += await inTransaction(pool, async (client) => computeWeek(client, thing.key, week))
  }
  await pool.query(LATEST, [calibrated])
  return computed
}

async function computeWeek(client: PoolClient, key: string, week: readonly unknown[]): Promise<number> {
  await client.query('set local timescaledb.max_tuples_decompressed_per_dml_transaction = 0')
  const changed = await client.query(
    `update observation_packed o set scaled = p.scaled, divisor = p.divisor
     from (${CALIBRATED}) n, pack_result(n.result) p
     where o.datastream_id = $2 and o.phenomenon_time >= $3 and o.phenomenon_time < $4
       and o.phenomenon_time = n.phenomenon_time and o.scaled::float8 / o.divisor::float8 <> n.result`,
    [...week],
  )
  const added = await client.query(
    `insert into observation_packed (datastream_id, phenomenon_time, scaled, divisor, quality, reasons)
     select n.datastream_id, n.phenomenon_time, p.scaled, p.divisor, n.quality, n.reasons
     from (${CALIBRATED}) n, pack_result(n.result) p on conflict do nothing`,
    [...week],
  )
  const n = added.rowCount ?? 0
  if (n > 0)
    await client.query(`insert into observation_adjustment (reason, thing, n) values ('calibration', $1, $2)`, [key, n])
  return n + (changed.rowCount ?? 0)
}

// Only upwards in time: a worker may have stored a newer one meanwhile.
const LATEST = `
  insert into latest_observation as l (datastream_id, phenomenon_time, result, quality, reasons)
  select datastream_id, phenomenon_time, result, quality, reasons from observation
  where datastream_id = $1 order by phenomenon_time desc limit 1
  on conflict (datastream_id) do update set
    phenomenon_time = excluded.phenomenon_time, result = excluded.result,
    quality = excluded.quality, reasons = excluded.reasons
  where excluded.phenomenon_time >= l.phenomenon_time`
