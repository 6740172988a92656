/** How Datastreams of one Thing and property add up to its total. */
import { rawChannel } from '#model/observation/calibrated-channel.ts'
import { totalledBy } from '#model/observation/total-channel.ts'
import type { DatastreamRow } from './registry-snapshot.ts'

/** Datastreams of one Thing and property that together are its total. */
export type Combination = {
  /** one Datastream that is the total, or the parts that add up to it */
  readonly how: 'total' | 'parts'
  readonly streams: readonly DatastreamRow[]
}

/**
 * Best first: the total, whatever it is called; tariffs; phases; parts of any other name where there is none of these; and
 * what counts the same amount in another way.
 */
export function combinationsOf(streams: readonly DatastreamRow[]): Combination[] {
  const by = (preference: number): DatastreamRow[] => streams.filter((stream) => stream.preference === preference)
  const others = by(3)
  const isTotal = ({ channel }: DatastreamRow): boolean => totalledBy(rawChannel(channel)) === ''
  const complete = [
    by(0),
    ...others.filter(isTotal).map((total) => [total]),
    ...waysOf(by(1), tariffOf),
    ...waysOf(by(2), phaseOf),
  ]
  const known = complete.some((own) => own.length > 0)
  return [...complete, known ? [] : withoutInner(others), by(4)].flatMap((own): Combination[] =>
    own.length > 0 ? [{ how: own.length === 1 ? 'total' : 'parts', streams: own }] : [],
  )
}

/** Parts without those that lie in another one of them, which has a name of its own: `kitchen.oven` in `kitchen.total`. */
function withoutInner(parts: readonly DatastreamRow[]): DatastreamRow[] {
  const containers = parts.flatMap(({ channel }) => totalledBy(rawChannel(channel)) ?? [])
  return parts.filter(
    ({ channel }) =>
      totalledBy(rawChannel(channel)) !== undefined || !containers.some((outer) => channel.startsWith(`${outer}.`)),
  )
}

/** A part of a division: which one it is, and how the sender spells such parts. */
type Part = { readonly member: string; readonly spelling: string }

/** Letters of one phase and numbers of one are the same: `a`, `L1`, `phase_1`. */
function phaseOf(channel: string): Part {
  const last = channel.slice(-1)
  const letter = 'abc'.indexOf(last.toLowerCase())
  const isLarge = last !== last.toLowerCase()
  return {
    member: letter < 0 ? last : String(letter + 1),
    spelling: `${channel.slice(0, -1)}${letter < 0 ? '1' : isLarge ? 'A' : 'a'}`,
  }
}

function tariffOf(channel: string): Part {
  const [, name, number] = /^(.*?)(\d+)$/.exec(channel) ?? []
  if (name !== undefined && number !== undefined) return { member: String(Number(number)), spelling: name }
  const isFirst = /^(hp|peak)$/i.test(channel)
  return { member: isFirst ? '1' : '2', spelling: /^h[pc]$/i.test(channel) ? 'hp' : 'peak' }
}

/**
 * Ways in which the parts of a division add up. A part that is there under two names counts once: the spelling with most
 * parts comes first, and another one can replace it where it has all parts too.
 */
function waysOf(streams: readonly DatastreamRow[], partOf: (channel: string) => Part): DatastreamRow[][] {
  const parts = streams.map((stream) => ({ stream, ...partOf(rawChannel(stream.channel)) }))
  const members = new Set(parts.map(({ member }) => member))
  if (members.size === parts.length) return [[...streams]]
  const spellings = [...Map.groupBy(parts, ({ spelling }) => spelling).values()].toSorted((a, b) => b.length - a.length)
  const first = [...members].flatMap((member) => spellings.flat().find((part) => part.member === member)?.stream ?? [])
  const others = spellings.slice(1).filter((own) => new Set(own.map(({ member }) => member)).size === members.size)
  return [first, ...others.map((own) => own.map(({ stream }) => stream))]
}
