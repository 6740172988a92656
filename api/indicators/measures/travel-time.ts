import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { type DatastreamRow, numberOf } from '../../measurements/registry-snapshot.ts'
import type { Inputs } from '../inputs/inputs.ts'
import {
  countIn,
  instrumentsOf,
  isSimulated,
  MIN_DATA_CAPTURE,
  meanCapture,
  originOf,
  percentText,
  qualityOf,
  totalsIn,
  withSuspectIn,
} from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { type Excluded, missing } from '../measure/outcome.ts'

/**
 * Mean travel time in the peaks (Monday to Friday, 7 to 9 and 16 to 18 local time) over the free-flow time of the registry,
 * per street segment, then weighted by segment length. The peaks are Citywell's choice; the form is that of the Urban
 * Mobility Report (Texas A&M Transportation Institute).
 */
export const travelTimeIndex = defineMeasure({
  code: 'EC:I:T:5A',
  needs: 'street segments that measure travel_time, with the attributes lengthM and freeFlowTravelTimeS',
  unit: '1',
  statistic: 'weighted_mean',
  subjects: (place) => totalsIn(place, ['travel_time']),
  noSubjects: ({ name }) => `no street segment of ${name} measures travel time`,
  devices: () => ({ properties: ['travel_time'] }),
  inputs: { peak: (inputs) => inputs.peak() },
  compute(context) {
    const { subjects, data, name, period } = context
    const { expected } = data.peak
    if (expected === 0)
      return missing(`${period.label} has had no peak hour yet (Monday to Friday, 7 to 9 and 16 to 18)`)
    // Classes of vehicles on one segment share its length.
    const { read, things, excluded } = instrumentsOf(subjects, (stream) => segmentIndex(stream, data.peak))
    if (read.length === 0)
      return missing(`no segment covers ${percentText(MIN_DATA_CAPTURE)} of the ${expected} peak hours`, excluded)
    return {
      label: `Travel time in the peaks over free flow in ${name}, segments weighted by length`,
      n: countIn(read),
      dataCapture: meanCapture(read),
      simulated: isSimulated(context, things),
      excluded,
      parts: () => read,
    }
  },
})

function segmentIndex(
  { id, thing }: DatastreamRow,
  { means, expected }: Awaited<ReturnType<Inputs['peak']>>,
): Evidence | Excluded {
  const [length, freeFlow] = [numberOf(thing, 'lengthM'), numberOf(thing, 'freeFlowTravelTimeS')]
  if (!length || !freeFlow) return { what: thing.name, why: 'lengthM or freeFlowTravelTimeS is not in the registry' }
  const read = means.get(id)
  if (!read || read.mean === null) return { what: thing.name, why: 'no good travel time in a peak hour' }
  const dataCapture = read.hours / expected
  if (dataCapture < MIN_DATA_CAPTURE)
    return { what: thing.name, why: `it covers ${percentText(dataCapture)} of the peak hours` }
  const origin = originOf(thing.simulated, 'measured')
  const ref = `datastream ${id} (${thing.key} travel_time)`
  return node(
    {
      ...{ label: thing.name, unit: '1', method: 'ratio', origin, n: read.good, dataCapture },
      ...{ quality: qualityOf(read), weight: length, cluster: thing.key, ref },
    },
    [
      leaf({
        ...{ label: `mean of ${read.hours} peak hours`, value: read.mean, unit: 's', origin, n: read.good, ref },
        ...withSuspectIn(read),
      }),
      leaf({
        ...{ label: 'free flow', value: freeFlow, unit: 's' },
        ...{ origin: originOf(thing.simulated, 'reported'), ref: `thing ${thing.key}` },
      }),
    ],
  )
}
