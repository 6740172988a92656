import { leaf, node } from '#model/indicators/evidence.ts'
import { isTrue, numberOf, type ThingRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import { attributeOf, countIn, isSimulated, meanCapture, originOf, sumOf, totalsIn } from '../measure/context.ts'
import { defineMeasure, type Measure } from '../measure/define-measure.ts'
import { type MeterReadings, metersPerDay, shareCaptured, yearOf } from '../measure/meters.ts'
import { missing } from '../measure/outcome.ts'

/** What the meters of buildings count in a year over the sum of an attribute of these buildings. */
type PerAttribute = {
  readonly code: string
  readonly needs: string
  readonly unit: string
  readonly properties: readonly string[]
  readonly isCounted?: (thing: ThingRow) => boolean
  /** the reasons where no building has a meter, and where none is fully read */
  readonly noMeter: string
  readonly noneRead: string
  /** what the meters count, e.g. Heat, and in which unit a year of it is given */
  readonly what: string
  readonly yearlyUnit: string
  /** converts kilowatt hours to `yearlyUnit`, where it is another unit */
  readonly factor?: { readonly label: string; readonly value: number; readonly unit: string }
  /** the attribute of the buildings that is the denominator */
  readonly attribute: { readonly name: string; readonly label: string; readonly unit: string }
  readonly label: string
}

/** A building counts, with its attribute, only when every meter it has is read. */
const perAttribute = ({ attribute, ...of }: PerAttribute): Measure =>
  defineMeasure({
    code: of.code,
    needs: of.needs,
    unit: of.unit,
    statistic: 'ratio',
    subjects: (place) =>
      totalsIn(
        place,
        of.properties,
        ['building'],
        (thing) => (of.isCounted?.(thing) ?? true) && (numberOf(thing, attribute.name) ?? 0) > 0,
      ),
    noSubjects: ({ name }) => `${name} ${of.noMeter}`,
    devices: () => ({ properties: of.properties, kinds: ['building'] }),
    inputs: { consumption: (inputs) => inputs.consumption() },
    compute(context) {
      const { subjects, data, name } = context
      const { read, excluded } = metersPerDay(subjects, data.consumption, context)
      const silent = new Set(excluded.map(({ total }) => total.thing.id))
      const counted = read.filter(({ total }) => !silent.has(total.thing.id))
      const reasons = excluded.map(({ reason }) => reason)
      if (counted.length === 0) return missing(`${of.noneRead} of ${name} is fully read`, reasons)
      const buildings = buildingsOf(counted.map(({ total }) => total))
      const meters = counted.map(({ evidence }) => evidence)
      const dataCapture = capturedOf(subjects, counted, attribute.name)
      const { days, label } = yearOf(context, dataCapture)
      return {
        label: `${of.label}: ${buildings.length} of ${name}${label}`,
        n: countIn(meters),
        dataCapture,
        simulated: isSimulated(context, buildings),
        excluded: reasons,
        parts: (origin) => [
          node({ label: `${of.what} in a year${label}`, unit: of.yearlyUnit, method: 'product', origin }, [
            sumOf(`${of.what} a day`, 'kW.h/d', origin, meters),
            leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' }),
            ...(of.factor ? [leaf({ ...of.factor, origin: 'reported' })] : []),
          ]),
          sumOf(
            attribute.label,
            attribute.unit,
            origin,
            buildings.map((thing) =>
              attributeOf(thing, attribute.name, {
                unit: attribute.unit,
                origin: originOf(thing.simulated, 'reported'),
              }),
            ),
          ),
        ],
      }
    },
  })

const buildingsOf = (totals: readonly Total[]): ThingRow[] => [
  ...new Map(totals.map(({ thing }) => [thing.id, thing])).values(),
]

/** Of all buildings with a meter, each as large as its attribute says. */
function capturedOf(totals: readonly Total[], counted: MeterReadings['read'], attribute: string): number {
  const read = Map.groupBy(counted, ({ total }) => total.thing.id)
  return shareCaptured(
    buildingsOf(totals),
    (thing) => numberOf(thing, attribute) ?? 0,
    ({ id }) => meanCapture((read.get(id) ?? []).map(({ evidence }) => evidence)) ?? 0,
  )
}

/** Electricity and heat of metered public buildings. Energy carriers without a meter (gas, oil) are not included. */
export const publicBuildings = perAttribute({
  code: 'EN:E:E:4A',
  needs: 'buildings with the attributes public and floorAreaM2 and a reading of energy or thermal_energy',
  properties: ['energy', 'thermal_energy'],
  isCounted: (thing) => isTrue(thing, 'public'),
  noMeter: 'has no public building with a meter and floorAreaM2',
  noneRead: 'no public building',
  what: 'Energy',
  yearlyUnit: 'kW.h/a',
  attribute: { name: 'floorAreaM2', label: 'Floor of these buildings', unit: 'm2' },
  label: 'Energy a year per m2 of public buildings',
  unit: 'kW.h/m2/a',
})

/**
 * Heat and cold of metered homes. Homes without a heat meter (gas, wood, oil, electric heating) are not included, so the
 * value represents the metered ones; it depends on the weather and is not adjusted for it.
 */
export const residentialHeat = perAttribute({
  code: 'EN:E:E:3C',
  needs: 'buildings with the attribute residents and a cumulative reading of thermal_energy',
  properties: ['thermal_energy'],
  noMeter: 'has no building with residents and a heat meter',
  noneRead: 'no home',
  what: 'Heat',
  yearlyUnit: 'GJ/a',
  factor: { label: 'gigajoules of a kilowatt hour', value: 0.0036, unit: 'GJ/(kW.h)' },
  attribute: { name: 'residents', label: 'People who live in these homes', unit: 'inhabitants' },
  label: 'Heat a year per resident of metered homes',
  unit: 'GJ/a',
})
