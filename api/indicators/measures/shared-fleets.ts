import { leaf, node } from '#model/indicators/evidence.ts'
import type { DatastreamRow } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { FleetProperty, Inputs } from '../inputs/inputs.ts'
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

type Shared = {
  readonly code: string
  readonly property: FleetProperty
  /** what stands there, and where */
  readonly what: string
  readonly where: string
}

/**
 * What sharing schemes offer per 100 000 inhabitants. Stations count what stands at them, so the fleet is estimated from the
 * hour in which most stood at the same time; the few under way in that hour are missing.
 */
const sharedFleet = (shared: Shared): Measure => ({
  code: shared.code,
  version: 1,
  origin: 'measured',
  needs: `Things of sharing schemes that report ${shared.property}`,
  possible: async (inputs) => inputs.wholes([shared.property]).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await perHead(shared, inputs, scope)]]),
})

export const sharedBicycles = sharedFleet({
  code: 'EC:I:T:6A',
  property: 'bikes_available',
  what: 'bicycles',
  where: 'dock',
})
export const sharedVehicles = sharedFleet({
  code: 'EC:I:T:7A',
  property: 'vehicles_available',
  what: 'vehicles',
  where: 'station',
})

async function perHead({ property, what, where }: Shared, inputs: Inputs, scope: Scope): Promise<Outcome> {
  const wholes = inputs.wholes([property]).filter(({ thing }) => inScope(thing, scope))
  const docks = wholes.flatMap(({ combinations: [{ streams }] }) => streams)
  const place = placeOf(scope, inputs)
  if (docks.length === 0) return missing(`no ${where} in ${place} reports ${property}`)
  const people = population(inputs, scope)
  if (!people) return missing(`the population of ${place} is not known`)
  const fleet = (await inputs.fleet(property)).get(scope.zone?.id ?? 0)
  if (!fleet) return missing(`no ${where} in ${place} reported in ${inputs.period.label}`)
  const dockOf = new Map(docks.map((dock) => [dock.id, dock]))
  const standing = fleet.docks.flatMap(({ datastreamId, standing: count }) => {
    const dock = dockOf.get(datastreamId)
    return dock ? [{ dock, count }] : []
  })
  const silent = docks.filter(({ id }) => !fleet.docks.some(({ datastreamId }) => datastreamId === id))
  const simulated = isSimulated(
    inputs,
    standing.map(({ dock }) => dock.thing),
  )
  const origin = originOf(simulated, 'measured')
  const stations = new Set(standing.map(({ dock }) => dock.thing)).size
  const labels = new Map(wholes.flatMap(labelled))
  const parked = node(
    {
      label: `Shared ${what} that stood there in the fullest hour, from ${fleet.hour.toISOString()}`,
      unit: what,
      method: 'sum',
      origin,
    },
    standing.map(({ dock, count }) =>
      leaf({
        label: labels.get(dock) ?? dock.thing.name,
        value: count,
        unit: what,
        method: 'mean_of_the_hour',
        origin,
        ref: `datastream ${dock.id} (${dock.thing.key} ${property})`,
      }),
    ),
  )
  const evidence = node(
    {
      label: `Shared ${what} per 100 000 inhabitants of ${place}`,
      unit: 'per 100 000 inhabitants',
      method: 'per_100000',
      origin,
      n: stations,
      dataCapture: standing.length / docks.length,
      ...excludedIn(silent.map((dock) => ({ what: labels.get(dock) ?? dock.thing.name, why: 'silent in that hour' }))),
    },
    [parked, people],
  )
  return found(evidence, { n: stations, dataCapture: standing.length / docks.length, simulated })
}

/** A station is called by its name; one that reports no total by its name and that of each part. */
const labelled = ({ thing, combinations: [{ how, streams }] }: Whole): [DatastreamRow, string][] =>
  streams.map((stream) => [stream, how === 'total' ? thing.name : `${thing.name}, part ${stream.channel}`])
