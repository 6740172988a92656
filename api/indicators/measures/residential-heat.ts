import { leaf } from '#model/indicators/evidence.ts'
import { numberOf } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { inScope, type Measure, type Scope } from './measure.ts'
import { type PerAttribute, yearPerAttribute } from './metered-buildings.ts'

/**
 * EN:E:E:3C: heat and cold of metered homes in a year, per person who lives in them. Homes without a heat meter (gas, wood,
 * oil, electric heating) are not in it, so it stands for the metered ones; it follows the weather and is not adjusted for it.
 */
export const residentialHeat: Measure = {
  code: 'EN:E:E:3C',
  version: 1,
  origin: 'measured',
  needs: 'buildings with the attribute residents and a cumulative reading of thermal_energy',
  possible: async (inputs) => homesOf(inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) =>
    new Map([['', await yearPerAttribute(homesOf(inputs, scope), inputs, scope, PER_RESIDENT)]]),
}

const homesOf = (inputs: Inputs, scope: Scope): Whole[] =>
  inputs
    .wholes(['thermal_energy'], ['building'], (thing) => (numberOf(thing, 'residents') ?? 0) > 0)
    .filter(({ thing }) => inScope(thing, scope))

const PER_RESIDENT: PerAttribute = {
  none: 'has no building with residents and a heat meter',
  unread: 'no home',
  what: 'Heat',
  yearlyUnit: 'GJ/a',
  factor: leaf({
    label: 'gigajoules of a kilowatt hour',
    value: 0.0036,
    unit: 'GJ/(kW.h)',
    origin: 'reported',
  }),
  attribute: { name: 'residents', label: 'People who live in these homes', unit: 'inhabitants' },
  label: 'Heat a year per resident of metered homes',
  unit: 'GJ/a',
}
