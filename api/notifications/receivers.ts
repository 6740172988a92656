import { randomUUID } from 'node:crypto'
import { requireWithin } from '#domain/access/within.ts'
import { audit } from '#domain/audit/audit.ts'
import type { SendMessage } from '#domain/notifications/channels/channel.ts'
import { newSigningSecret } from '#domain/notifications/channels/webhook.ts'
import { renderMessage } from '#domain/notifications/messages/render.ts'
import type { SecretBox } from '#domain/notifications/secrets/secret-box.ts'
import { inTransaction, type Pool, type PoolClient, type Queryable } from '#infra/db/pool.ts'
import type { Actor } from '#model/access/actor.ts'
import { isSelectionWithin } from '#model/access/restriction.ts'
import type { CreatedReceiver, NewReceiver, Receiver, ReceiverChange, TestResult } from '#model/api/notifications.ts'
import { AppError } from '#model/basics/errors.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'
import { templateProblem } from '#model/notifications/template.ts'
import { selectCity } from '../queries/city.ts'

export type Notify = {
  readonly send: SendMessage
  readonly secrets: SecretBox
  readonly publicUrl?: string | undefined
  /** of the key pair for Web Push */
  readonly publicKey: () => Promise<string>
}
type ReceiverDeps = { readonly pool: Pool; readonly clock: () => Date; readonly notify: Notify }

const MAX_RECEIVERS = 500
const TEST_TIMEOUT_MS = 20_000

/** Settings with their columns; those of `json` are stored as JSON. */
const COLUMNS: Readonly<Record<keyof ReceiverChange, string>> = {
  name: 'name',
  language: 'language',
  enabled: 'enabled',
  severities: 'severities',
  zones: 'zones',
  owners: 'owners',
  quietHours: 'quiet_hours',
  escalateAfterMinutes: 'escalate_after_minutes',
  remindMinutes: 'remind_minutes',
  remindAcknowledgedMinutes: 'remind_acknowledged_minutes',
  maxPerHour: 'max_per_hour',
  groupSeconds: 'group_seconds',
  template: 'template',
}
const SETTINGS = Object.keys(COLUMNS) as (keyof ReceiverChange)[]
const SELECT = `
  select id::text, channel, config, secret is not null as "hasSecret",
         ${SETTINGS.map((name) => `${COLUMNS[name]} as "${name}"`).join(', ')},
         tested_at as "testedAt", test_error as "testError", created_at as "createdAt"
  from notification_receiver where deleted_at is null`

type Row = Omit<Receiver, 'testedAt' | 'createdAt'> & { testedAt: Date | null; createdAt: Date }
const receiverOf = (row: Row): Receiver => ({
  ...row,
  testedAt: row.testedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
})

/** Those that are notified of nothing beyond the zones and owners of whoever asks. */
export async function selectReceivers(db: Queryable, { restriction }: Actor): Promise<Receiver[]> {
  const { rows } = await db.query<Row>(`${SELECT} order by name`)
  return rows.filter((row) => isSelectionWithin(restriction, row)).map(receiverOf)
}

/** @throws AppError NOT_FOUND, OUTSIDE_RESTRICTION */
export async function requireReceiver(db: Queryable, id: number, { restriction }: Actor): Promise<Receiver> {
  const row = (await db.query<Row>(`${SELECT} and id = $1`, [id])).rows[0]
  if (!row) throw new AppError('NOT_FOUND', `a receiver with id ${id}`)
  requireWithin(isSelectionWithin(restriction, row), `the receiver ${id}`)
  return receiverOf(row)
}

/** What the audit log has of a receiver: neither its name nor its address, which may be those of a person. */
const auditable = ({ name: _, template: __, ...settings }: ReceiverChange): object =>
  Object.fromEntries(SETTINGS.flatMap((name) => (name in settings ? [[name, settings[name as 'language']]] : [])))

/**
 * Creates a receiver and sends it a test. A test that fails is reported; the receiver is there all the same, so that its server
 * may be set up afterwards.
 * @throws AppError VALUE_INVALID
 */
export async function createReceiver(deps: ReceiverDeps, request: NewReceiver, by: Actor): Promise<CreatedReceiver> {
  const { config, secret, shown } = storedOf(request)
  const id = await inTransaction(deps.pool, async (client) => {
    requireWithin(isSelectionWithin(by.restriction, request), SELECTION)
    await checkSettings(client, request)
    await requireFreeName(client, request.name, null)
    const { rows } = await client.query<{ n: number }>(
      'select count(*) as n from notification_receiver where deleted_at is null',
    )
    if ((rows[0]?.n ?? 0) >= MAX_RECEIVERS)
      throw new AppError('VALUE_INVALID', `there are ${MAX_RECEIVERS} receivers already; delete one first`)
    const values = SETTINGS.map((name) => columnValue(name, request[name]))
    const places = [...SETTINGS.map((_, i) => `$${i + 4}`)]
    const inserted = await client.query<{ id: number }>(
      `insert into notification_receiver (channel, config, secret, ${SETTINGS.map((name) => COLUMNS[name]).join(', ')})
       values ($1, $2, $3, ${places.join(', ')}) returning id`,
      [request.channel, config, secret === null ? null : deps.notify.secrets.seal(JSON.stringify(secret)), ...values],
    )
    const created = inserted.rows[0]?.id ?? 0
    const after = { channel: request.channel, ...auditable(request) }
    await audit(client, { by, action: 'receiver.create', subject: `receiver:${created}`, after })
    return created
  })
  const test = await sendTest(deps, id, by)
  return { receiver: await requireReceiver(deps.pool, id, by), test, signingSecret: shown }
}

/** What is stored openly and encrypted; `shown`: the signing secret, for the answer. */
function storedOf(request: NewReceiver): { config: object; secret: object | null; shown: string | null } {
  switch (request.channel) {
    case 'webhook': {
      const { url } = request.config
      const signingSecret = request.secret ?? newSigningSecret()
      return { config: { origin: new URL(url).origin }, secret: { url, signingSecret }, shown: signingSecret }
    }
    case 'web_push':
      return { config: { origin: new URL(request.secret.endpoint).origin }, secret: request.secret, shown: null }
    case 'alertmanager': {
      const token = request.secret
      return { config: request.config, secret: token === undefined ? null : { token }, shown: null }
    }
    case 'feed':
      return { config: {}, secret: null, shown: null }
    default:
      return { config: request.config, secret: null, shown: null }
  }
}

const columnValue = (name: keyof ReceiverChange, value: unknown): unknown =>
  name === 'quietHours' && value !== null ? JSON.stringify(value) : value

async function checkSettings(client: PoolClient, { template, zones }: ReceiverChange): Promise<void> {
  const problem = template == null ? undefined : templateProblem(template)
  if (problem !== undefined) throw new AppError('VALUE_INVALID', `template: ${problem}`)
  if (!zones || zones.length === 0) return
  const known = (await client.query<{ key: string }>('select key from zone order by key')).rows.map(({ key }) => key)
  const unknown = zones.filter((zone) => !known.includes(zone))
  if (unknown.length > 0)
    throw new AppError('VALUE_INVALID', `zones: no zone ${unknown.join(', ')}; the city has ${known.join(', ')}`)
}

async function requireFreeName(client: PoolClient, name: string, id: number | null): Promise<void> {
  const { rowCount } = await client.query(
    'select from notification_receiver where deleted_at is null and name = $1 and id is distinct from $2',
    [name, id],
  )
  if (rowCount) throw new AppError('VALUE_INVALID', `name: another receiver is called "${name}"`)
}

type Change = { readonly by: Actor; readonly at: Date }
const SELECTION = 'what such a receiver is notified of (zones, owners)'

/** What waits for it is looked at again with the new settings; a receiver that is switched off gets nothing that waits. */
export async function changeReceiver(
  pool: Pool,
  id: number,
  change: ReceiverChange,
  { by, at }: Change,
): Promise<Receiver> {
  return inTransaction(pool, async (client) => {
    const before = await requireReceiver(client, id, by)
    const { zones = before.zones, owners = before.owners } = change
    requireWithin(isSelectionWithin(by.restriction, { zones, owners }), SELECTION)
    await checkSettings(client, change)
    if (change.name !== undefined) await requireFreeName(client, change.name, id)
    const names = SETTINGS.filter((name) => change[name] !== undefined)
    await client.query(
      `update notification_receiver set ${names.map((name, i) => `${COLUMNS[name]} = $${i + 2}`).join(', ')} where id = $1`,
      [id, ...names.map((name) => columnValue(name, change[name]))],
    )
    if (change.enabled === false) await cancelWaiting(client, id, 'receiver_disabled')
    else await client.query(RELEASE, [id, at])
    const after = await requireReceiver(client, id, by)
    const states = { before: auditable(before), after: auditable(after) }
    await audit(client, { by, action: 'receiver.change', subject: `receiver:${id}`, ...states })
    return after
  })
}
const RELEASE = `
  update notification set due_at = $2, held_by = null
  where receiver_id = $1 and state = 'waiting' and held_by is not null`

async function cancelWaiting(client: PoolClient, id: number, reason: string): Promise<void> {
  await client.query(
    `update notification set state = 'cancelled', cancelled = $2, held_by = null where receiver_id = $1 and state = 'waiting'`,
    [id, reason],
  )
}

/** Its name stays for the history of what was sent; address and secret do not. */
export async function deleteReceiver(pool: Pool, id: number, { by, at }: Change): Promise<void> {
  await inTransaction(pool, async (client) => {
    const before = auditable(await requireReceiver(client, id, by))
    await cancelWaiting(client, id, 'receiver_deleted')
    await client.query(
      `update notification_receiver set deleted_at = $2, config = '{}', secret = null, enabled = false where id = $1`,
      [id, at],
    )
    await audit(client, { by, action: 'receiver.delete', subject: `receiver:${id}`, before })
  })
}

const ADDRESS = 'select channel, config, secret from notification_receiver where id = $1 and deleted_at is null'
type Address = Pick<Parameters<SendMessage>[0], 'channel' | 'config' | 'secret'>

/** As `sendTest`, by itself. */
export async function testReceiver(deps: ReceiverDeps, id: number, by: Actor): Promise<TestResult> {
  const result = await sendTest(deps, id, by)
  await audit(deps.pool, { by, action: 'receiver.test', subject: `receiver:${id}`, after: { ok: result.ok } })
  return result
}

/** Sends a message that says it is a test, and stores whether it arrived. */
async function sendTest(deps: ReceiverDeps, id: number, by: Actor): Promise<TestResult> {
  const receiver = await requireReceiver(deps.pool, id, by)
  const address = (await deps.pool.query<Address>(ADDRESS, [id])).rows[0]
  if (!address) throw new AppError('NOT_FOUND', `a receiver with id ${id}`)
  const at = deps.clock()
  const { name: city, timeZone, simulated } = (await selectCity(deps.pool)).pack
  const { language, template } = receiver
  const context = { language, template, city, timeZone, simulated, publicUrl: deps.notify.publicUrl }
  const content = renderMessage([testEvent(at, city)], context)
  const signal = AbortSignal.timeout(TEST_TIMEOUT_MS)
  const outcome = await deps.notify
    .send({ id: randomUUID(), content, createdAt: at, signal, ...address })
    .catch((error: unknown) => ({ ok: false as const, error: error instanceof Error ? error.message : String(error) }))
  const result = { ok: outcome.ok, error: outcome.ok ? null : outcome.error.slice(0, 300) }
  await deps.pool.query('update notification_receiver set tested_at = $2, test_error = $3 where id = $1', [
    ...[id, at, result.error],
  ])
  return result
}

const testEvent = (at: Date, city: string): NotificationEvent => ({
  ...{ incidentId: 'test', kind: 'opened', severity: 'info', at: at.toISOString(), startedAt: at.toISOString() },
  rule: { id: 'test', name: 'Citywell' },
  subject: { kind: 'city', id: 'city', name: city },
  affectedThings: 0,
  test: true,
})
