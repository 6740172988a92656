import { inTransaction, type Pool, type Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { MAX_PAYLOAD_MAPPINGS, type PayloadDescription, type PayloadDescriptionRequest } from '#model/api/payloads.ts'
import { AppError } from '#model/basics/errors.ts'
import { recordChange } from './registry-changes.ts'

type Row = Omit<PayloadDescription, 'updatedAt'> & { updatedAt: Date }
const COLUMNS = 'name, topic, mapping, updated_at as "updatedAt"'
const read = (row: Row): PayloadDescription => ({ ...row, updatedAt: row.updatedAt.toISOString() })

export async function selectPayloadMappings(db: Queryable): Promise<PayloadDescription[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from payload_mapping order by name`)
  return rows.map(read)
}

/**
 * Describes the messages of a topic filter; the same name again replaces the description.
 * @throws AppError VALUE_INVALID when another name describes the same filter, or when there are too many
 */
export async function putPayloadMapping(
  pool: Pool,
  by: Actor,
  name: string,
  { topic, mapping }: PayloadDescriptionRequest,
): Promise<PayloadDescription> {
  return inTransaction(pool, async (client) => {
    // one description at a time, so that two requests cannot both be the last that fits
    await client.query('lock table payload_mapping in share row exclusive mode')
    const known = await selectPayloadMappings(client)
    const before = known.find((each) => each.name === name)
    const same = known.find((each) => each.topic === topic && each.name !== name)
    if (same) throw new AppError('VALUE_INVALID', `topic: "${topic}" is described by "${same.name}" already`)
    if (!before && known.length >= MAX_PAYLOAD_MAPPINGS)
      throw new AppError(
        'VALUE_INVALID',
        `name: there are ${known.length} descriptions; the limit is ${MAX_PAYLOAD_MAPPINGS}`,
      )
    const { rows } = await client.query<Row>(
      `insert into payload_mapping (name, topic, mapping) values ($1, $2, $3::jsonb)
       on conflict (name) do update set topic = excluded.topic, mapping = excluded.mapping, updated_at = now()
       returning ${COLUMNS}`,
      [name, topic, JSON.stringify(mapping)],
    )
    if (!rows[0]) throw new Error('unreachable: one row was written')
    const after = read(rows[0])
    await recordChange(client, { by, action: 'payload.set', subject: name, before, after })
    return after
  })
}

/** @throws AppError NOT_FOUND */
export async function deletePayloadMapping(pool: Pool, by: Actor, name: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<Row>(`delete from payload_mapping where name = $1 returning ${COLUMNS}`, [name])
    if (!rows[0]) throw new AppError('NOT_FOUND', `the description ${name}`)
    await recordChange(client, { by, action: 'payload.remove', subject: name, before: read(rows[0]) })
  })
}
