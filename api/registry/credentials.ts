/** Credentials with which devices authenticate to the broker: issued once, listed without their secrets, revoked. */

import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import { inTransaction, type Pool, type PoolClient, type Queryable } from '#infra/db/pool.ts'
import { hashSecret, newSecret } from '#infra/devices/secret.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import type { Credential, credentialRequest, issuedResponse } from '#model/api/devices.ts'
import { AppError } from '#model/basics/errors.ts'
import { OWN_ROOT } from '#model/mqtt/live-feed.ts'
import { covers, filterProblem } from '#model/mqtt/topic-filters.ts'
import { requireThing } from '../queries/registry.ts'
import { recordChange } from '../queries/registry-changes.ts'
import { requireWithin } from './within-restriction.ts'

const MAX_PER_THING = 10
/** What a user name may contain: a colon would end it in a password file. */
const NOT_IN_USERNAME = /[^A-Za-z0-9_.-]/g
/** Taken by the city itself. */
const RESERVED = new Set(['citywell'])
const UNIQUE_VIOLATION = '23505'

type Row = Omit<Credential, 'createdAt'> & { createdAt: Date }
const COLUMNS = `c.id, t.key as thing, c.username, c.topics, c.note, c.who, c.created_at as "createdAt"`
const fromRow = (row: Row): Credential => ({ ...row, createdAt: row.createdAt.toISOString() })

/** @throws AppError THING_UNKNOWN */
export async function selectCredentials(db: Queryable, key: string): Promise<Credential[]> {
  const { id } = await requireThing(db, key)
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from device_credential c join thing t on t.id = c.thing_id where t.id = $1 order by c.id`,
    [id],
  )
  return rows.map(fromRow)
}

/** @throws AppError THING_UNKNOWN, OUTSIDE_RESTRICTION, VALUE_INVALID naming the topic, KEY_TAKEN for a user name that exists */
export async function issueCredential(
  pool: Pool,
  by: Actor,
  key: string,
  request: z.infer<typeof credentialRequest>,
): Promise<z.infer<typeof issuedResponse>> {
  const secret = newSecret()
  const issued = await inTransaction(pool, async (client) => {
    const thing = await requireThing(client, key)
    await requireWithin(client, by, thing)
    if (request.topics) requireUnrestricted(by, 'a credential with topics of its own')
    const { rows: counted } = await client.query<{ n: number }>(
      'select count(*)::int as n from device_credential where thing_id = $1',
      [thing.id],
    )
    if ((counted[0]?.n ?? 0) >= MAX_PER_THING)
      throw new AppError('VALUE_INVALID', `"${thing.key}" has ${MAX_PER_THING} credentials already: revoke one first`)
    const topics = [...new Set(request.topics ?? (await defaultTopics(client, thing)))]
    for (const topic of topics) checkTopic(topic)
    const username = request.username ?? usernameFor(thing.key)
    if (RESERVED.has(username)) throw new AppError('KEY_TAKEN', `the user name "${username}" is that of the city`)
    const { rows } = await client
      .query<Row>(
        `with c as (
           insert into device_credential (thing_id, username, secret, topics, note, who) values ($1, $2, $3, $4, $5, $6) returning *
         )
         select ${COLUMNS} from c join thing t on t.id = c.thing_id`,
        [thing.id, username, hashSecret(secret), topics, request.note, publicNameOf(by)],
      )
      .catch(refuseTaken(username))
    const row = rows[0]
    if (!row) throw new Error('unreachable: one row was inserted')
    const after = { username, topics }
    await recordChange(client, { by, action: 'credential.issue', subject: thing.key, after })
    return fromRow(row)
  })
  return { ...issued, secret }
}

const refuseTaken =
  (username: string) =>
  (error: Error): never => {
    if ((error as { code?: unknown }).code === UNIQUE_VIOLATION)
      throw new AppError('KEY_TAKEN', `another credential has the user name "${username}"`)
    throw error
  }

const usernameFor = (key: string): string =>
  `${key.replace(NOT_IN_USERNAME, '-').slice(0, 80)}.${randomBytes(3).toString('hex')}`

async function defaultTopics(client: PoolClient, { id, key }: { id: number; key: string }): Promise<string[]> {
  const { rows } = await client.query<{ topic: string }>('select topic from thing_registration where thing_id = $1', [
    id,
  ])
  return [`city/+/${key}`, ...rows.map(({ topic }) => topic)].filter((topic) => !/[\s]/.test(topic))
}

function checkTopic(topic: string): void {
  const problem = filterProblem(topic)
  if (problem) throw new AppError('VALUE_INVALID', `topics: ${problem}`)
  if (topic.startsWith('+') || topic.startsWith('#'))
    throw new AppError('VALUE_INVALID', `topics: "${topic}" would be the topics of all devices`)
  if (topic.startsWith('$') || covers(topic, `${OWN_ROOT}#`) || topic.startsWith(OWN_ROOT))
    throw new AppError('VALUE_INVALID', `topics: "${topic}" is reserved`)
  if (/[\s]/.test(topic)) throw new AppError('VALUE_INVALID', `topics: "${topic}" contains a space`)
}

/** The device is disconnected from the embedded broker within a second or two. @throws AppError NOT_FOUND, OUTSIDE_RESTRICTION */
export async function revokeCredential(pool: Pool, by: Actor, id: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ username: string; topics: string[]; key: string; thing: number }>(
      `delete from device_credential c using thing t where c.id = $1 and t.id = c.thing_id
       returning c.username, c.topics, t.key, t.id as thing`,
      [id],
    )
    const revoked = rows[0]
    if (!revoked) throw new AppError('NOT_FOUND', `credential ${id}`)
    const { key, thing, ...before } = revoked
    await requireWithin(client, by, { id: thing, key })
    await recordChange(client, { by, action: 'credential.revoke', subject: key, before })
  })
}
