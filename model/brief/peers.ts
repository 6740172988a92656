import type { BriefResponse } from '#model/api/brief.ts'
import type { Pair } from './changes.ts'

type Peer = {
  readonly code: string
  readonly dataPoint: string
  readonly city: string
  readonly year: string
  readonly value: number
  readonly source: string
}

/** With fewer peers a median is the value of one city. */
const MIN_PEERS = 2

/**
 * Each data point next to the same one of other cities in the same calendar year: that of the period, else the year before. Only
 * values of one year are put next to each other, and no chance is stated, because peers state no uncertainty.
 */
export function peersOf(
  pairs: readonly Pair[],
  peers: readonly Peer[],
  { period, before }: { readonly period: string; readonly before: string },
): BriefResponse['peers'] {
  return pairs.flatMap((pair) => {
    const own = peers.filter(({ code, dataPoint }) => code === pair.indicator.code && dataPoint === pair.point.id)
    const years = [
      { year: period, value: pair.now.value },
      { year: before, value: pair.before.value },
    ]
    const chosen = years
      .map((one) => ({ ...one, peers: own.filter(({ year }) => year === one.year) }))
      .find((one) => one.value !== null && one.peers.length >= MIN_PEERS)
    if (!chosen || chosen.value === null) return []
    const { indicator, point, now } = pair
    const direction = point.direction ?? indicator.direction
    const value = chosen.value
    const isBetter = (other: number): boolean => (direction === 'higher' ? value > other : value < other)
    const known = direction === 'higher' || direction === 'lower'
    return [
      {
        ...{ code: indicator.code, dataPoint: point.id, unit: now.unit, period: chosen.year, value },
        name: indicator.dataPoints.length > 1 ? `${indicator.name}: ${point.name}` : indicator.name,
        peers: chosen.peers.map(({ city, value: of, source }) => ({ city, value: of, source })),
        median: medianOf(chosen.peers.map((peer) => peer.value)),
        better: known ? chosen.peers.filter((peer) => isBetter(peer.value)).length : null,
      },
    ]
  })
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
}
