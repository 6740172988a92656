import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { type DatastreamRow, numberOf } from '../../measurements/registry.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Outages } from '../inputs/outages.ts'
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
  type Scope,
} from './measure.ts'
import { yearOf } from './meters.ts'

const NEEDS =
  'feeders with the attribute customers, which report customers_interrupted when supply fails and returns, and their meter or customers_interrupted = 0 every hour or at their expected interval'

/** EC:I:ES:1C: interruptions a customer has in a year (SAIFI). */
export const outageFrequency: Measure = {
  code: 'EC:I:ES:1C',
  version: 2,
  origin: 'measured',
  needs: NEEDS,
  possible: async (inputs) => feedersOf(inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await frequency(inputs, scope)]]),
}

/** EC:I:ES:2C: minutes that an interruption lasts for a customer who has one (CAIDI, not SAIDI). */
export const outageTime: Measure = {
  code: 'EC:I:ES:2C',
  version: 2,
  origin: 'measured',
  needs: NEEDS,
  possible: outageFrequency.possible,
  evaluate: async (inputs, scope) => new Map([['', await duration(inputs, scope)]]),
}

const feedersOf = (inputs: Inputs, scope: Scope): DatastreamRow[] =>
  inputs
    .wholes(['customers_interrupted'], ['feeder'], (thing) => (numberOf(thing, 'customers') ?? 0) > 0)
    .filter(({ thing }) => inScope(thing, scope))
    .flatMap(({ combinations: [{ streams }] }) => streams)

type Feeder = {
  readonly stream: DatastreamRow
  readonly customers: number
  readonly outages: Outages
  /** share of the hours of the period in which an interruption would have been reported */
  readonly capture: number
}
type Supply = {
  readonly feeders: readonly Feeder[]
  readonly excluded: readonly Excluded[]
  /** share of the customer hours of the period that the feeders were watched */
  readonly dataCapture: number
}
const NONE: Outages = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }

/** That no interruption was reported says something only of hours in which one would have been: silence is not supply. */
async function watched(inputs: Inputs, scope: Scope): Promise<Supply> {
  const [hours, found] = [await inputs.supplyWatched(), await inputs.outages()]
  const feeders: Feeder[] = []
  const excluded: Excluded[] = []
  let [served, seen] = [0, 0]
  for (const stream of feedersOf(inputs, scope)) {
    const customers = numberOf(stream.thing, 'customers') ?? 0
    const capture = inputs.hours.count === 0 ? 0 : (hours.get(stream.id) ?? 0) / inputs.hours.count
    served += customers
    if (capture < LEAST_CAPTURE) {
      const why = capture === 0 ? 'nothing heard in the period' : `heard in ${percentText(capture)} of the hours`
      excluded.push({ what: stream.thing.name, why })
      continue
    }
    seen += customers * capture
    feeders.push({ stream, customers, outages: found.get(stream.id) ?? NONE, capture })
  }
  return { feeders, excluded, dataCapture: served === 0 ? 0 : seen / served }
}

/** Why the supply was not watched well enough for a value, and what it takes; undefined where it was. */
function unwatched({ dataCapture, excluded }: Supply, inputs: Inputs, scope: Scope): Outcome | undefined {
  if (dataCapture >= LEAST_CAPTURE) return undefined
  const needed =
    'each feeder must report something, such as its meter or customers_interrupted = 0, every hour or at its expected interval'
  return missing(
    `feeders heard in ${percentText(LEAST_CAPTURE)} of the hours of ${inputs.period.label} or more stand for ${percentText(dataCapture)} of the customer hours of ${placeOf(scope, inputs)}, and ${percentText(LEAST_CAPTURE)} are needed; ${needed}`,
    excluded,
  )
}

/** One number of every feeder, summed. */
function summed(
  feeders: readonly Feeder[],
  of: keyof Outages,
  label: string,
  unit: string,
  origin: Evidence['origin'],
) {
  return node(
    { label, unit, method: 'sum', origin },
    feeders.map(({ stream: { id, thing }, outages }) =>
      leaf({
        label: `${thing.name}: ${outages.interruptions} interruptions over 3 minutes, ${outages.short} shorter left out`,
        value: outages[of],
        unit,
        origin,
        n: outages.interruptions,
        ref: `datastream ${id} (${thing.key} customers_interrupted)`,
      }),
    ),
  )
}

async function frequency(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  const supply = await watched(inputs, scope)
  const tooLittle = unwatched(supply, inputs, scope)
  if (tooLittle) return tooLittle
  const { feeders, excluded, dataCapture } = supply
  const things = feeders.map(({ stream }) => stream.thing)
  const simulated = isSimulated(inputs, things)
  const origin = originOf(simulated, 'measured')
  const { days, label } = yearOf(inputs, dataCapture)
  // Time at risk, as for any rate: a customer who was watched for half a year counts half.
  const exposure = node(
    { label: 'Customers served, times the years for which they were watched', unit: 'a', method: 'sum', origin },
    feeders.map(({ stream: { thing }, customers, capture }) => {
      const years = (capture * inputs.hours.count) / (24 * days)
      return node({ label: thing.name, unit: 'a', method: 'product', origin, dataCapture: capture }, [
        leaf({
          ...{ label: `${thing.name}: customers`, value: customers, unit: 'customers', origin },
          ref: `thing ${thing.key}, attribute customers`,
        }),
        leaf({ label: `years watched: ${percentText(capture)} of the period`, value: years, unit: 'a', origin }),
      ])
    }),
  )
  const n = feeders.reduce((sum, { outages }) => sum + outages.interruptions, 0)
  const head = { unit: 'interruptions per customer a year', method: 'ratio', origin, n, dataCapture }
  const evidence = node(
    { label: `Interruptions per customer of ${place} (SAIFI)${label}`, ...head, ...excludedIn(excluded) },
    [summed(feeders, 'interrupted', 'Customer interruptions in the period', '{count}', origin), exposure],
  )
  return found(evidence, { n, dataCapture, simulated })
}

async function duration(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  const supply = await watched(inputs, scope)
  const tooLittle = unwatched(supply, inputs, scope)
  if (tooLittle) return tooLittle
  const { feeders, excluded, dataCapture } = supply
  const n = feeders.reduce((sum, { outages }) => sum + outages.interruptions, 0)
  if (n === 0)
    return missing(`no interruption over 3 minutes in ${inputs.period.label}: there is no duration to average`)
  const things = feeders.map(({ stream }) => stream.thing)
  const simulated = isSimulated(inputs, things)
  const origin = originOf(simulated, 'measured')
  const evidence = node(
    {
      label: `Minutes without electricity per interrupted customer of ${place} (CAIDI)`,
      unit: 'min per interruption',
      method: 'ratio',
      origin,
      n,
      dataCapture,
      ...excludedIn(excluded),
    },
    [
      summed(feeders, 'minutes', 'Customer minutes without electricity', 'min', origin),
      summed(feeders, 'interrupted', 'Customer interruptions', '{count}', origin),
    ],
  )
  return found(evidence, { n, dataCapture, simulated })
}
