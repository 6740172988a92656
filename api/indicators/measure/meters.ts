import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { type PropertyName, propertyOf } from '#model/observation/properties.ts'
import type { DatastreamRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import type { Consumption } from '../inputs/counters.ts'
import { countIn, MIN_DATA_CAPTURE, originOf, type Place, percentText, qualityOf } from './context.ts'
import type { Excluded } from './outcome.ts'

const CARRIERS: Readonly<Record<string, string>> = { thermal_energy: 'heat', water_volume: 'water' }

/** A meter whose readings reach further beyond the period says little about the period itself. Citywell's choice. */
const MAX_SPAN_RATIO = 1.25

type Readings = ReadonlyMap<number, Consumption>

/**
 * What a meter counts a day over the period: (last - first reading + what the difference misses) / days between the readings.
 * A day's worth, because meters cover slightly different stretches of the period; the caller multiplies by days.
 */
function perDay(stream: DatastreamRow, read: Consumption | undefined, place: Place): Evidence | Excluded {
  const { thing } = stream
  if (!read) return { what: thing.name, why: 'no good reading in the period' }
  const { count } = place.hours
  const covered = count === 0 ? 0 : Math.max(0, Math.min(1, read.within / count))
  if (read.span === 0) return { what: thing.name, why: 'a single reading in the period' }
  if (covered < MIN_DATA_CAPTURE)
    return { what: thing.name, why: `its readings span ${percentText(covered)} of the period` }
  if (read.span > MAX_SPAN_RATIO * count)
    return {
      what: thing.name,
      why: `its readings lie ${Math.round(read.span / 24)} days apart, longer than the period`,
    }
  const origin = originOf(thing.simulated, 'measured')
  const carrier = CARRIERS[stream.property] ?? 'electricity'
  const { unit } = propertyOf(stream.property as PropertyName)
  const ref = `datastream ${stream.id} (${thing.key} ${stream.property})`
  const reading = (label: string, value: number): Evidence => leaf({ label, value, unit, origin, ref })
  const amount = node(
    { label: `${thing.name}: ${carrier} by its meter`, unit, method: 'difference', origin, n: read.good },
    [
      reading('last reading', read.closing),
      reading('first reading', read.opening),
      reading(acrossText(read), read.correction),
    ],
  )
  const days = leaf({ label: 'days between the readings', value: read.span / 24, unit: 'd', origin, ref })
  return node(
    {
      label: `${thing.name}: ${carrier} a day`,
      unit: `${unit}/d`,
      method: 'ratio',
      origin,
      n: read.good,
      dataCapture: covered,
      quality: qualityOf(read),
      ref,
    },
    [amount, days],
  )
}

const MAX_NAMED = 5

/** What the difference of the two readings does not show: "counted across 1 reset, 1 replacement (inferred, 2026-05-01)". */
function acrossText({ events, outliers, resets }: Consumption): string {
  const others = events.filter(({ kind }) => kind !== 'reset')
  const named = others.slice(0, MAX_NAMED).map(({ kind, inferred, at }) => {
    const day = new Date(at).toISOString().slice(0, 10)
    return `1 ${kind === 'unit_change' ? 'change of unit' : kind} (${inferred ? 'inferred' : 'recorded'}, ${day})`
  })
  const more = others.length > MAX_NAMED ? [`${others.length - MAX_NAMED} more`] : []
  const left = outliers === 0 ? [] : [`${outliers} ${outliers === 1 ? 'outlier' : 'outliers'} left out`]
  return `counted across ${[`${resets} ${resets === 1 ? 'reset' : 'resets'}`, ...named, ...more, ...left].join(', ')}`
}

export type MeterReadings = {
  readonly read: readonly { total: Total; evidence: Evidence }[]
  readonly excluded: readonly { total: Total; reason: Excluded }[]
}

/** Separates meters whose consumption is known from those that are left out, with the reason. */
export function metersPerDay(totals: readonly Total[], readings: Readings, place: Place): MeterReadings {
  const results = totals.map((total) => ({ total, result: totalPerDay(total, readings, place) }))
  return {
    read: results.flatMap(({ total, result }) => ('why' in result ? [] : [{ total, evidence: result }])),
    excluded: results.flatMap(({ total, result }) => ('why' in result ? [{ total, reason: result }] : [])),
  }
}

/** By the first combination all of whose Datastreams are read; without one, the reason why the best of them is not. */
function totalPerDay(total: Total, readings: Readings, place: Place): Evidence | Excluded {
  let reason: Excluded | undefined
  for (const { how, streams } of total.combinations) {
    const days = streams.map((stream) => perDay(stream, readings.get(stream.id), place))
    const silent = days.flatMap((day, i) =>
      'why' in day ? [{ ...day, what: how === 'parts' ? partName(streams[i]) : day.what }] : [],
    )
    reason ??= silent[0]
    const read = days.flatMap((day) => ('why' in day ? [] : [day]))
    if (silent.length === 0) return how === 'total' ? single(total, read, streams) : sumOfParts(total, read, streams)
  }
  return reason ?? { what: total.thing.name, why: 'no good reading in the period' }
}

const partName = (stream: DatastreamRow | undefined): string => `${stream?.thing.name} ${stream?.channel}`.trim()

/** A Datastream that is the total, and what was not added to it. */
function single(total: Total, [day]: readonly Evidence[], streams: readonly DatastreamRow[]): Evidence {
  if (!day) throw new Error('unreachable: a total is one Datastream')
  const parts = notAdded(total, streams)
  return parts.length === 0 ? day : { ...day, label: `${day.label}, its total`, excluded: parts }
}

function sumOfParts(total: Total, days: readonly Evidence[], streams: readonly DatastreamRow[]): Evidence {
  const head = days[0]
  if (!head) throw new Error('unreachable: a combination has Datastreams')
  const channels = streams.map(({ channel }) => channel || 'the one without a channel').join(', ')
  const parts = notAdded(total, streams)
  const dataCapture = Math.min(...days.map((day) => day.dataCapture ?? 0))
  return node(
    {
      label: `${head.label}, the sum of its parts: ${channels}`,
      ...{ unit: head.unit, method: 'sum', origin: head.origin, n: countIn(days), dataCapture },
      ...(parts.length > 0 && { excluded: parts }),
    },
    days.map((day, i) => ({ ...day, label: `${day.label}, ${streams[i]?.channel}` })),
  )
}

const notAdded = (
  { thing, combinations, components }: Total,
  used: readonly DatastreamRow[],
): { what: string; why: string }[] => [
  ...combinations.flatMap(({ streams }) =>
    streams
      .filter((stream) => !used.includes(stream))
      .map((stream) => ({
        what: partName(stream),
        why: 'part of the amount that is counted, or the same in another way',
      })),
  ),
  ...components.map(({ name }) => ({ what: name, why: `part of ${thing.name}` })),
]

/**
 * Share of what the meters should have reported: of each, the part of the period that its readings span, weighted with what
 * it represents (1, people, floor area); what is left out counts as zero.
 */
export function shareCaptured<T>(
  all: readonly T[],
  weightOf: (one: T) => number,
  captureOf: (one: T) => number,
): number {
  const total = all.reduce((sum, one) => sum + weightOf(one), 0)
  return total > 0 ? all.reduce((sum, one) => sum + weightOf(one) * captureOf(one), 0) / total : 0
}

/** A calendar year has its own number of days; anything else is converted to 365. What was not observed throughout says so. */
export function yearOf({ period }: Pick<Place, 'period'>, dataCapture = 1): { days: number; label: string } {
  if (!/^\d{4}$/.test(period.label)) return { days: 365, label: ' (annualised)' }
  const days = Math.round((period.to.getTime() - period.from.getTime()) / 86_400_000)
  if (period.partial) return { days, label: ' (annualised from the part of the year that is over)' }
  return { days, label: dataCapture < 1 ? ` (annualised from ${percentText(dataCapture)} of the year)` : '' }
}
