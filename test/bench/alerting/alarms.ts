/** Things whose value crosses a threshold when a bench says so, and a receiver that notes what it is notified of. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connectAsync } from 'mqtt'
import type { Pool } from '#infra/db/pool.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import type { City } from './processes.ts'

const THRESHOLD = 100
/** On either side of it; a larger step would be taken for a spike. */
const STEP = 1

export type Alarms = {
  /** publishes one value beyond or within the threshold, acknowledged by the broker */
  set(thing: number, isBeyond: boolean): Promise<void>
}

/** @param count Things; they are registered and confirmed when this returns */
export async function openAlarms(scope: Scope, { pool, mqttUrl }: City, count: number): Promise<Alarms> {
  const client = await connectAsync(mqttUrl, { clientId: 'bench-alarms' })
  scope.defer(() => client.endAsync())
  const set = async (thing: number, isBeyond: boolean): Promise<void> => {
    const message = { time: new Date().toISOString(), pm10: THRESHOLD + (isBeyond ? STEP : -STEP) }
    await client.publishAsync(`city/air/alarm-${thing}`, JSON.stringify(message), { qos: 1 })
  }
  for (let thing = 0; thing < count; thing += 1) await set(thing, false)
  const registered = async (): Promise<number> =>
    (await pool.query<{ n: number }>(`select count(*) as n from datastream where property = 'pm10'`)).rows[0]?.n ?? 0
  while ((await registered()) < count) await sleep(100)
  await pool.query('update thing set verified = true')
  return { set }
}

export const ALARM_RULE = {
  name: 'Alarm',
  condition: { kind: 'value', property: 'pm10' },
  levels: [{ severity: 'warning', threshold: THRESHOLD }],
  flapping: { changes: 50, windowMinutes: 5 },
}

export type Arrival = { readonly messageId: string; readonly at: number }
export type Webhook = { readonly url: string; readonly arrivals: readonly Arrival[] }

export async function openWebhook(scope: Scope): Promise<Webhook> {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => {
    const at = Date.now()
    request.resume().once('end', () => {
      arrivals.push({ messageId: String(request.headers['webhook-id']).replace(/^msg_/, ''), at })
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.defer(() => new Promise((resolve) => server.close(resolve)))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, arrivals }
}

/** As a new receiver is, but for its limit per hour. */
export const receiverAt = (url: string) => ({ channel: 'webhook', name: 'Bench', config: { url }, maxPerHour: 1_000 })

export type Notified = {
  readonly messageId: string | null
  readonly kind: string
  readonly incident: number
  readonly subject: string
  readonly startedAt: Date
  /** when the pass began that opened it */
  readonly openedAt: Date
  readonly composedAt: Date | null
}

/** What the outbox holds of Things, with the message that each event went into. Killing workers opens other incidents too. */
export async function selectNotified(pool: Pool): Promise<Notified[]> {
  const { rows } = await pool.query<Notified>(
    `select n.message_id as "messageId", n.kind, i.id as incident, i.subject_id as subject, i.started_at as "startedAt",
            i.opened_at as "openedAt", m.created_at as "composedAt"
     from notification n join incident i on i.id = n.incident_id::bigint left join notification_message m on m.id = n.message_id
     where n.state <> 'cancelled' and i.subject_kind = 'thing'`,
  )
  return rows
}
