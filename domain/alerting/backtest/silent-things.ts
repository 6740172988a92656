import type { Queryable } from '#infra/db/pool.ts'
import { SECOND_MS } from '#model/basics/durations.ts'
import { announced, deadlines, inOrder, type Member, signOfLife } from '../engine/silence-members.ts'
import { type ActiveRule, mildestOf, type Registry } from '../engine/world.ts'
import { type Moment, selectMoments } from '../evidence/silence.ts'
import type { Evidence } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'

type Window = { readonly from: Date; readonly to: Date }
type SilentThing = {
  readonly key: string
  readonly intervalSeconds: number | null
  readonly evidence: readonly Evidence[]
}

/** Things that are read at once. */
const CHUNK = 20

/** Things that are expected to report, or that said that they are offline, as the engine looks at each by itself. */
export async function* silentThings(
  db: Queryable,
  rule: ActiveRule,
  { things }: Pick<Registry, 'things'>,
  window: Window,
): AsyncGenerator<SilentThing> {
  const covered = [...things.values()].filter((thing) => rule.covers(thing))
  const keepMs = rule.compiled.levels.map((level) => level.keepMs)
  for (let first = 0; first < covered.length; first += CHUNK) {
    const chunk = covered.slice(first, first + CHUNK)
    const query = { things: chunk.map(({ id }) => id), ...window, intervals: mildestOf(rule), keepMs }
    const moments = Map.groupBy(await selectMoments(db, query), ({ thing }) => thing)
    for (const thing of chunk) {
      const own = moments.get(thing.id) ?? []
      if (thing.intervalSeconds === null && own.every(({ kind }) => kind === 'heard')) continue
      yield { key: thing.key, intervalSeconds: thing.intervalSeconds, evidence: evidenceOf(rule, thing, own, window) }
    }
  }
}

/** What the engine makes of each moment until the next one. */
function evidenceOf(
  rule: ActiveRule,
  thing: ScopedThing,
  moments: readonly Moment[],
  { from, to }: Window,
): Evidence[] {
  const begin = Math.max(from.getTime(), thing.createdAt.getTime())
  const intervalMs = thing.intervalSeconds === null ? Number.POSITIVE_INFINITY : thing.intervalSeconds * SECOND_MS
  let member: Member = { thing, intervalMs, diedAt: undefined, heard: begin, excusedUntil: begin }
  const byTime = [...Map.groupBy(moments, ({ at }) => at)].filter(([at]) => at >= begin)
  const until = (next: number | undefined): number => (next ?? to.getTime() + 1) - 1
  const evidence = deadlines(member, rule, until(byTime[0]?.[0]))
  for (const [at, own] of byTime) {
    member = own.reduce((before, { kind }) => after(before, kind, at), member)
    const now = until(own.at(-1)?.next ?? undefined)
    const known = own.some(({ kind }) => kind === 'heard') ? signOfLife(member) : []
    const said = announced(member, rule, member.diedAt, now)
    evidence.push(...known, ...inOrder([...said, ...deadlines(member, rule, now)]))
  }
  return evidence
}

function after(member: Member, kind: Moment['kind'], at: number): Member {
  if (kind === 'offline') return { ...member, diedAt: at }
  if (kind === 'not_offline') return { ...member, diedAt: undefined }
  // what comes with the word that it is offline is no sign of life
  const { diedAt } = member
  return { ...member, heard: at, diedAt: diedAt !== undefined && at > diedAt ? undefined : diedAt }
}
