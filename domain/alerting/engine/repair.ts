/**
 * Late data changes no state and notifies nobody; it corrects the history. The ingest notes what arrived after later measurements of
 * its Datastream. Once nothing more of it has arrived for a while, the rules that look at the Datastream are evaluated again over
 * what is stored around it, and where incidents would have been others that is recorded: in the timeline of an incident, or with
 * the rule where there was none. Incidents stay as they were, because they say what was known, and what people were told.
 */
import { inTransaction, type Pool, type PoolClient } from '#infra/db/pool.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '#model/basics/durations.ts'
import { stepMsOf } from '../compile.ts'
import { evidenceOf, windowMsOf } from '../evidence/measured.ts'
import { addEvent } from '../incidents.ts'
import type { Evidence } from '../machine.ts'
import { type Correction, correctionsOf, episodesOf, overlap, type Recorded, type Stretch } from './corrections.ts'
import { requireLease } from './lease.ts'
import { lastEnd, SETTLE_MS, timersUntil } from './measured-rules.ts'
import { type ActiveRule, type FeatureGroup, mildestOf, type Stream, type World } from './world.ts'

/** A device that delivers what it has kept sends many messages. */
const QUIET_MS = MINUTE_MS
/** Not longer, where late data never ends. */
const MAX_WAIT_MS = 10 * MINUTE_MS
/** History from before is not compared. */
export const MAX_CORRECTED_MS = 31 * DAY_MS
/** Rollups of hours, and many Datastreams at once, make late data wait as well. */
const MAX_ORDINARY_WAIT_MS = DAY_MS
/** Datastreams that are compared in one pass. */
const MAX_STREAMS = 50

type Late = {
  readonly id: number
  readonly earliest: number
  readonly latest: number
  /** newest measurement of the Datastream */
  readonly newest: number
  readonly firstArrived: number
  /** of the newest note that was read */
  readonly upTo: number
}
type Pass = {
  readonly pool: Pool
  readonly term: string | null
  readonly world: World
  readonly now: Date
  /** told how many Datastreams have late data that waited until it was too old */
  readonly onUncorrected?: ((datastreams: number) => void) | undefined
}

const LATE = `
  select n.datastream_id as id, max(n.id) as "upTo", ${Object.entries({
    earliest: 'min(n.earliest)',
    latest: 'max(n.latest)',
    newest: 'max(l.phenomenon_time)',
    firstArrived: 'min(coalesce(n.first_arrived_at, n.arrived_at))',
  })
    .map(([name, time]) => `floor(extract(epoch from ${time}) * 1000)::float8 as "${name}"`)
    .join(', ')}
  from late_observation n join latest_observation l using (datastream_id)
  group by 1 having max(n.arrived_at) <= $1::timestamptz - $2 * interval '1 millisecond'
    or min(coalesce(n.first_arrived_at, n.arrived_at)) <= $1::timestamptz - $3 * interval '1 millisecond'
  order by min(coalesce(n.first_arrived_at, n.arrived_at))`
const DONE = `
  delete from late_observation n using unnest($1::int[], $2::bigint[]) as d (id, up_to)
  where n.datastream_id = d.id and n.id <= d.up_to`
const UNCORRECTED = `update alert_engine set uncorrected = uncorrected + $2 where holder = $1`
// What is not rolled up yet the view computes from raw. Days, which are rolled up a day later, are not read here.
const STALE = `
  select id from unnest($1::int[], $2::float8[], $3::float8[]) as late (id, first, last)
  where exists (
    select from rollup_view v
    cross join lateral (select _timescaledb_functions.cagg_watermark(v.mat_hypertable_id) as upto) rolled
    cross join lateral (
      select lowest_modified_value as low, greatest_modified_value as high
      from _timescaledb_catalog.continuous_aggs_materialization_invalidation_log where materialization_id = v.mat_hypertable_id
      union all
      select lowest_modified_value, greatest_modified_value
      from _timescaledb_catalog.continuous_aggs_hypertable_invalidation_log where hypertable_id = v.raw_hypertable_id
    ) changed
    where v.view in ('observation_hourly', 'sound_hourly') and changed.high >= 1000 * late.first
      and changed.low < 1000 * late.last and greatest(changed.low, 1000 * late.first) < rolled.upto)`

/** @returns how many corrections were recorded @throws LeaseLost */
export async function repairHistory(pass: Pass): Promise<number> {
  const { pool, world, now } = pass
  const { rows } = await pool.query<Late>({ name: 'alerting-late', text: LATE, values: [now, QUIET_MS, MAX_WAIT_MS] })
  if (rows.length === 0) return 0
  const looksAt = Map.groupBy(
    world.features.flatMap((group) => group.streams.map((stream) => ({ group, stream }))),
    ({ stream }) => stream.id,
  )
  const ofHours = rows.filter(({ id }) =>
    looksAt.get(id)?.some(({ group }) => stepMsOf(group.feature.condition) >= HOUR_MS),
  )
  // until the hours are rolled up again they are as they were
  const stale = await selectStale(pool, ofHours)
  const watched = rows.filter(({ id }) => looksAt.has(id) && !stale.has(id)).slice(0, MAX_STREAMS)
  const done: Late[] = rows.filter(({ id }) => !looksAt.has(id))
  let recorded = 0
  let tooOld = 0
  for (const late of watched) {
    const groups = looksAt.get(late.id) ?? []
    for (const { group, stream } of groups) recorded += await compare(pass, group, stream, late)
    if (waitedTooLong(late, now.getTime())) tooOld += 1
    done.push(late)
  }
  await pool.query(DONE, [done.map(({ id }) => id), done.map(({ upTo }) => upTo)])
  if (tooOld > 0) {
    await pool.query(UNCORRECTED, [pass.term, tooOld])
    pass.onUncorrected?.(tooOld)
  }
  return recorded
}

/** Whether part of it could have been compared when it arrived, and cannot any more: no engine has run since. */
function waitedTooLong({ earliest, latest, firstArrived }: Late, nowMs: number): boolean {
  const from = Math.max(earliest, firstArrived - MAX_CORRECTED_MS)
  return nowMs - firstArrived > MAX_ORDINARY_WAIT_MS && from <= latest && from < nowMs - MAX_CORRECTED_MS
}

/** Datastreams of which hours in which late data lies were not rolled up again. */
export async function selectStale(
  pool: Pool,
  late: readonly Pick<Late, 'id' | 'earliest' | 'latest'>[],
): Promise<ReadonlySet<number>> {
  if (late.length === 0) return new Set()
  const { rows } = await pool.query<{ id: number }>(STALE, [
    late.map(({ id }) => id),
    late.map(({ earliest }) => Math.floor(earliest / HOUR_MS) * HOUR_MS),
    late.map(({ latest }) => (Math.floor(latest / HOUR_MS) + 1) * HOUR_MS),
  ])
  return new Set(rows.map(({ id }) => id))
}

async function compare(pass: Pass, group: FeatureGroup, stream: Stream, late: Late): Promise<number> {
  const { pool, now } = pass
  const { condition } = group.feature
  const step = stepMsOf(condition)
  const rules = [...group.rules.values()].filter((rule) => rule.covers(stream.thing))
  const windowMs = condition.kind === 'value' ? 0 : windowMsOf(condition)
  const longest = (of: 'forMs' | 'keepMs'): number =>
    Math.max(0, ...rules.flatMap(({ compiled }) => compiled.levels.map((level) => level[of])))
  // what late data may have changed
  const from = Math.max(late.earliest - longest('keepMs') - step, now.getTime() - MAX_CORRECTED_MS)
  const region: Stretch = { startedAt: from, endedAt: late.latest + windowMs + step }
  if (rules.length === 0 || late.latest < from) return 0
  const known = await historyOf(pool, rules, stream.thing.id, region)
  const starts = known.flatMap(({ incidents }) =>
    incidents.flatMap((one) => (one.isComparable && overlap(one, region) ? [one.startedAt] : [])),
  )
  // begins early enough that what is near the region begins and ends in it
  const begin = Math.min(from, ...starts) - longest('forMs') - windowMs - HOUR_MS
  const grace = { newest: late.newest, step, graceMs: group.graceMs(stream.thing) }
  const until = lastEnd({ ...grace, now: now.getTime() - SETTLE_MS })
  const spans = [{ stream, after: begin, until }]
  const evidence = (await evidenceOf(pool, group.feature, spans)).get(stream.id) ?? []
  const timers = timersUntil(now.getTime(), step > 0 && late.newest >= until ? until + step : undefined)
  let count = 0
  for (const { rule, incidents, said } of known) {
    const begun = Math.max(begin, rule.updatedAt, stream.thing.createdAt.getTime())
    const own = evidence.filter(({ at }) => at > begun)
    if (incidents.length === 0 && said.length === 0 && !exceeds(rule, own)) continue
    const machine = rule.compiled.machineFor(stream.thing.intervalSeconds)
    const episodes = episodesOf(machine, own, timers)
    const before = said.flatMap(({ startedAt, endedAt }) => (startedAt === null ? [] : [{ startedAt, endedAt }]))
    const changed = extended(region, [...episodes, ...incidents, ...before])
    const recorded = incidents.filter((one) => overlap(one, changed))
    const concerned = new Set(recorded.map(({ incidentId }) => incidentId))
    const { added, superseded } = correctionsOf({
      ...{ recorded, episodes, region: changed },
      said: said.filter((one) => (one.incidentId === null ? overlaps(one, changed) : concerned.has(one.incidentId))),
    })
    if (added.length + superseded.length > 0)
      count += await write(pass, rule, { thing: stream.thing.id, added, superseded })
  }
  return count
}

/** What changes in the region begins or ends outside of it, now or as it was said before. */
const extended = (region: Stretch, stretches: readonly Stretch[]): Stretch =>
  stretches
    .filter((stretch) => overlap(stretch, region))
    .reduce(
      (all, { startedAt, endedAt }) => ({
        startedAt: Math.min(all.startedAt, startedAt),
        endedAt: all.endedAt === null || endedAt === null ? null : Math.max(all.endedAt, endedAt),
      }),
      region,
    )

const overlaps = ({ startedAt, endedAt }: Correction, region: Stretch): boolean =>
  startedAt !== null && overlap({ startedAt, endedAt }, region)

function exceeds(rule: ActiveRule, evidence: readonly Evidence[]): boolean {
  const sign = rule.compiled.direction === 'above' ? 1 : -1
  return evidence.some(({ value }) => value !== null && sign * (value - mildestOf(rule)) > 0)
}

// Missing data was missing, whatever came later; flapping depends on what was before; a version of a rule knows only its own time.
const INCIDENTS = `
  select i.rule_id as "ruleId", i.id as "incidentId", i.closed_at is null or i.closed_reason = 'resolved' as "isEndKnown",
         not i.flapping and i.started_at >= greatest(r.updated_at, to_timestamp($4::float8 / 1000))
           and (select e.kind from incident_event e where e.incident_id = i.id order by e.id limit 1) <> 'no_data' as "isComparable",
         floor(extract(epoch from i.started_at) * 1000)::float8 as "startedAt",
         floor(extract(epoch from i.ended_at) * 1000)::float8 as "endedAt"
  from incident i join alert_rule r on r.id = i.rule_id
  where i.rule_id = any($1) and i.subject_kind = 'thing' and i.thing_id = $2
    and coalesce(i.ended_at, 'infinity') >= to_timestamp($3::float8 / 1000)
  order by i.started_at`
const SAID = `
  select id, rule_id as "ruleId", incident_id as "incidentId", kind, severity,
         floor(extract(epoch from started_at) * 1000)::float8 as "startedAt",
         floor(extract(epoch from ended_at) * 1000)::float8 as "endedAt"
  from alert_correction
  where rule_id = any($1) and thing_id = $2 and superseded_at is null order by id`
const SUPERSEDE = `update alert_correction set superseded_at = $2 where id = any($1::bigint[])`

type Said = Correction & { readonly id: number }
type History = { readonly rule: ActiveRule; readonly incidents: Recorded[]; readonly said: Said[] }

async function historyOf(pool: Pool, rules: readonly ActiveRule[], thing: number, region: Stretch): Promise<History[]> {
  const ids = rules.map(({ id }) => id)
  const incidents = await pool.query<Recorded & { ruleId: string }>(INCIDENTS, [
    ...[ids, thing, region.startedAt, region.startedAt - MAX_CORRECTED_MS],
  ])
  const said = await pool.query<Said & { ruleId: string }>(SAID, [ids, thing])
  return rules.map((rule) => ({
    rule,
    incidents: incidents.rows.filter(({ ruleId }) => ruleId === rule.id),
    said: said.rows.filter(({ ruleId }) => ruleId === rule.id),
  }))
}

const CURRENT = `select from alert_rule where id = $1 and version = $2 and enabled for share`
const INSERT = `
  insert into alert_correction (rule_id, rule_version, thing_id, incident_id, kind, severity, started_at, ended_at, recorded_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

type Found = {
  readonly thing: number
  readonly added: readonly Correction[]
  readonly superseded: readonly Said[]
}

async function write(
  { pool, term, now }: Pass,
  rule: ActiveRule,
  { thing, added, superseded }: Found,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    const current = await client.query(CURRENT, [rule.id, rule.version])
    await requireLease(client, term)
    if (current.rowCount === 0) return 0
    if (superseded.length > 0) await client.query(SUPERSEDE, [superseded.map(({ id }) => id), now])
    for (const correction of added) await record(client, rule, { ...correction, thing, now })
    return added.length
  })
}

async function record(
  client: PoolClient,
  rule: ActiveRule,
  { incidentId, kind, severity, startedAt, endedAt, thing, now }: Correction & { thing: number; now: Date },
): Promise<void> {
  const [from, to] = [startedAt, endedAt].map((ms) => (ms === null ? null : new Date(ms)))
  await client.query(INSERT, [rule.id, rule.version, thing, incidentId, kind, severity, from, to, now])
  if (incidentId === null) return
  const detail = { correction: kind, startedAt: from?.toISOString() ?? null, endedAt: to?.toISOString() ?? null }
  await addEvent(client, incidentId, { kind: 'history_corrected', at: now, severity, detail })
}
