import { numberOf, type ThingRow } from '../../measurements/registry-snapshot.ts'
import { outermost } from '../../measurements/totals.ts'
import { attributeOf, inScope, isSimulated, sumOf } from '../measure/context.ts'
import { defineMeasure, type Measure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

/** Shares that the registry itself states: one attribute of all Things of a kind over another. */
type Share = {
  readonly code: string
  readonly kind: string
  /** a Thing of the kind, in words */
  readonly one: string
  readonly part: string
  readonly partLabel: string
  readonly total: string
  readonly totalLabel: string
  readonly unit: string
  readonly label: string
}

/** Both attributes are numbers, the total above zero and the part not beyond it; otherwise the Thing is left out. */
const isDescribed = (thing: ThingRow, { kind, part, total }: Share): boolean => {
  const [some, all] = [numberOf(thing, part), numberOf(thing, total)]
  return thing.kind === kind && some !== undefined && all !== undefined && some >= 0 && all > 0 && some <= all
}

const attributeShare = (share: Share): Measure => {
  const { code, kind, one, part, total, unit } = share
  return defineMeasure({
    code,
    needs: `Things of kind ${kind} in the registry with the attributes ${total} and ${part}`,
    unit: '%',
    statistic: 'percent',
    subjects: ({ registry }) => registry.things.filter((thing) => thing.registered && thing.kind === kind),
    possible: ({ registry }) => registry.things.some((thing) => isDescribed(thing, share)),
    compute(context) {
      const { subjects, name, registry } = context
      const registered = registry.things.filter((thing) => thing.registered)
      const counted = (things: ThingRow[]) => outermost(things, registered).filter((thing) => inScope(thing, context))
      const described = counted(subjects.filter((thing) => isDescribed(thing, share)))
      const undescribed = counted([...subjects]).filter((thing) => !isDescribed(thing, share))
      const excluded = undescribed.map((thing) => ({
        what: thing.name,
        why: `${total} and ${part} are not both in the registry, or do not fit`,
      }))
      if (described.length === 0) return missing(`no ${one} of ${name} states ${part}`, excluded)
      return {
        label: `${share.label} of ${name}, from the registry`,
        n: described.length,
        dataCapture: described.length / (described.length + undescribed.length),
        simulated: isSimulated(context, described),
        excluded,
        parts(origin) {
          const summed = (attribute: string, label: string) =>
            sumOf(
              label,
              unit,
              origin,
              described.map((thing) =>
                attributeOf(thing, attribute, { label: `${thing.name}: ${attribute}`, unit, origin }),
              ),
            )
          return [summed(part, share.partLabel), summed(total, share.totalLabel)]
        },
      }
    },
  })
}

export const smartMeters = attributeShare({
  code: 'EC:ICT:ES:1C',
  kind: 'feeder',
  one: 'feeder',
  part: 'smartMeters',
  partLabel: 'Smart electricity meters',
  total: 'customers',
  totalLabel: 'Electricity meters (one a customer)',
  unit: 'meters',
  label: 'Smart meters among the electricity meters',
})

export const demandResponse = attributeShare({
  code: 'EC:ICT:ES:3A',
  kind: 'feeder',
  one: 'feeder',
  part: 'demandResponseCustomers',
  partLabel: 'Customers able to take part in demand response',
  total: 'customers',
  totalLabel: 'Electricity customers',
  unit: 'customers',
  label: 'Customers able to take part in demand response',
})

export const smartWaterMeters = attributeShare({
  code: 'EC:ICT:WS:1C',
  kind: 'water_district',
  one: 'water district',
  part: 'smartWaterMeters',
  partLabel: 'Smart water meters',
  total: 'waterMeters',
  totalLabel: 'Water meters',
  unit: 'meters',
  label: 'Smart meters among the water meters',
})
