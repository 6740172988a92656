import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { type DatastreamRow, numberOf, type ThingRow } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
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

/**
 * EC:I:T:5A: mean travel time in the peaks (Monday to Friday, 7 to 9 and 16 to 18 local time) over the free-flow time of
 * the registry, per street segment, then weighted by segment length. The peaks are Citywell's choice; the form is that of
 * the Urban Mobility Report (Texas A&M Transportation Institute).
 */
export const travelTimeIndex: Measure = {
  code: 'EC:I:T:5A',
  version: 1,
  origin: 'measured',
  needs: 'street segments that measure travel_time, with the attributes lengthM and freeFlowTravelTimeS',
  possible: async (inputs) => segments(inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await index(inputs, scope)]]),
}

const segments = (inputs: Inputs, scope: Scope): Whole[] =>
  inputs.wholes(['travel_time']).filter(({ thing }) => inScope(thing, scope))

async function index(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const wholes = segments(inputs, scope)
  const place = placeOf(scope, inputs)
  if (wholes.length === 0) return missing(`no street segment of ${place} measures travel time`)
  const { expected } = await inputs.peak()
  if (expected === 0)
    return missing(`${inputs.period.label} has had no peak hour yet (Monday to Friday, 7 to 9 and 16 to 18)`)
  const read: { thing: ThingRow; evidence: Evidence }[] = []
  const excluded: Excluded[] = []
  for (const { thing, combinations } of wholes) {
    const ratios = await Promise.all(combinations[0].streams.map((stream) => segment(stream, inputs)))
    const nodes = ratios.flatMap((ratio) => ('why' in ratio ? [] : [ratio]))
    excluded.push(...ratios.flatMap((ratio) => ('why' in ratio ? [ratio] : [])))
    // Classes of vehicles on one segment share its length.
    for (const evidence of nodes)
      read.push({ thing, evidence: { ...evidence, weight: (evidence.weight ?? 1) / nodes.length } })
  }
  if (read.length === 0)
    return missing(`no segment covers ${percentText(LEAST_CAPTURE)} of the ${expected} peak hours`, excluded)
  const simulated = isSimulated(
    inputs,
    read.map(({ thing }) => thing),
  )
  const nodes = read.map(({ evidence }) => evidence)
  const n = nodes.reduce((sum, { n }) => sum + (n ?? 0), 0)
  const dataCapture = nodes.reduce((sum, { dataCapture }) => sum + (dataCapture ?? 0), 0) / nodes.length
  const evidence = weightedMean(
    {
      label: `Travel time in the peaks over free flow in ${place}, segments weighted by length`,
      unit: '1',
      origin: originOf(simulated, 'measured'),
      n,
      dataCapture,
      ...excludedIn(excluded),
    },
    nodes,
  )
  return found(evidence, { n, dataCapture, simulated, ...uncertaintyIn(evidence) })
}

async function segment(stream: DatastreamRow, inputs: Inputs): Promise<Evidence | Excluded> {
  const { thing } = stream
  const { means, expected } = await inputs.peak()
  const [length, freeFlow] = [numberOf(thing, 'lengthM'), numberOf(thing, 'freeFlowTravelTimeS')]
  if (!length || !freeFlow) return { what: thing.name, why: 'lengthM or freeFlowTravelTimeS is not in the registry' }
  const read = means.get(stream.id)
  if (!read || read.mean === null) return { what: thing.name, why: 'no good travel time in a peak hour' }
  const dataCapture = read.hours / expected
  if (dataCapture < LEAST_CAPTURE)
    return { what: thing.name, why: `it covers ${percentText(dataCapture)} of the peak hours` }
  const origin = originOf(isSimulated(inputs, [thing]), 'measured')
  const ref = `datastream ${stream.id} (${thing.key} travel_time)`
  const quality = qualityOf(read)
  return node(
    {
      label: thing.name,
      unit: '1',
      method: 'ratio',
      origin,
      n: read.good,
      dataCapture,
      quality,
      weight: length,
      cluster: thing.key,
      ref,
    },
    [
      leaf({
        ...{ label: `mean of ${read.hours} peak hours`, value: read.mean, unit: 's', origin, n: read.good, ref },
        ...withSuspectIn(read),
      }),
      leaf({
        label: 'free flow',
        value: freeFlow,
        unit: 's',
        origin: originOf(thing.simulated, 'reported'),
        ref: `thing ${thing.key}`,
      }),
    ],
  )
}
