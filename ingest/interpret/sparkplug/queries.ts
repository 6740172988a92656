import type { Queryable } from '#infra/db/pool.ts'
import type { BirthMetric } from '../../decode/helpers/decoding-context.ts'
import type { Sequence } from './sequence.ts'

/** Stored state of an edge node, `<group>/<node>`. */
export type NodeState = {
  readonly node: string
  bdSeq: number | undefined
  bornMs: number | undefined
  online: boolean
  sequence: Sequence
  needsBirth: boolean
}

type NodeRow = {
  node: string
  bdSeq: number | null
  bornAt: Date | null
  online: boolean
  nextSeq: number | null
  ahead: [number, number][]
  needsBirth: boolean
}

/** Locks nodes until the end of the transaction, always in the same order, and inserts new ones. */
export async function lockNodes(db: Queryable, nodes: readonly string[]): Promise<Map<string, NodeState>> {
  const sorted = [...new Set(nodes)].sort()
  await db.query({
    name: 'sparkplug-new-nodes',
    text: 'insert into sparkplug_node (node) select * from unnest($1::text[]) on conflict do nothing',
    values: [sorted],
  })
  const { rows } = await db.query<NodeRow>({
    name: 'sparkplug-nodes',
    text: `
      select node, bd_seq as "bdSeq", born_at as "bornAt", online, next_seq as "nextSeq", ahead, needs_birth as "needsBirth"
      from sparkplug_node where node = any($1::text[]) order by node for update`,
    values: [sorted],
  })
  return new Map(
    rows.map((row) => [
      row.node,
      {
        node: row.node,
        bdSeq: row.bdSeq ?? undefined,
        bornMs: row.bornAt?.getTime(),
        online: row.online,
        sequence: { next: row.nextSeq ?? undefined, ahead: row.ahead },
        needsBirth: row.needsBirth,
      },
    ]),
  )
}

export async function saveNodes(db: Queryable, nodes: readonly NodeState[]): Promise<void> {
  const rows = nodes.map(({ node, bdSeq, bornMs, online, sequence, needsBirth }) => ({
    ...{ node, online, bd_seq: bdSeq ?? null, born_ms: bornMs ?? null },
    ...{ next_seq: sequence.next ?? null, ahead: sequence.ahead, needs_birth: needsBirth },
  }))
  await db.query({
    name: 'sparkplug-save-nodes',
    text: `
      update sparkplug_node s
      set bd_seq = n.bd_seq, born_at = to_timestamp(n.born_ms / 1000.0), online = n.online, next_seq = n.next_seq,
          ahead = n.ahead, needs_birth = n.needs_birth,
          gap_since = case when jsonb_array_length(n.ahead) > 0 then coalesce(s.gap_since, now()) end
      from jsonb_to_recordset($1::jsonb) as n (node text, bd_seq bigint, born_ms float8, online boolean,
        next_seq smallint, ahead jsonb, needs_birth boolean)
      where s.node = n.node`,
    values: [JSON.stringify(rows)],
  })
}

export type Birth = {
  readonly device: string
  readonly node: string
  readonly bornMs: number
  readonly metrics: readonly BirthMetric[]
}
/** Births stored for each device: the current one, and earlier ones for late messages. */
const MAX_BIRTHS = 5

export async function saveBirth(db: Queryable, { device, node, bornMs, metrics }: Birth): Promise<void> {
  const packed = metrics.map(({ name, alias, datatype, unit }) => [name, alias ?? null, datatype, unit ?? null])
  await db.query({
    name: 'sparkplug-save-birth',
    text: `
      insert into sparkplug_birth (device, node, born_at, metrics) values ($1, $2, to_timestamp($3::float8 / 1000.0), $4::jsonb)
      on conflict (device, born_at) do nothing`,
    values: [device, node, bornMs, JSON.stringify(packed)],
  })
  await db.query({
    name: 'sparkplug-old-births',
    text: `
      delete from sparkplug_birth where device = $1 and born_at not in
        (select born_at from sparkplug_birth where device = $1 order by born_at desc limit ${MAX_BIRTHS})`,
    values: [device],
  })
}

/** Birth times of these devices, oldest first. */
export async function selectBirthTimes(db: Queryable, devices: readonly string[]): Promise<Map<string, number[]>> {
  const { rows } = await db.query<{ device: string; bornMs: number[] }>({
    name: 'sparkplug-birth-times',
    text: `
      select device, array_agg((extract(epoch from born_at) * 1000)::float8 order by born_at) as "bornMs"
      from sparkplug_birth where device = any($1::text[]) group by device`,
    values: [devices],
  })
  return new Map(rows.map(({ device, bornMs }) => [device, bornMs.map(Math.round)]))
}

type Packed = [name: string, alias: string | null, datatype: number, unit: string | null]

export async function selectBirth(db: Queryable, device: string, bornMs: number): Promise<BirthMetric[]> {
  const { rows } = await db.query<{ metrics: Packed[] }>({
    name: 'sparkplug-birth',
    text: 'select metrics from sparkplug_birth where device = $1 and born_at = to_timestamp($2::float8 / 1000.0)',
    values: [device, bornMs],
  })
  return (rows[0]?.metrics ?? []).map(([name, alias, datatype, unit]) => ({
    name,
    alias: alias ?? undefined,
    datatype,
    unit: unit ?? undefined,
  }))
}

/** The devices of a node that ever had a birth, `<group>/<node>/<device>`. */
export async function selectDevices(db: Queryable, node: string): Promise<string[]> {
  const { rows } = await db.query<{ device: string }>({
    name: 'sparkplug-devices',
    text: 'select distinct device from sparkplug_birth where node = $1 and device <> $1 order by 1',
    values: [node],
  })
  return rows.map(({ device }) => device)
}

/** A message that has been missing for longer than the reorder time is lost; counting starts again with the next birth. */
export async function expireGaps(db: Queryable, reorderMs: number): Promise<void> {
  await db.query({
    name: 'sparkplug-gaps',
    text: `
      update sparkplug_node set needs_birth = true, gap_since = null, ahead = '[]', next_seq = null
      where gap_since < now() - $1 * interval '1 ms'`,
    values: [reorderMs],
  })
}

/** Claims the nodes that need a rebirth request, each for one worker and not more often than every `everyMs`. */
export async function claimRebirths(db: Queryable, everyMs: number): Promise<string[]> {
  const { rows } = await db.query<{ node: string }>({
    name: 'sparkplug-claim',
    text: `
      update sparkplug_node set asked_at = now()
      where needs_birth and (asked_at is null or asked_at < now() - $1 * interval '1 ms')
      returning node`,
    values: [everyMs],
  })
  return rows.map(({ node }) => node)
}

/** Returns a claim whose request could not be sent, so that any worker may retry. */
export async function returnClaim(db: Queryable, node: string): Promise<void> {
  await db.query('update sparkplug_node set asked_at = null where node = $1', [node])
}
