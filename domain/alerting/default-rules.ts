import type { z } from 'zod'
import { inTransaction, type Pool } from '#infra/db/pool.ts'
import { DEFAULT_RULE_NAMES, type DefaultRuleId } from '#model/alerting/default-names.ts'
import { alertRuleSchema } from '#model/alerting/rule.ts'

type Draft = Omit<z.input<typeof alertRuleSchema>, 'name'> & { readonly id: DefaultRuleId }

/** What every city is offered once; each may be changed, paused or deleted. */
const DEFAULT_RULES: readonly Draft[] = [
  {
    id: 'default-silence',
    description:
      'Nothing from a device for four expected intervals. Devices behind one silent gateway or source are one incident.',
    condition: { kind: 'silence', of: 'thing' },
    levels: [{ severity: 'warning', threshold: 4 }],
  },
  {
    id: 'default-ledger',
    description: 'Received messages that are neither stored, duplicate, rejected nor in flight.',
    condition: { kind: 'system', measure: 'ledger_difference' },
    levels: [{ severity: 'critical', threshold: 0, forSeconds: 120 }],
  },
  {
    id: 'default-queue',
    condition: { kind: 'system', measure: 'queue_age_seconds' },
    levels: [{ severity: 'critical', threshold: 300 }],
  },
  {
    id: 'default-disk',
    condition: { kind: 'system', measure: 'disk_used_percent' },
    levels: [
      { severity: 'warning', threshold: 90, recovery: 85, forSeconds: 300 },
      { severity: 'critical', threshold: 97, recovery: 95, forSeconds: 60 },
    ],
  },
  {
    id: 'default-certificate',
    condition: { kind: 'system', measure: 'certificate_days_left' },
    direction: 'below',
    levels: [
      { severity: 'warning', threshold: 21 },
      { severity: 'critical', threshold: 7 },
    ],
  },
  ...(
    [
      ['o3', 'hour'],
      ['no2', 'three_hours'],
      ['so2', 'three_hours'],
    ] as const
  ).map(
    ([pollutant, per]): Draft => ({
      id: `default-legal-${pollutant}`,
      description: 'The thresholds of the air quality standard that applies in the city, at reference stations.',
      condition: { kind: 'legal_threshold', pollutant, per },
      scope: { grades: ['reference'] },
    }),
  ),
]

/** Offers the default rules to a city that was not offered any; one that was deleted does not come back. */
export const seedRules = (pool: Pool): Promise<void> =>
  inTransaction(pool, async (client) => {
    const { rowCount } = await client.query(`update alert_engine set seeded = true where not seeded`)
    if (!rowCount) return
    for (const { id, ...draft } of DEFAULT_RULES) {
      const rule = alertRuleSchema.parse({ ...draft, name: DEFAULT_RULE_NAMES[id] })
      await client.query(
        `insert into alert_rule (id, name, definition, created_by) values ($1, $2, $3, 'citywell') on conflict do nothing`,
        [id, rule.name, JSON.stringify(rule)],
      )
    }
  })
