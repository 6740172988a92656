import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { numberOf, type ThingRow } from '../../measurements/registry.ts'
import { notWithin } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
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

/** Shares that the registry itself tells: one attribute of all Things of a kind over another. */
type Share = {
  readonly code: string
  readonly kind: string
  /** a Thing of the kind, in words */
  readonly one: string
  readonly part: string
  readonly partLabel: string
  readonly whole: string
  readonly wholeLabel: string
  readonly unit: string
  readonly label: string
}

/** Both attributes are numbers, the whole above zero and the part not beyond it; else the Thing is left out. */
const isDescribed = (thing: ThingRow, { kind, part, whole }: Share): boolean => {
  const [some, all] = [numberOf(thing, part), numberOf(thing, whole)]
  return thing.kind === kind && some !== undefined && all !== undefined && some >= 0 && all > 0 && some <= all
}

const attributeShare = (about: Share): Measure => ({
  code: about.code,
  version: 1,
  origin: 'measured',
  needs: `Things of kind ${about.kind} in the registry with the attributes ${about.whole} and ${about.part}`,
  possible: async ({ registry }) => registry.things.some((thing) => isDescribed(thing, about)),
  evaluate: async (inputs, scope) => new Map([['', share(about, inputs, scope)]]),
})

function share(about: Share, inputs: Inputs, scope: Scope): Outcome {
  const { part, whole, one, unit } = about
  const things = inputs.registry.things.filter(({ registered }) => registered)
  const described = notWithin(
    things.filter((thing) => isDescribed(thing, about)),
    things,
  ).filter((thing) => inScope(thing, scope))
  const ofKind = things.filter((thing) => thing.kind === about.kind)
  const undescribed = notWithin(ofKind, things).filter((thing) => inScope(thing, scope) && !isDescribed(thing, about))
  const all = [...described, ...undescribed]
  const excluded = undescribed.map(({ name }) => ({
    what: name,
    why: `${whole} and ${part} are not both in the registry, or do not fit`,
  }))
  if (described.length === 0) return missing(`no ${one} of ${placeOf(scope, inputs)} tells ${part}`, excluded)
  const simulated = isSimulated(inputs, described)
  const origin = originOf(simulated, 'measured')
  const counted = (attribute: string, label: string): Evidence =>
    node(
      { label, unit, method: 'sum', origin },
      described.map((thing) =>
        leaf({
          label: `${thing.name}: ${attribute}`,
          value: numberOf(thing, attribute) ?? null,
          unit,
          origin,
          ref: `thing ${thing.key}, attribute ${attribute}`,
        }),
      ),
    )
  const evidence = node(
    {
      label: `${about.label} of ${placeOf(scope, inputs)}, from the registry`,
      unit: '%',
      method: 'percent',
      origin,
      n: described.length,
      dataCapture: described.length / all.length,
      ...excludedIn(excluded),
    },
    [counted(part, about.partLabel), counted(whole, about.wholeLabel)],
  )
  return found(evidence, { n: described.length, dataCapture: described.length / all.length, simulated })
}

export const smartMeters = attributeShare({
  code: 'EC:ICT:ES:1C',
  kind: 'feeder',
  one: 'feeder',
  part: 'smartMeters',
  partLabel: 'Smart electricity meters',
  whole: 'customers',
  wholeLabel: 'Electricity meters (one a customer)',
  unit: 'meters',
  label: 'Smart meters among the electricity meters',
})

export const demandResponse = attributeShare({
  code: 'EC:ICT:ES:3A',
  kind: 'feeder',
  one: 'feeder',
  part: 'demandResponseCustomers',
  partLabel: 'Customers able to take part in demand response',
  whole: 'customers',
  wholeLabel: 'Electricity customers',
  unit: 'customers',
  label: 'Customers able to take part in demand response',
})

export const smartWaterMeters = attributeShare({
  code: 'EC:ICT:WS:1C',
  kind: 'water_district',
  one: 'water district',
  part: 'smartWaterMeters',
  partLabel: 'Smart water meters',
  whole: 'waterMeters',
  wholeLabel: 'Water meters',
  unit: 'meters',
  label: 'Smart meters among the water meters',
})
