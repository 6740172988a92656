import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { type PropertyName, propertyOf } from '#model/observation/properties.ts'
import type { DatastreamRow } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Consumption } from '../inputs/counters.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type Excluded, excludedIn, isSimulated, LEAST_CAPTURE, originOf, percentText, qualityOf } from './measure.ts'

const CARRIERS: Readonly<Record<string, string>> = { thermal_energy: 'heat', water_volume: 'water' }

/** A meter whose readings reach so much further than the period says little of the period itself. Ours. */
const LONGEST_SPAN = 1.25

/**
 * What a meter counts a day over the period: (last - first reading + what the difference misses) / days between the readings.
 * A day's worth, because meters cover slightly different stretches of the period; the caller multiplies by days.
 */
async function perDay(stream: DatastreamRow, inputs: Inputs): Promise<Evidence | Excluded> {
  const { thing } = stream
  const read = (await inputs.consumption()).get(stream.id)
  if (!read) return { what: thing.name, why: 'no good reading in the period' }
  const { count } = inputs.hours
  const covered = count === 0 ? 0 : Math.max(0, Math.min(1, read.within / count))
  if (read.span === 0) return { what: thing.name, why: 'a single reading in the period' }
  if (covered < LEAST_CAPTURE)
    return { what: thing.name, why: `its readings span ${percentText(covered)} of the period` }
  if (read.span > LONGEST_SPAN * count)
    return {
      what: thing.name,
      why: `its readings lie ${Math.round(read.span / 24)} days apart, longer than the period`,
    }
  const origin = originOf(isSimulated(inputs, [thing]), 'measured')
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
    return `1 ${kind} (${inferred ? 'inferred' : 'recorded'}, ${day})`
  })
  const more = others.length > MAX_NAMED ? [`${others.length - MAX_NAMED} more`] : []
  const left = outliers === 0 ? [] : [`${outliers} ${outliers === 1 ? 'outlier' : 'outliers'} left out`]
  return `counted across ${[`${resets} ${resets === 1 ? 'reset' : 'resets'}`, ...named, ...more, ...left].join(', ')}`
}

export type MeterReadings = {
  readonly read: readonly { whole: Whole; evidence: Evidence }[]
  readonly excluded: readonly (Excluded & { whole: Whole })[]
}

/** Splits meters into those whose consumption is known and those that are left out, with the reason. */
export async function metersPerDay(wholes: readonly Whole[], inputs: Inputs): Promise<MeterReadings> {
  const read: { whole: Whole; evidence: Evidence }[] = []
  const excluded: (Excluded & { whole: Whole })[] = []
  for (const whole of wholes) {
    const result = await wholePerDay(whole, inputs)
    if ('why' in result) excluded.push({ ...result, whole })
    else read.push({ whole, evidence: result })
  }
  return { read, excluded }
}

/** By the first combination all of whose Datastreams are read; without one, why the best of them is not. */
async function wholePerDay(whole: Whole, inputs: Inputs): Promise<Evidence | Excluded> {
  let why: Excluded | undefined
  for (const { how, streams } of whole.combinations) {
    const days = await Promise.all(streams.map((stream) => perDay(stream, inputs)))
    const silent = days.flatMap((day, i) =>
      'why' in day ? [{ ...day, what: how === 'parts' ? partName(streams[i]) : day.what }] : [],
    )
    why ??= silent[0]
    const read = days.flatMap((day) => ('why' in day ? [] : [day]))
    if (silent.length === 0) return how === 'total' ? totalOf(whole, read, streams) : sumOf(whole, read, streams)
  }
  return why ?? { what: whole.thing.name, why: 'no good reading in the period' }
}

const partName = (stream: DatastreamRow | undefined): string => `${stream?.thing.name} ${stream?.channel}`.trim()

/** The total, and what was not added to it. */
function totalOf(whole: Whole, [day]: readonly Evidence[], streams: readonly DatastreamRow[]): Evidence {
  if (!day) throw new Error('unreachable: a total is one Datastream')
  const parts = notAdded(whole, streams)
  return parts.length === 0 ? day : { ...day, label: `${day.label}, its total`, excluded: parts }
}

function sumOf(whole: Whole, days: readonly Evidence[], streams: readonly DatastreamRow[]): Evidence {
  const head = days[0]
  if (!head) throw new Error('unreachable: a combination has Datastreams')
  const channels = streams.map(({ channel }) => channel || 'the one without a channel').join(', ')
  const parts = notAdded(whole, streams)
  const dataCapture = Math.min(...days.map((day) => day.dataCapture ?? 0))
  return node(
    {
      label: `${head.label}, the sum of its parts: ${channels}`,
      ...{ unit: head.unit, method: 'sum', origin: head.origin, n: totalCount(days), dataCapture },
      ...excludedIn(parts),
    },
    days.map((day, i) => ({ ...day, label: `${day.label}, ${streams[i]?.channel}` })),
  )
}

const notAdded = (
  { thing, combinations, within }: Whole,
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
  ...within.map(({ name }) => ({ what: name, why: `part of ${thing.name}` })),
]

export const meanCapture = (nodes: readonly Evidence[]): number | null =>
  nodes.length === 0 ? null : nodes.reduce((sum, { dataCapture }) => sum + (dataCapture ?? 0), 0) / nodes.length

/**
 * Share of all that the meters should have told: of each, the part of the period that its readings span, weighted with what
 * it stands for (1, people, floor area); what is left out counts with nothing.
 */
export function shareCaptured<T>(
  all: readonly T[],
  weightOf: (one: T) => number,
  captureOf: (one: T) => number,
): number {
  const whole = all.reduce((sum, one) => sum + weightOf(one), 0)
  return whole > 0 ? all.reduce((sum, one) => sum + weightOf(one) * captureOf(one), 0) / whole : 0
}

export const totalCount = (nodes: readonly Evidence[]): number => nodes.reduce((sum, { n }) => sum + (n ?? 0), 0)

/** A calendar year has its own number of days; anything else is brought to 365. What was not observed throughout says so. */
export function yearOf({ period }: Inputs, dataCapture = 1): { days: number; label: string } {
  if (!/^\d{4}$/.test(period.label)) return { days: 365, label: ' (annualised)' }
  const days = Math.round((period.to.getTime() - period.from.getTime()) / 86_400_000)
  if (period.partial) return { days, label: ' (annualised from the part of the year that is over)' }
  return { days, label: dataCapture < 1 ? ` (annualised from ${percentText(dataCapture)} of the year)` : '' }
}
