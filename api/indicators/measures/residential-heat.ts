import { leaf, node } from '#model/indicators/evidence.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type DatastreamRow, numberOf } from '../inputs/registry.ts'
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
import { meanCapture, metersPerDay, totalCount, yearOf } from './meters.ts'

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
  evaluate: async (inputs, scope) => new Map([['', await perResident(inputs, scope)]]),
}

const homesOf = (inputs: Inputs, scope: Scope): DatastreamRow[] =>
  inputs
    .datastreams(['thermal_energy'], ['building'])
    .filter(({ thing }) => (numberOf(thing, 'residents') ?? 0) > 0 && inScope(thing, scope))

async function perResident(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const streams = homesOf(inputs, scope)
  const place = placeOf(scope, inputs)
  if (streams.length === 0) return missing(`${place} has no building with residents and a heat meter`)
  const { read, excluded } = await metersPerDay(streams, inputs)
  const silent = new Set(excluded.map(({ stream }) => stream.thing.id))
  const counted = read.filter(({ stream }) => !silent.has(stream.thing.id))
  const left = excluded.map(({ what, why }) => ({ what, why }))
  if (counted.length === 0) return missing(`no home of ${place} is fully read`, left)
  const homes = [...new Map(counted.map(({ stream }) => [stream.thing.id, stream.thing])).values()]
  const simulated = isSimulated(inputs, homes)
  const origin = originOf(simulated, 'measured')
  const meters = counted.map(({ evidence }) => evidence)
  const { days, label } = yearOf(inputs)
  const year = node({ label: `Heat in a year${label}`, unit: 'GJ/a', method: 'product', origin }, [
    node({ label: 'Heat a day', unit: 'kW.h/d', method: 'sum', origin }, meters),
    leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' }),
    leaf({ label: 'gigajoules of a kilowatt hour', value: 0.0036, unit: 'GJ/(kW.h)', origin: 'reported' }),
  ])
  const residents = node(
    { label: 'People who live in these homes', unit: 'inhabitants', method: 'sum', origin },
    homes.map((thing) =>
      leaf({
        label: thing.name,
        value: numberOf(thing, 'residents') ?? null,
        unit: 'inhabitants',
        origin: originOf(thing.simulated, 'reported'),
        ref: `thing ${thing.key}, attribute residents`,
      }),
    ),
  )
  const [n, dataCapture] = [totalCount(meters), meanCapture(meters)]
  const evidence = node(
    {
      label: `Heat a year per resident of ${homes.length} metered homes of ${place}${label}`,
      unit: 'GJ/a',
      method: 'ratio',
      origin,
      n,
      ...(dataCapture !== null && { dataCapture }),
      ...excludedIn(left),
    },
    [year, residents],
  )
  return found(evidence, { n, dataCapture, simulated })
}
