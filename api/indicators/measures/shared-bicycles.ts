import { leaf, node } from '#model/indicators/evidence.ts'
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
  population,
  type Scope,
} from './measure.ts'

/**
 * EC:I:T:6A: bicycles of sharing schemes per 100 000 inhabitants. Docks count what stands in them, so the fleet is
 * estimated from the hour in which most stood at the same time; the few under way in that hour are missing.
 */
export const sharedBicycles: Measure = {
  code: 'EC:I:T:6A',
  version: 1,
  origin: 'measured',
  needs: 'docks of bicycle sharing that report bikes_available',
  possible: async (inputs) => inputs.datastreams(['bikes_available']).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await perHead(inputs, scope)]]),
}

async function perHead(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const docks = inputs.datastreams(['bikes_available']).filter(({ thing }) => inScope(thing, scope))
  const place = placeOf(scope, inputs)
  if (docks.length === 0) return missing(`no dock in ${place} reports bikes_available`)
  const people = population(inputs, scope)
  if (!people) return missing(`the population of ${place} is not known`)
  const fleet = (await inputs.fleet()).get(scope.zone?.id ?? 0)
  if (!fleet) return missing(`no dock in ${place} reported in ${inputs.period.label}`)
  const dockOf = new Map(docks.map((dock) => [dock.id, dock]))
  const standing = fleet.docks.flatMap(({ datastreamId, bikes }) => {
    const dock = dockOf.get(datastreamId)
    return dock ? [{ dock, bikes }] : []
  })
  const silent = docks.filter(({ id }) => !fleet.docks.some(({ datastreamId }) => datastreamId === id))
  const simulated = isSimulated(
    inputs,
    standing.map(({ dock }) => dock.thing),
  )
  const origin = originOf(simulated, 'measured')
  const bikes = node(
    {
      label: `Bicycles in docks in the fullest hour, from ${fleet.hour.toISOString()}`,
      unit: 'bicycles',
      method: 'sum',
      origin,
    },
    standing.map(({ dock, bikes }) =>
      leaf({
        label: dock.thing.name,
        value: bikes,
        unit: 'bicycles',
        method: 'mean_of_the_hour',
        origin,
        ref: `datastream ${dock.id} (${dock.thing.key} bikes_available)`,
      }),
    ),
  )
  const evidence = node(
    {
      label: `Shared bicycles per 100 000 inhabitants of ${place}`,
      unit: 'per 100 000 inhabitants',
      method: 'per_100000',
      origin,
      n: standing.length,
      dataCapture: standing.length / docks.length,
      ...excludedIn(silent.map(({ thing }) => ({ what: thing.name, why: 'silent in that hour' }))),
    },
    [bikes, people],
  )
  return found(evidence, { n: standing.length, dataCapture: standing.length / docks.length, simulated })
}
