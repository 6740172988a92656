import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf } from '#model/indicators/evidence.ts'
import type { DatastreamRow, ThingRow } from '../../measurements/registry.ts'
import type { CensoredCount } from '../inputs/censored.ts'
import { type Inputs, POLLUTANTS } from '../inputs/inputs.ts'
import {
  type Excluded,
  excludedIn,
  found,
  inScope,
  isSimulated,
  LEAST_CAPTURE,
  type Measure,
  missing,
  type Outcome,
  originOf,
  percentText,
  placeOf,
  qualityOf,
  type Scope,
  uncertaintyIn,
  weightedMean,
  withSuspectIn,
} from './measure.ts'

const LABELS = { pm2_5: 'PM2.5', pm10: 'PM10', no2: 'Nitrogen dioxide', so2: 'Sulphur dioxide', o3: 'Ozone' } as const

/**
 * Weight of a station in the mean of the city by its siting, as said in the registry: background stations stand for
 * where people live, traffic and industrial ones for hot spots, so these count half. Citywell's own choice; U4SSC gives
 * no weights.
 */
const SITING_WEIGHTS: Readonly<Record<string, number>> = { background: 1, traffic: 0.5, industrial: 0.5 }

/** EN:EN:AQ:1C: mean over stations, weighted by siting, of each station's mean of hourly means. */
export const airPollution: Measure = {
  code: 'EN:EN:AQ:1C',
  version: 2,
  origin: 'measured',
  needs: 'air stations that measure PM2.5, PM10, nitrogen dioxide, sulphur dioxide or ozone',
  possible: async (inputs) => inputs.datastreams(POLLUTANTS).length > 0,
  async evaluate(inputs, scope) {
    const points = POLLUTANTS.map(
      async (pollutant) => [pollutant, await concentration(pollutant, inputs, scope)] as const,
    )
    return new Map<string, Outcome>(await Promise.all(points))
  },
}

type Pollutant = (typeof POLLUTANTS)[number]

async function concentration(pollutant: Pollutant, inputs: Inputs, scope: Scope): Promise<Outcome> {
  const wholes = inputs.wholes([pollutant]).filter(({ thing }) => inScope(thing, scope))
  if (wholes.length === 0) return missing(`no station in ${placeOf(scope, inputs)} measures ${LABELS[pollutant]}`)
  const stations: Evidence[] = []
  const things: ThingRow[] = []
  const excluded: Excluded[] = []
  for (const { thing, combinations } of wholes) {
    const means = await Promise.all(combinations[0].streams.map((stream) => stationMean(stream, pollutant, inputs)))
    const read = means.flatMap((mean) => ('why' in mean ? [] : [mean]))
    excluded.push(...means.flatMap((mean) => ('why' in mean ? [mean] : [])))
    // Instruments of one station share its weight: a second one must not make the station count twice.
    stations.push(...read.map((mean) => ({ ...mean, weight: (mean.weight ?? 1) / read.length })))
    if (read.length > 0) things.push(thing)
  }
  if (stations.length === 0) {
    return missing(
      `no station has at least ${percentText(LEAST_CAPTURE)} of the hours of ${inputs.period.label}`,
      excluded,
    )
  }
  const simulated = isSimulated(inputs, things)
  const n = stations.reduce((sum, station) => sum + (station.n ?? 0), 0)
  const dataCapture = stations.reduce((sum, station) => sum + (station.dataCapture ?? 0), 0) / stations.length
  const evidence = weightedMean(
    {
      label: `Mean ${LABELS[pollutant]} of ${placeOf(scope, inputs)}, over stations weighted by siting`,
      unit: 'ug/m3',
      origin: originOf(simulated, 'measured'),
      n,
      dataCapture,
      ...excludedIn(excluded),
    },
    stations,
  )
  return found(evidence, { n, dataCapture, simulated, ...uncertaintyIn(evidence) })
}

async function stationMean(stream: DatastreamRow, pollutant: Pollutant, inputs: Inputs): Promise<Evidence | Excluded> {
  const { thing } = stream
  const read = (await inputs.means()).get(stream.id)
  if (!read || read.mean === null) return { what: thing.name, why: `no good ${LABELS[pollutant]} in the period` }
  const dataCapture = read.hours / inputs.hours.count
  if (dataCapture < LEAST_CAPTURE) return { what: thing.name, why: `data capture ${percentText(dataCapture)}` }
  const siting = String(thing.attributes['siting'] ?? 'unknown')
  return leaf({
    label: `${thing.name}: mean of ${read.hours} hourly means, siting ${siting}${limitsIn(await inputs.censored(), stream.id)}`,
    value: read.mean,
    unit: 'ug/m3',
    method: 'mean_of_hourly_means',
    origin: originOf(isSimulated(inputs, [thing]), 'measured'),
    n: read.good,
    dataCapture,
    quality: qualityOf(read),
    ...withSuspectIn(read),
    weight: SITING_WEIGHTS[siting] ?? 1,
    cluster: thing.key,
    ref: `datastream ${stream.id} (${thing.key} ${pollutant})`,
  })
}

/** How many values were sent as limits, and what stands for them in the mean (model/observation/censored.ts). */
function limitsIn(counts: ReadonlyMap<number, CensoredCount>, id: number): string {
  const { below = 0, above = 0 } = counts.get(id) ?? {}
  const low = below > 0 ? `, ${below} below detection taken as half of the limit` : ''
  return above > 0 ? `${low}, ${above} above the range taken as the limit (the mean is at least this)` : low
}
