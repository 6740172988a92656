import { leaf, node } from '#model/indicators/evidence.ts'
import type { Evidence } from '#model/indicators/schema.ts'
import { type PropertyName, propertyOf } from '#model/properties.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { DatastreamRow } from '../inputs/registry.ts'
import { type Excluded, isSimulated, LEAST_CAPTURE, originOf, percentText, qualityOf } from './measure.ts'

const CARRIERS: Readonly<Record<string, string>> = { thermal_energy: 'heat', water_volume: 'water' }

/**
 * What a meter counts a day over the period: (last - first reading + what resets swallowed) / days between the readings.
 * A day's worth, because meters cover slightly different stretches of the period; the caller multiplies by days.
 */
async function perDay(stream: DatastreamRow, inputs: Inputs): Promise<Evidence | Excluded> {
  const { thing } = stream
  const read = (await inputs.consumption()).get(stream.id)
  if (!read) return { what: thing.name, why: 'no good reading in the period' }
  const covered = inputs.hours.count === 0 ? 0 : Math.min(1, read.span / inputs.hours.count)
  if (read.span === 0) return { what: thing.name, why: 'a single reading in the period' }
  if (covered < LEAST_CAPTURE)
    return { what: thing.name, why: `its readings span ${percentText(covered)} of the period` }
  const origin = originOf(isSimulated(inputs, [thing]), 'measured')
  const carrier = CARRIERS[stream.property] ?? 'electricity'
  const { unit } = propertyOf(stream.property as PropertyName)
  const ref = `datastream ${stream.id} (${thing.key} ${stream.property})`
  const reading = (label: string, value: number): Evidence => leaf({ label, value, unit, origin, ref })
  const resets = `counted across ${read.resets} ${read.resets === 1 ? 'reset' : 'resets'}`
  const amount = node(
    { label: `${thing.name}: ${carrier} by its meter`, unit, method: 'difference', origin, n: read.good },
    [reading('last reading', read.closing), reading('first reading', read.opening), reading(resets, read.correction)],
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

/** Splits meters into those whose consumption is known and those that are left out, with the reason. */
export async function metersPerDay(
  streams: readonly DatastreamRow[],
  inputs: Inputs,
): Promise<{
  read: { stream: DatastreamRow; evidence: Evidence }[]
  excluded: (Excluded & { stream: DatastreamRow })[]
}> {
  const read: { stream: DatastreamRow; evidence: Evidence }[] = []
  const excluded: (Excluded & { stream: DatastreamRow })[] = []
  for (const stream of streams) {
    const result = await perDay(stream, inputs)
    if ('why' in result) excluded.push({ ...result, stream })
    else read.push({ stream, evidence: result })
  }
  return { read, excluded }
}

export const meanCapture = (nodes: readonly Evidence[]): number | null =>
  nodes.length === 0 ? null : nodes.reduce((sum, { dataCapture }) => sum + (dataCapture ?? 0), 0) / nodes.length

export const totalCount = (nodes: readonly Evidence[]): number => nodes.reduce((sum, { n }) => sum + (n ?? 0), 0)

/** A calendar year has its own number of days; anything else is brought to 365 and labelled. */
export function yearOf({ period }: Inputs): { days: number; label: string } {
  if (!/^\d{4}$/.test(period.label)) return { days: 365, label: ' (annualised)' }
  const days = Math.round((period.to.getTime() - period.from.getTime()) / 86_400_000)
  return { days, label: period.partial ? ' (annualised from the part of the year that is over)' : '' }
}
