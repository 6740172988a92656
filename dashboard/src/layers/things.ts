import type { ThingFeature } from '#model/api/city.ts'
import { isGood } from '#model/quality.ts'
import type { Latest } from '../live/latest.ts'
import type { Cell, Column, Datastream, LayerInput, Trust } from './model.ts'

/** A Thing with the one Datastream that a layer shows of it. */
export type Reading = {
  readonly thing: ThingFeature
  readonly datastream: Datastream | null
  readonly latest: Latest | null
  readonly trust: Trust
}

/** Observations older than three expected intervals are stale (the API says the same); unknown interval: one hour. */
export function isStale(latestMs: number, expectedIntervalSeconds: number | null, now: number): boolean {
  return now - latestMs > 3 * (expectedIntervalSeconds ?? 1200) * 1000
}

export function trustOf(latest: Latest | null, expectedIntervalSeconds: number | null, now: number): Trust {
  if (!latest) return 'none'
  if (isStale(latest.time, expectedIntervalSeconds, now)) return 'stale'
  return isGood(latest.quality) ? 'fresh' : 'suspect'
}

/** The Things of these kinds, each with its Datastream of `property` (of `channel`, when named). */
export function readingsOf(input: LayerInput, kinds: readonly string[], property: string): Reading[] {
  const found: Reading[] = []
  for (const thing of input.things) {
    if (!kinds.includes(thing.properties.kind)) continue
    found.push(readingOf(input, thing, property))
  }
  return found
}

export function readingOf(input: LayerInput, thing: ThingFeature, property: string): Reading {
  const { datastreams, expectedIntervalSeconds } = thing.properties
  const datastream = datastreams.find((candidate) => candidate.property === property) ?? null
  const latest = datastream && input.latestOf(datastream)
  return { thing, datastream, latest, trust: trustOf(latest, expectedIntervalSeconds, input.now) }
}

/** What a layer of Things says of trust: how many are stale, how many suspect. */
export const countTrust = (
  readings: readonly { readonly trust: Trust }[],
): { stale: number; suspect: number; none: number } => ({
  stale: readings.filter(({ trust }) => trust === 'stale').length,
  suspect: readings.filter(({ trust }) => trust === 'suspect').length,
  none: readings.filter(({ trust }) => trust === 'none').length,
})

export const numberAttribute = (thing: ThingFeature, name: string): number | null => {
  const value = thing.properties.attributes[name]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export const thingColumns = ({ tools: { t } }: LayerInput): { first: Column[]; last: Column[] } => ({
  first: [
    { id: 'name', label: t('column.thing'), numeric: false },
    { id: 'zone', label: t('column.zone'), numeric: false },
  ],
  last: [
    { id: 'trust', label: t('column.state'), numeric: false },
    { id: 'time', label: t('column.measured'), numeric: true },
  ],
})

export function thingCells(
  input: LayerInput,
  { thing, latest, trust }: Omit<Reading, 'datastream'>,
): Record<string, Cell> {
  const { tools, now } = input
  return {
    name: { text: thing.properties.name, sort: thing.properties.name },
    zone: zoneCell(input, thing.properties.zone),
    trust: { text: tools.name('trust', trust), sort: trust },
    time: latest ? { text: tools.age(latest.time, now), sort: latest.time } : { text: tools.t('none'), sort: null },
  }
}

function zoneCell({ zones, tools }: LayerInput, key: string | null): Cell {
  const name = zones.features.find(({ properties }) => properties.key === key)?.properties.name
  return name ? { text: name, sort: name } : { text: tools.t('none'), sort: null }
}

/** Where a mark goes: the point, or the middle vertex of a line. */
export function pointOf(thing: ThingFeature): readonly [number, number] | null {
  const place = thing.geometry
  if (!place) return null
  if (place.type === 'Point') return place.coordinates
  return place.coordinates[Math.floor(place.coordinates.length / 2)] ?? null
}
