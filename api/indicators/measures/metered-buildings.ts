import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { numberOf } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { excludedIn, found, isSimulated, missing, type Outcome, originOf, placeOf, type Scope } from './measure.ts'
import { type MeterReadings, meanCapture, metersPerDay, shareCaptured, totalCount, yearOf } from './meters.ts'

/** What a year of metered buildings is put in relation to, in words and units. */
export type PerAttribute = {
  /** where no building has a meter, and where none is fully read: said after or before the place */
  readonly none: string
  readonly unread: string
  /** what the meters count, e.g. Heat */
  readonly what: string
  readonly yearlyUnit: string
  /** makes `yearlyUnit` of kilowatt hours, where it is another */
  readonly factor?: Evidence
  /** the attribute of the buildings that is summed below the line */
  readonly attribute: { readonly name: string; readonly label: string; readonly unit: string }
  readonly label: string
  readonly unit: string
}

/** What meters of buildings count in a year over a sum of an attribute. A building counts only when every meter it has is read. */
export async function yearPerAttribute(
  wholes: readonly Whole[],
  inputs: Inputs,
  scope: Scope,
  per: PerAttribute,
): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  if (wholes.length === 0) return missing(`${place} ${per.none}`)
  const { read, excluded } = await metersPerDay(wholes, inputs)
  const silent = new Set(excluded.map(({ whole }) => whole.thing.id))
  const counted = read.filter(({ whole }) => !silent.has(whole.thing.id))
  const left = excluded.map(({ what, why }) => ({ what, why }))
  if (counted.length === 0) return missing(`${per.unread} of ${place} is fully read`, left)
  const buildings = [...new Map(counted.map(({ whole: { thing } }) => [thing.id, thing])).values()]
  const simulated = isSimulated(inputs, buildings)
  const origin = originOf(simulated, 'measured')
  const meters = counted.map(({ evidence }) => evidence)
  const { attribute } = per
  const dataCapture = capturedOf(wholes, counted, attribute.name)
  const { days, label } = yearOf(inputs, dataCapture)
  const year = node({ label: `${per.what} in a year${label}`, unit: per.yearlyUnit, method: 'product', origin }, [
    node({ label: `${per.what} a day`, unit: 'kW.h/d', method: 'sum', origin }, meters),
    leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' }),
    ...(per.factor ? [per.factor] : []),
  ])
  const below = node(
    { label: attribute.label, unit: attribute.unit, method: 'sum', origin },
    buildings.map((thing) =>
      leaf({
        label: thing.name,
        value: numberOf(thing, attribute.name) ?? null,
        unit: attribute.unit,
        origin: originOf(thing.simulated, 'reported'),
        ref: `thing ${thing.key}, attribute ${attribute.name}`,
      }),
    ),
  )
  const n = totalCount(meters)
  const evidence = node(
    {
      label: `${per.label}: ${buildings.length} of ${place}${label}`,
      unit: per.unit,
      method: 'ratio',
      origin,
      n,
      dataCapture,
      ...excludedIn(left),
    },
    [year, below],
  )
  return found(evidence, { n, dataCapture, simulated })
}

/** Of all buildings with a meter, each as large as its attribute says. */
function capturedOf(wholes: readonly Whole[], counted: MeterReadings['read'], attribute: string): number {
  const read = Map.groupBy(counted, ({ whole }) => whole.thing.id)
  const buildings = [...new Map(wholes.map(({ thing }) => [thing.id, thing])).values()]
  const captureOf = (id: number): number => meanCapture((read.get(id) ?? []).map(({ evidence }) => evidence)) ?? 0
  return shareCaptured(
    buildings,
    (thing) => numberOf(thing, attribute) ?? 0,
    ({ id }) => captureOf(id),
  )
}
