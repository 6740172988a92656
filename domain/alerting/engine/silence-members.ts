/** What silence is evaluated from: Things that are expected to report, or that say themselves whether they are online. */
import { ALL_SOURCES } from '#model/alerting/subject-name.ts'
import { MINUTE_MS, SECOND_MS } from '#model/basics/durations.ts'
import { deathEvidence, silenceEvidence } from '../evidence/silence.ts'
import type { Evidence } from '../machine.ts'
import type { ScopedThing } from '../scope.ts'
import type { ActiveRule } from './world.ts'

export const MISSED_INTERVALS = 1.5
/** Last wills of devices behind one cause arrive as their connections time out. */
const BURST_MS = MINUTE_MS

export type Member = {
  readonly thing: ScopedThing
  /** infinite: known only by what it says of itself */
  readonly intervalMs: number
  /** said to be offline, and nothing was heard since */
  readonly diedAt: number | undefined
  readonly heard: number
  readonly excusedUntil: number
}
type Known = {
  readonly heard: ReadonlyMap<number, number>
  readonly deaths: ReadonlyMap<number, number | undefined>
  readonly listeningSince: number
  readonly groupsBack: ReadonlyMap<string, number>
}

export function membersOf(
  { heard, deaths, listeningSince, groupsBack }: Known,
  things: Iterable<ScopedThing>,
): Member[] {
  return [...things].flatMap((thing): Member[] => {
    if (thing.intervalSeconds === null && !deaths.has(thing.id)) return []
    const last = Math.max(heard.get(thing.id) ?? 0, thing.createdAt.getTime())
    const back = Math.max(0, ...chainOf(thing).map((group) => groupsBack.get(group) ?? 0))
    const diedAt = deaths.get(thing.id)
    return [
      {
        thing,
        intervalMs: thing.intervalSeconds === null ? Number.POSITIVE_INFINITY : thing.intervalSeconds * SECOND_MS,
        // what died with its group has time to report once the group is back
        diedAt: diedAt !== undefined && diedAt > back ? diedAt : undefined,
        heard: last,
        excusedUntil: Math.max(listeningSince, back),
      },
    ]
  })
}

/** From the whole to the part. */
export const chainOf = ({ groups }: ScopedThing): string[] => [
  ALL_SOURCES,
  ...groups.filter((group) => group.startsWith('source:')),
  ...groups.filter((group) => group.startsWith('gateway:')),
]

export const effective = ({ heard, excusedUntil }: Member): number => Math.max(heard, excusedUntil)

export const hasMissed = (member: Member, now: number): boolean =>
  member.diedAt !== undefined || now - effective(member) >= MISSED_INTERVALS * member.intervalMs

/** Whether it was heard before it died, or did not: what comes with the word that it is offline is no sign of life. */
export const isAlive = ({ heard, diedAt }: Member): boolean => diedAt === undefined || heard < diedAt

export const signOfLife = (member: Member): Evidence[] => (isAlive(member) ? [{ at: member.heard, value: 0 }] : [])

/** From when on a Thing or a group counts as silent because it was said to be offline. */
export function announced(member: Member, { compiled }: ActiveRule, at: number | undefined, now: number): Evidence[] {
  if (at === undefined || compiled.direction !== 'above') return []
  return deathEvidence(compiled.levels, { at, from: effective(member), intervalMs: member.intervalMs, until: now })
}

export const inOrder = (evidence: readonly Evidence[]): Evidence[] => evidence.toSorted((a, b) => a.at - b.at)

/** The member whose threshold is reached first. */
export const first = (members: readonly Member[]): Member =>
  members.reduce((a, b) => (effective(a) + a.intervalMs < effective(b) + b.intervalMs ? a : b))

export const deadlines = (member: Member, { compiled }: ActiveRule, now: number): Evidence[] =>
  silenceEvidence(compiled.levels, { from: effective(member), intervalMs: member.intervalMs, until: now })

/**
 * Things that died at about the same time as others that share a group with them, not long ago: their cause may still show.
 */
export function awaitingCause(members: readonly Member[], now: number): Set<number> {
  const byGroup = new Map<string, { readonly id: number; readonly at: number }[]>()
  for (const { thing, diedAt } of members) {
    if (diedAt === undefined) continue
    for (const group of chainOf(thing)) {
      const own = byGroup.get(group) ?? []
      byGroup.set(group, own)
      own.push({ id: thing.id, at: diedAt })
    }
  }
  const waiting = new Set<number>()
  for (const deaths of byGroup.values()) {
    deaths.sort((a, b) => a.at - b.at)
    deaths.forEach(({ id, at }, i) => {
      const near = [deaths[i - 1], deaths[i + 1]].some((other) => other && Math.abs(other.at - at) <= BURST_MS)
      if (near && now < at + BURST_MS) waiting.add(id)
    })
  }
  return waiting
}
