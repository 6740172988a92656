import { isTrue, numberOf } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { inScope, type Measure, type Scope } from './measure.ts'
import { type PerAttribute, yearPerAttribute } from './metered-buildings.ts'

const METERED = ['energy', 'thermal_energy'] as const

/**
 * EN:E:E:4A: electricity and heat of metered public buildings in a year per square metre of floor. A building counts, with
 * its floor, only when every meter it has is read. Carriers without a meter (gas, oil) are not in it.
 */
export const publicBuildings: Measure = {
  code: 'EN:E:E:4A',
  version: 1,
  origin: 'measured',
  needs: 'buildings with the attributes public and floorAreaM2 and a reading of energy or thermal_energy',
  possible: async (inputs) => metersOf(inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) =>
    new Map([['', await yearPerAttribute(metersOf(inputs, scope), inputs, scope, PER_SQUARE_METRE)]]),
}

const metersOf = (inputs: Inputs, scope: Scope): Whole[] =>
  inputs
    .wholes(METERED, ['building'], (thing) => isTrue(thing, 'public') && (numberOf(thing, 'floorAreaM2') ?? 0) > 0)
    .filter(({ thing }) => inScope(thing, scope))

const PER_SQUARE_METRE: PerAttribute = {
  none: 'has no public building with a meter and floorAreaM2',
  unread: 'no public building',
  what: 'Energy',
  yearlyUnit: 'kW.h/a',
  attribute: { name: 'floorAreaM2', label: 'Floor of these buildings', unit: 'm2' },
  label: 'Energy a year per m2 of public buildings',
  unit: 'kW.h/m2/a',
}
