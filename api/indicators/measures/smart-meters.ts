import { leaf, node } from '#model/indicators/evidence.ts'
import type { Evidence } from '#model/indicators/schema.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { numberOf, type ThingRow } from '../inputs/registry.ts'
import {
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

/** EC:ICT:ES:1C: smart meters among the meters of all customers, from what the registry says of the feeders. */
export const smartMeters: Measure = {
  code: 'EC:ICT:ES:1C',
  version: 1,
  origin: 'measured',
  needs: 'feeders in the registry with the attributes customers and smartMeters',
  possible: async ({ registry }) => registry.things.some(isDescribed),
  evaluate: async (inputs, scope) => new Map([['', share(inputs, scope)]]),
}

const isDescribed = (thing: ThingRow): boolean =>
  thing.kind === 'feeder' && numberOf(thing, 'customers') !== undefined && numberOf(thing, 'smartMeters') !== undefined

function share(inputs: Inputs, scope: Scope): Outcome {
  const feeders = inputs.registry.things.filter((thing) => thing.kind === 'feeder' && inScope(thing, scope))
  const described = feeders.filter(isDescribed)
  const silent = feeders.filter((thing) => !isDescribed(thing))
  const excluded = silent.map(({ name }) => ({ what: name, why: 'customers or smartMeters is not in the registry' }))
  if (described.length === 0) return missing(`no feeder of ${placeOf(scope, inputs)} tells its meters`, excluded)
  const simulated = isSimulated(inputs, described)
  const origin = originOf(simulated, 'measured')
  const counted = (attribute: string, label: string): Evidence =>
    node(
      { label, unit: 'meters', method: 'sum', origin },
      described.map((thing) =>
        leaf({
          label: `${thing.name}: ${attribute}`,
          value: numberOf(thing, attribute) ?? null,
          unit: 'meters',
          origin,
          ref: `thing ${thing.key}, attribute ${attribute}`,
        }),
      ),
    )
  const evidence = node(
    {
      label: `Smart meters among the electricity meters of ${placeOf(scope, inputs)}, from the registry`,
      unit: '%',
      method: 'percent',
      origin,
      n: described.length,
      ...excludedIn(excluded),
    },
    [counted('smartMeters', 'Smart electricity meters'), counted('customers', 'Electricity meters (one a customer)')],
  )
  return found(evidence, { n: described.length, simulated })
}
