import { leaf, node } from '#model/indicators/evidence.ts'
import type { Evidence } from '#model/indicators/schema.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { Outages } from '../inputs/outages.ts'
import { type DatastreamRow, numberOf } from '../inputs/registry.ts'
import {
  type Excluded,
  excludedIn,
  found,
  inScope,
  isSimulated,
  type Measure,
  missing,
  type Outcome,
  originOf,
  placeOf,
  type Scope,
} from './measure.ts'
import { yearOf } from './meters.ts'

const NEEDS = 'feeders with the attribute customers, which report customers_interrupted when supply fails and returns'

/** EC:I:ES:1C: interruptions a customer has in a year (SAIFI). */
export const outageFrequency: Measure = {
  code: 'EC:I:ES:1C',
  version: 1,
  origin: 'measured',
  needs: NEEDS,
  possible: async (inputs) => feedersOf(inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await frequency(inputs, scope)]]),
}

/** EC:I:ES:2C: minutes that an interruption lasts for a customer who has one (CAIDI, not SAIDI). */
export const outageTime: Measure = {
  code: 'EC:I:ES:2C',
  version: 1,
  origin: 'measured',
  needs: NEEDS,
  possible: outageFrequency.possible,
  evaluate: async (inputs, scope) => new Map([['', await duration(inputs, scope)]]),
}

const feedersOf = (inputs: Inputs, scope: Scope): DatastreamRow[] =>
  inputs
    .datastreams(['customers_interrupted'], ['feeder'])
    .filter(({ thing }) => (numberOf(thing, 'customers') ?? 0) > 0 && inScope(thing, scope))

type Feeder = { readonly stream: DatastreamRow; readonly outages: Outages }
const NONE: Outages = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }

/** Feeders that were heard in the period: silence is not the same as uninterrupted supply. */
async function heard(inputs: Inputs, scope: Scope): Promise<{ feeders: Feeder[]; excluded: Excluded[] }> {
  const [activity, found] = [await inputs.activity(), await inputs.outages()]
  const feeders: Feeder[] = []
  const excluded: Excluded[] = []
  for (const stream of feedersOf(inputs, scope)) {
    const alive = inputs.registry.datastreams.some(
      ({ id, thing }) => thing.id === stream.thing.id && (activity.get(id)?.good ?? 0) > 0,
    )
    if (alive) feeders.push({ stream, outages: found.get(stream.id) ?? NONE })
    else excluded.push({ what: stream.thing.name, why: 'nothing heard in the period' })
  }
  return { feeders, excluded }
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
  const { feeders, excluded } = await heard(inputs, scope)
  if (feeders.length === 0) return missing(`no feeder of ${place} that tells its interruptions was heard`, excluded)
  const simulated = isSimulated(
    inputs,
    feeders.map(({ stream }) => stream.thing),
  )
  const origin = originOf(simulated, 'measured')
  const { days, label } = yearOf(inputs)
  const year = node(
    { label: `Customer interruptions in a year${label}`, unit: '{count}/a', method: 'product', origin },
    [
      summed(feeders, 'interrupted', 'Customer interruptions in the period', '{count}', origin),
      leaf({ label: 'periods in a year', value: days / (inputs.hours.count / 24), unit: '1/a', origin: 'reported' }),
    ],
  )
  const customers = node(
    { label: 'Customers served', unit: 'customers', method: 'sum', origin },
    feeders.map(({ stream: { thing } }) =>
      leaf({
        label: thing.name,
        value: numberOf(thing, 'customers') ?? null,
        unit: 'customers',
        origin,
        ref: `thing ${thing.key}, attribute customers`,
      }),
    ),
  )
  const n = feeders.reduce((sum, { outages }) => sum + outages.interruptions, 0)
  const head = { unit: 'interruptions per customer a year', method: 'ratio', origin, n, ...excludedIn(excluded) }
  const evidence = node({ label: `Interruptions per customer of ${place} (SAIFI)${label}`, ...head }, [year, customers])
  return found(evidence, { n, dataCapture: feeders.length / (feeders.length + excluded.length), simulated })
}

async function duration(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  const { feeders, excluded } = await heard(inputs, scope)
  if (feeders.length === 0) return missing(`no feeder of ${place} that tells its interruptions was heard`, excluded)
  const n = feeders.reduce((sum, { outages }) => sum + outages.interruptions, 0)
  if (n === 0)
    return missing(`no interruption over 3 minutes in ${inputs.period.label}: there is no duration to average`)
  const simulated = isSimulated(
    inputs,
    feeders.map(({ stream }) => stream.thing),
  )
  const origin = originOf(simulated, 'measured')
  const evidence = node(
    {
      label: `Minutes without electricity per interrupted customer of ${place} (CAIDI)`,
      unit: 'min per interruption',
      method: 'ratio',
      origin,
      n,
      ...excludedIn(excluded),
    },
    [
      summed(feeders, 'minutes', 'Customer minutes without electricity', 'min', origin),
      summed(feeders, 'interrupted', 'Customer interruptions', '{count}', origin),
    ],
  )
  return found(evidence, { n, dataCapture: feeders.length / (feeders.length + excluded.length), simulated })
}
