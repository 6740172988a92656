import type { Figures } from '#domain/alerting/engine/derived-rules.ts'
import { Engine } from '#domain/alerting/engine/engine.ts'
import { createRule, type StoredRule } from '#domain/alerting/rules.ts'
import type { Pool } from '#infra/db/pool.ts'
import { SYSTEM } from '#model/access/actor.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import { openTestDatabase } from '#test/environment.ts'
import { addObservations, addThing } from './api-fixture.ts'

type ThingOptions = {
  readonly interval?: number
  readonly gateway?: string
  /** `<format>/<id>`: of the source */
  readonly device?: string
  readonly property?: string
  readonly grade?: string
  readonly verified?: boolean
}

const NO_FIGURES: Figures = {
  airIndex: async () => ({ things: new Map(), zones: new Map(), city: null }),
  shortfall: async () => undefined,
}

/** A city with rules, a receiver that wants every message, and engines that look at it when a test says so. */
export async function openAlertCity({ timeZone = 'UTC' } = {}) {
  const database = await openTestDatabase()
  const { pool } = database
  const streams = new Map<string, number>()
  await pool.query(`insert into city (pack) values ($1)`, [JSON.stringify({ name: 'Testville', timeZone })])
  await pool.query(
    `insert into zone (key, name, population, area_km2, geometry) values ('west', 'West', 600, 97, '{}'), ('east', 'East', 400, 97, '{}')`,
  )
  // A test says when hours are rolled up. A server would do so in between, and then not see what a test stores of the same hours.
  await pool.query(
    `select alter_job(job_id, scheduled => false) from timescaledb_information.jobs where proc_name = 'policy_refresh_continuous_aggregate'`,
  )
  await pool.query(`insert into notification_receiver (name, channel, max_per_hour) values ('all', 'webhook', 1000)`)
  /** What waits for the receiver counts as sent after each pass: only then is it notified of the end of an incident. */
  class TestEngine extends Engine {
    override async pass(now: Date) {
      const result = await super.pass(now)
      await pool.query(`update notification set state = 'grouped' where state = 'waiting'`)
      return result
    }
  }
  const openEngine = (
    on: Pool = pool,
    figures: Partial<Figures> = {},
    onUncorrected: (datastreams: number) => void = () => {},
  ): Engine => new TestEngine({ pool: on, figures: { ...NO_FIGURES, ...figures }, system: {}, onUncorrected })

  const things = {
    add: async (key: string, options: ThingOptions = {}): Promise<void> => {
      const { interval = 60, gateway, device, property = 'pm2_5', grade = 'unknown', verified = true } = options
      streams.set(key, await addThing(pool, { key, interval }, property))
      await pool.query(
        `update thing set created_at = '2026-01-01', grade = $2, verified = $3, attributes = attributes || $4 where key = $1`,
        [key, grade, verified, JSON.stringify(gateway === undefined ? {} : { gateway })],
      )
      if (device !== undefined)
        await pool.query(`insert into thing_device (device, thing_id) select $2, id from thing where key = $1`, [
          key,
          device,
        ])
    },
    /** Observations of one Thing: time (ISO) and value, and a flag where it is not 1 */
    report: (key: string, ...readings: (readonly [time: string, value: number, quality?: number])[]) =>
      addObservations(pool, streams.get(key) ?? -1, readings),
    stream: (key: string): number => streams.get(key) ?? -1,
  }
  return {
    ...{ database, pool, things, openEngine },
    rule: (over: object = {}): Promise<StoredRule> =>
      createRule(pool, alertRuleSchema.parse({ ...PARTICLES, ...over }), SYSTEM),
    /** open incidents: subject and severity */
    open: async (): Promise<string[]> =>
      (
        await pool.query<{ line: string }>(
          `select subject_id || ' ' || severity as line from incident where closed_at is null order by 1`,
        )
      ).rows.map(({ line }) => line),
    incidents: async () =>
      (await pool.query(`select *, subject_id as subject from incident order by id`)).rows as readonly Record<
        string,
        unknown
      >[],
    /** messages in the outbox, in their order: kind and subject */
    told: async (): Promise<string[]> =>
      (
        await pool.query<{ line: string }>(
          `select kind || ' ' || (event #>> '{subject,id}') as line from notification where state <> 'cancelled' order by id`,
        )
      ).rows.map(({ line }) => line),
    /** conditions of the instances that are not normal */
    conditions: async (): Promise<string[]> =>
      (
        await pool.query<{ condition: string }>(
          `select condition from alert_state where condition <> 'normal' order by 1`,
        )
      ).rows.map(({ condition }) => condition),
    /** as when its holder was stopped for too long */
    endLease: async (): Promise<void> => {
      await pool.query(`update alert_engine set holder = null, lease_until = '-infinity'`)
    },
    reset: async (): Promise<void> => {
      await pool.query(RESET)
      streams.clear()
    },
    close: () => database.close(),
  }
}
export type AlertCity = Awaited<ReturnType<typeof openAlertCity>>

const RESET = `
  truncate incident, incident_event, alert_state, alert_rule, notification, notification_incident, notification_message,
    thing, thing_device, datastream, latest_observation, observation_packed cascade;
  update alert_engine set holder = null, lease_until = '-infinity', evaluated_at = null, evaluations = 0, skipped = 0`

const PARTICLES = {
  name: 'Particles',
  condition: { kind: 'value', property: 'pm2_5' },
  levels: [{ severity: 'warning', threshold: 80 }],
}

/** `10:05` on the day of the tests, or with seconds `10:05:30`; a whole time stays as it is. */
export const at = (time: string): string =>
  time.includes('T') ? time : `2026-06-01T${time.length === 5 ? `${time}:00` : time}Z`
export const on = (time: string): Date => new Date(at(time))
