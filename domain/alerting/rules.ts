import { randomUUID } from 'node:crypto'
import { inTransaction, type Pool, type PoolClient, type Queryable } from '#infra/db/pool.ts'
import { type Actor, publicNameOf } from '#model/access/actor.ts'
import { isRuleWithin } from '#model/access/restriction.ts'
import { type AlertRule, alertRuleSchema } from '#model/alerting/rule.ts'
import { AppError } from '#model/basics/errors.ts'
import { requireWithin } from '../access/within.ts'
import { audit } from '../audit/audit.ts'
import { closeIncidents } from './incidents.ts'

export const MAX_RULES = 10_000

export type StoredRule = {
  readonly id: string
  readonly enabled: boolean
  readonly version: number
  readonly createdAt: Date
  readonly createdBy: string
  readonly updatedAt: Date
  readonly error: string | null
  readonly errorSince: Date | null
  readonly definition: AlertRule
}
type Row = Omit<StoredRule, 'definition'> & { readonly definition: unknown }

const COLUMNS = `id, enabled, version, created_at as "createdAt", created_by as "createdBy", updated_at as "updatedAt",
  error, error_since as "errorSince", definition`

/** Defaults that came after the rule was stored are filled in. */
const ruleOf = (row: Row): StoredRule => ({ ...row, definition: alertRuleSchema.parse(row.definition) })

export async function selectRules(db: Queryable): Promise<StoredRule[]> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from alert_rule order by name, id`)
  return rows.map(ruleOf)
}

/** @throws AppError RULE_UNKNOWN */
export async function requireRule(db: Queryable, id: string): Promise<StoredRule> {
  const { rows } = await db.query<Row>(`select ${COLUMNS} from alert_rule where id = $1`, [id])
  const [row] = rows
  if (!row) throw new AppError('RULE_UNKNOWN', id)
  return ruleOf(row)
}

/** Which side of its thresholds is bad; above for a rule that is gone. */
export async function selectDirection(db: Queryable, id: string): Promise<'above' | 'below'> {
  const { rows } = await db.query<{ direction: 'above' | 'below' }>(
    `select definition ->> 'direction' as direction from alert_rule where id = $1`,
    [id],
  )
  return rows[0]?.direction ?? 'above'
}

/** @throws AppError VALUE_INVALID beyond MAX_RULES */
export const createRule = (pool: Pool, rule: AlertRule, by: Actor): Promise<StoredRule> =>
  inTransaction(pool, async (client) => {
    requireRuleWithin(by, rule)
    const { rows } = await client.query<Row>(
      `insert into alert_rule (id, name, definition, created_by)
       select $1, $2, $3, $4 where (select count(*) from alert_rule) < ${MAX_RULES} returning ${COLUMNS}`,
      [randomUUID(), rule.name, JSON.stringify(rule), publicNameOf(by)],
    )
    const [row] = rows
    if (!row) throw new AppError('VALUE_INVALID', `there are ${MAX_RULES} rules; delete one first`)
    await audit(client, { by, action: 'alert_rule.create', subject: row.id, after: rule })
    return ruleOf(row)
  })

type Change = { readonly by: Actor; readonly now: Date }

/** Replaces a rule. Its open incidents are closed: what they were opened for is not what the rule says now. */
export const changeRule = (pool: Pool, id: string, rule: AlertRule, { by, now }: Change): Promise<StoredRule> =>
  inTransaction(pool, async (client) => {
    const before = await lockRule(client, id, by)
    requireRuleWithin(by, rule)
    if (JSON.stringify(before.definition) === JSON.stringify(rule)) return before
    await endInstances(client, id, { reason: 'rule_changed', by, now })
    const { rows } = await client.query<Row>(
      `update alert_rule set name = $2, definition = $3, version = version + 1, updated_at = $4, error = null, error_since = null
       where id = $1 returning ${COLUMNS}`,
      [id, rule.name, JSON.stringify(rule), now],
    )
    await audit(client, { by, action: 'alert_rule.change', subject: id, before: before.definition, after: rule })
    return ruleOf(rows[0] as Row)
  })

/** A paused rule is not evaluated; its open incidents are closed. */
export const enableRule = (pool: Pool, id: string, enabled: boolean, { by, now }: Change): Promise<StoredRule> =>
  inTransaction(pool, async (client) => {
    const before = await lockRule(client, id, by)
    if (before.enabled === enabled) return before
    if (!enabled) await endInstances(client, id, { reason: 'rule_paused', by, now })
    const { rows } = await client.query<Row>(
      `update alert_rule set enabled = $2, version = version + 1, updated_at = $3, error = null, error_since = null
       where id = $1 returning ${COLUMNS}`,
      [id, enabled, now],
    )
    await audit(client, { by, action: enabled ? 'alert_rule.resume' : 'alert_rule.pause', subject: id })
    return ruleOf(rows[0] as Row)
  })

export const deleteRule = (pool: Pool, id: string, { by, now }: Change): Promise<void> =>
  inTransaction(pool, async (client) => {
    const { definition } = await lockRule(client, id, by)
    await endInstances(client, id, { reason: 'rule_removed', by, now })
    await client.query(`delete from alert_rule where id = $1`, [id])
    await audit(client, { by, action: 'alert_rule.delete', subject: id, before: definition })
  })

/** Engines take the row for share before they write: none of them writes for the version that is being replaced. */
async function lockRule(client: PoolClient, id: string, by: Actor): Promise<StoredRule> {
  const { rows } = await client.query<Row>(`select ${COLUMNS} from alert_rule where id = $1 for update`, [id])
  const [row] = rows
  if (!row) throw new AppError('RULE_UNKNOWN', id)
  const rule = ruleOf(row)
  requireRuleWithin(by, rule.definition)
  return rule
}

/** @throws AppError OUTSIDE_RESTRICTION */
const requireRuleWithin = ({ restriction }: Actor, rule: AlertRule): void =>
  requireWithin(isRuleWithin(restriction, rule), `the scope of the rule "${rule.name}" (scope.zones)`)

type Ending = Change & { readonly reason: 'rule_changed' | 'rule_paused' | 'rule_removed' }

async function endInstances(client: PoolClient, ruleId: string, { reason, by, now }: Ending): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `select id from incident where rule_id = $1 and closed_at is null order by id for update`,
    [ruleId],
  )
  await closeIncidents(
    client,
    rows.map(({ id }) => id),
    { reason, now, who: publicNameOf(by) },
  )
  await client.query(`delete from alert_state where rule_id = $1`, [ruleId])
}
