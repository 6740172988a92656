import { X509Certificate } from 'node:crypto'
import { readFile, statfs } from 'node:fs/promises'
import type { Queryable } from '#infra/db/pool.ts'
import type { AlertRule } from '#model/alerting/rule.ts'
import type { RuleError } from '#model/alerting/rule-error.ts'
import { englishNameOf } from '#model/alerting/subject-name.ts'
import { DAY_MS } from '#model/basics/durations.ts'
import type { Evaluation, SubjectRef } from './evaluation.ts'
import type { RuleOutcomes } from './rule-errors.ts'
import type { World } from './world.ts'

type Measure = Extract<AlertRule['condition'], { kind: 'system' }>['measure']
export type SystemSources = {
  /** folder whose disk is looked at; absent: the database is elsewhere */
  readonly dataDir?: string | undefined
  /** certificates (PEM) whose expiry is looked at */
  readonly certificates?: readonly string[] | undefined
}

const UNITS: Readonly<Record<Measure, string>> = {
  ledger_difference: '{message}',
  queue_age_seconds: 's',
  disk_used_percent: '%',
  certificate_days_left: 'd',
}

// A run that ended with messages in flight never acknowledged them: they were delivered, and counted, again. So they were after a
// killed one, which does not say that it ended, once another has started.
const LEDGER = `
  select coalesce(sum(abs(received - stored - duplicate - rejected - in_flight)), 0)::float8 as difference,
         coalesce(max(extract(epoch from $1::timestamptz - updated_at)) filter (
           where ended_at is null and in_flight > 0 and updated_at > $1::timestamptz - interval '1 day'
             and not exists (select from ingest_ledger next where next.source = l.source and next.started_at > l.updated_at)
         ), 0)::float8 as age
  from ingest_ledger l`

/** Evaluates rules on the system itself: each measure is read once, and only when a rule asks for it. */
export async function evaluateSystem(
  db: Queryable,
  {
    world,
    evaluation,
    outcomes,
    now,
  }: {
    readonly world: World
    readonly evaluation: Evaluation
    readonly outcomes: RuleOutcomes
    readonly now: Date
  },
  sources: SystemSources,
): Promise<void> {
  const rules = [...world.rules.values()].flatMap((rule) => {
    const { condition } = rule.definition
    return condition.kind === 'system' ? [{ rule, measure: condition.measure }] : []
  })
  const wanted = new Set(rules.map(({ measure }) => measure))
  const values = new Map<Measure, number | RuleError | undefined>()
  if (wanted.has('ledger_difference') || wanted.has('queue_age_seconds')) {
    const { rows } = await db.query<{ difference: number; age: number }>(LEDGER, [now])
    values.set('ledger_difference', rows[0]?.difference)
    values.set('queue_age_seconds', rows[0]?.age)
  }
  if (wanted.has('disk_used_percent')) values.set('disk_used_percent', await diskUsed(sources.dataDir))
  if (wanted.has('certificate_days_left'))
    values.set('certificate_days_left', await certificateDays(sources.certificates ?? [], now))
  for (const { rule, measure } of rules) {
    const value = values.get(measure)
    if (typeof value === 'string') outcomes.fail(rule, value)
    else outcomes.succeed(rule)
    if (typeof value === 'number') evaluation.observe(rule, systemRef(measure), [{ at: now.getTime(), value }])
  }
}

export const systemRef = (measure: Measure): SubjectRef => ({
  ...{ kind: 'system', id: measure, intervalSeconds: null, measured: { unit: UNITS[measure] } },
  describe: () => ({
    ...{
      kind: 'system',
      id: measure,
      name: englishNameOf({ kind: 'system', id: measure }),
      thingId: null,
      zoneId: null,
      zoneKey: null,
      owner: null,
    },
    ...{ affectedThings: 0, affectedPeople: null },
  }),
})

async function diskUsed(folder: string | undefined): Promise<number | RuleError | undefined> {
  if (folder === undefined) return undefined
  try {
    const { blocks, bavail } = await statfs(folder)
    return blocks > 0 ? 100 * (1 - bavail / blocks) : undefined
  } catch (error) {
    // where the database is a server of its own, there is no such folder
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'disk_unreadable'
  }
}

/** Days until the first of the certificates expires; one that cannot be read counts as expired. */
async function certificateDays(files: readonly string[], now: Date): Promise<number | undefined> {
  const days = await Promise.all(
    files.map(async (file) => {
      try {
        return (new X509Certificate(await readFile(file)).validToDate.getTime() - now.getTime()) / DAY_MS
      } catch {
        return 0
      }
    }),
  )
  return days.length > 0 ? Math.min(...days) : undefined
}
