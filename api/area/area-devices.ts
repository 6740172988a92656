import { pointOf } from '#domain/city-pack/zone-at.ts'
import type { AreaResponse } from '#model/api/area.ts'
import type { Bounds, Position } from '#model/basics/geo.ts'
import { isInside } from '#model/basics/overlap.ts'
import { isCircular, PROPERTIES } from '#model/observation/properties.ts'
import { isGood } from '#model/observation/quality.ts'
import { isWhole } from '#model/observation/total-channel.ts'
import { isAvailability } from '#model/things/availability.ts'
import { expectedIntervalOf } from '#model/things/expected-interval.ts'
import type { ThingRow } from '../queries/things.ts'

type Devices = AreaResponse['devices']
/** of a Thing without an expected interval, as in GET /api/v1/things */
const DEFAULT_INTERVAL_S = 3600
type Reading = { readonly property: string; readonly unit: string; readonly time: number; readonly result: number }

/** Things that stand inside a ring; a line by its middle, as everywhere. */
export const thingsInRing = (rows: readonly ThingRow[], ring: readonly Position[]): ThingRow[] =>
  rows.filter(({ geometry }) => geometry !== null && isInside(pointOf(geometry), ring))

export function boundsOf(ring: readonly Position[]): Bounds {
  const [lons, lats] = [ring.map(([lon]) => lon), ring.map(([, lat]) => lat)]
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

/** How many devices there are and what they measure now: the newest good values of those that are confirmed and not stale. */
export function devicesOf(rows: readonly ThingRow[], now: number): Devices {
  const confirmed = rows.filter(({ verified }) => verified)
  const readings = confirmed.map((row) => ({ row, current: currentOf(row, now) }))
  const byProperty = Map.groupBy(
    readings.flatMap(({ current }) => current),
    ({ property }) => property,
  )
  return {
    total: rows.length,
    unconfirmed: rows.length - confirmed.length,
    stale: readings.filter(({ row, current }) => current.length === 0 && row.datastreams.length > 0).length,
    properties: [...byProperty]
      .map(([property, own]) => summary(property, own))
      .toSorted((a, b) => b.devices - a.devices || (a.property < b.property ? -1 : 1)),
  }
}

/** One reading of each property: of the total, or else of the only channel. Readings of counters depend on when they were installed. */
function currentOf({ datastreams, expected_interval_s, attributes }: ThingRow, now: number): Reading[] {
  const of = { expectedIntervalSeconds: expected_interval_s, attributes }
  const byProperty = Map.groupBy(datastreams, ([, property]) => property)
  return [...byProperty].flatMap(([property, streams]) => {
    const [, , channel = '', unit = '', time, result, quality] =
      streams.find(([, , channel]) => channel === '') ??
      streams.find(([, , channel]) => isWhole(channel)) ??
      (streams.length === 1 ? streams[0] : undefined) ??
      []
    const isShown = PROPERTIES.get(property)?.kind !== 'counter' && !isCircular(property)
    if (!isShown || isAvailability({ property, channel })) return []
    if (typeof time !== 'number' || typeof result !== 'number' || !quality || !isGood(quality)) return []
    const interval = expectedIntervalOf(of, { property, channel }) ?? DEFAULT_INTERVAL_S
    return now - time > 3000 * interval ? [] : [{ property, unit, time, result }]
  })
}

function summary(property: string, own: readonly Reading[]): Devices['properties'][number] {
  const sorted = own.map(({ result }) => result).toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const [low = 0, high = 0] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]]
  return {
    property,
    unit: own[0]?.unit ?? '',
    devices: own.length,
    median: (low + high) / 2,
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    newest: new Date(Math.max(...own.map(({ time }) => time))).toISOString(),
  }
}
