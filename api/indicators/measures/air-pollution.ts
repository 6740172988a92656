import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf } from '#model/indicators/evidence.ts'
import type { DatastreamRow } from '../../measurements/registry-snapshot.ts'
import type { CensoredCount } from '../inputs/censored.ts'
import { type Inputs, POLLUTANTS } from '../inputs/inputs.ts'
import {
  countIn,
  instrumentsOf,
  isSimulated,
  MIN_DATA_CAPTURE,
  meanCapture,
  originOf,
  type Place,
  percentText,
  qualityOf,
  totalsIn,
  withSuspectIn,
} from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { type Excluded, missing } from '../measure/outcome.ts'

type Pollutant = (typeof POLLUTANTS)[number]
const LABELS: Readonly<Record<Pollutant, string>> = {
  pm2_5: 'PM2.5',
  pm10: 'PM10',
  no2: 'Nitrogen dioxide',
  so2: 'Sulphur dioxide',
  o3: 'Ozone',
}

/**
 * Weight of a station in the mean of the city by its siting, as stated in the registry: background stations represent
 * where people live, traffic and industrial ones represent hot spots, so these count half. Citywell's own choice; U4SSC
 * gives no weights.
 */
const SITING_WEIGHTS: Readonly<Record<string, number>> = { background: 1, traffic: 0.5, industrial: 0.5 }

/** Mean over stations, weighted by siting, of each station's mean of hourly means. */
export const airPollution = defineMeasure({
  code: 'EN:EN:AQ:1C',
  version: 3,
  needs: 'air stations that measure PM2.5, PM10, nitrogen dioxide, sulphur dioxide or ozone',
  unit: 'ug/m3',
  statistic: 'weighted_mean',
  dataPoints: POLLUTANTS,
  subjects: (place) => totalsIn(place, POLLUTANTS),
  possible: ({ datastreams }) => datastreams(POLLUTANTS).length > 0,
  devices: (pollutant) => ({ properties: [pollutant] }),
  inputs: { means: (inputs) => inputs.means(), censored: (inputs) => inputs.censored() },
  compute(context) {
    const { name, period } = context
    const pollutant = context.dataPoint as Pollutant
    const stations = context.subjects.filter(({ property }) => property === pollutant)
    if (stations.length === 0) return missing(`no station in ${name} measures ${LABELS[pollutant]}`)
    const { read, things, excluded } = instrumentsOf(stations, (stream) =>
      stationMean(stream, pollutant, context.data, context),
    )
    if (read.length === 0) {
      const share = percentText(MIN_DATA_CAPTURE)
      return missing(`no station has at least ${share} of the hours of ${period.label}`, excluded)
    }
    return {
      label: `Mean ${LABELS[pollutant]} of ${name}, over stations weighted by siting`,
      n: countIn(read),
      dataCapture: meanCapture(read),
      simulated: isSimulated(context, things),
      excluded,
      parts: () => read,
    }
  },
})

type Read<Family extends 'means' | 'censored'> = Awaited<ReturnType<Inputs[Family]>>

function stationMean(
  { id, thing }: DatastreamRow,
  pollutant: Pollutant,
  { means, censored }: { means: Read<'means'>; censored: Read<'censored'> },
  place: Place,
): Evidence | Excluded {
  const read = means.get(id)
  if (!read || read.mean === null) return { what: thing.name, why: `no good ${LABELS[pollutant]} in the period` }
  const dataCapture = read.hours / place.hours.count
  if (dataCapture < MIN_DATA_CAPTURE) return { what: thing.name, why: `data capture ${percentText(dataCapture)}` }
  const siting = String(thing.attributes['siting'] ?? 'unknown')
  return leaf({
    label: `${thing.name}: mean of ${read.hours} hourly means, siting ${siting}${limitsText(censored.get(id))}`,
    value: read.mean,
    unit: 'ug/m3',
    method: 'mean_of_hourly_means',
    origin: originOf(thing.simulated, 'measured'),
    n: read.good,
    dataCapture,
    quality: qualityOf(read),
    ...withSuspectIn(read),
    weight: SITING_WEIGHTS[siting] ?? 1,
    cluster: thing.key,
    ref: `datastream ${id} (${thing.key} ${pollutant})`,
  })
}

/** How many values were sent as limits, and what replaces them in the mean (model/observation/censored.ts). */
function limitsText({ below, above }: CensoredCount = { below: 0, above: 0 }): string {
  const low = below > 0 ? `, ${below} below detection taken as half of the limit` : ''
  return above > 0 ? `${low}, ${above} above the range taken as the limit (the mean is at least this)` : low
}
