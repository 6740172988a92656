/** Things that report once a minute and rules over all of them; conditions, thresholds and patience as people mix them. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from '#infra/db/pool.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'
import type { Publisher } from '../servers.ts'

const PROPERTIES = ['pm2_5', 'no2', 'o3', 'temperature'] as const
/** No value of the publisher (publisher.ts) is higher than this. */
const HIGHEST = 40
const REGISTRATION_RATE = 2_000
const ROWS = 1_000

/** Every Thing reports once, over the broker; then all of them are confirmed. */
export async function registerThings(pool: Pool, publisher: Publisher, things: number): Promise<void> {
  publisher.keepPace(REGISTRATION_RATE)
  while (publisher.published() < things) await sleep(10)
  publisher.keepPace(0)
  const registered = async (): Promise<number> =>
    (await pool.query<{ n: number }>('select count(*) as n from datastream')).rows[0]?.n ?? 0
  while ((await registered()) < PROPERTIES.length * things) await sleep(200)
  await pool.query(
    `update thing set verified = true, expected_interval_s = 60, created_at = now() - interval '30 days'`,
  )
}

const HISTORY = `
  insert into observation (datastream_id, phenomenon_time, result, quality, reasons)
  select d.id, now() - minutes * interval '1 minute', 15 + 5 * sin(d.id + minutes / 200.0), 1, 0
  from datastream d cross join (
    select 10 * n as minutes from generate_series(1, 6) n union all select 60 * n from generate_series(2, 26) n
  ) ages`

/** The last hour every ten minutes, and the day before it every hour. */
export async function addHistory(pool: Pool): Promise<void> {
  await pool.query(HISTORY)
  await pool.query('analyze')
}

type Draft = Record<string, unknown>

/** Seven of ten compare each value; one condition in twenty is looked at with missing data in mind. One rule fires here and there. */
export async function addRules(pool: Pool, count: number): Promise<void> {
  await pool.query('delete from alert_rule')
  await pool.query('update alert_engine set seeded = true')
  for (let from = 0; from < count; from += ROWS) {
    const rules = Array.from({ length: Math.min(ROWS, count - from) }, (_, i) =>
      alertRuleSchema.parse(ruleOf(from + i)),
    )
    await pool.query(
      `insert into alert_rule (id, name, definition, created_by) select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::text[])`,
      [
        rules.map(() => randomUUID()),
        rules.map(({ name }) => name),
        rules.map((rule) => JSON.stringify(rule)),
        rules.map(() => 'bench'),
      ],
    )
  }
}

function ruleOf(i: number): Draft {
  const property = PROPERTIES[i % PROPERTIES.length]
  const threshold = i === 0 ? 29.9 : HIGHEST + i / 100
  const rule = {
    name: `rule ${i}`,
    levels: [
      { severity: 'warning', threshold, recovery: threshold - 1 },
      { severity: 'critical', threshold: 2 * threshold },
    ],
    forSeconds: (i % 4) * 60,
    ...(i % 20 === 0 && { noData: { policy: 'notify', afterSeconds: 3_600 } }),
  }
  const windowMinutes = [10, 30, 60, 480][Math.floor(i / 20) % 4]
  switch (i % 20) {
    case 14:
    case 15:
      return { ...rule, condition: { kind: 'mean', property, windowMinutes } }
    case 16:
      return { ...rule, condition: { kind: 'percentile', property, windowMinutes, percentile: 90 } }
    case 17:
      return { ...rule, condition: { kind: 'rate', property, windowMinutes: 60 } }
    case 18:
      return { ...rule, condition: { kind: 'silence' }, levels: [{ severity: 'warning', threshold: 120 + i }] }
    case 19:
      return { name: rule.name, condition: { kind: 'legal_threshold', pollutant: 'no2', per: 'hour' } }
    default:
      return { ...rule, condition: { kind: 'value', property } }
  }
}
