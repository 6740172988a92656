import { leaf } from '#model/indicators/evidence.ts'
import type { DatastreamRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import type { FleetProperty } from '../inputs/inputs.ts'
import {
  isSimulated,
  MIN_DATA_CAPTURE,
  percentText,
  population,
  sumOf,
  tooSilent,
  totalsIn,
} from '../measure/context.ts'
import { defineMeasure, type Measure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

type Shared = {
  readonly code: string
  readonly property: FleetProperty
  /** what stands at the stations, and what a station is called */
  readonly what: string
  readonly where: string
}

/**
 * What sharing schemes offer per 100 000 inhabitants. Stations count what stands at them, so the fleet is estimated from the
 * hour in which most stood at the same time; the few under way in that hour are missing. A station that was not heard in enough of
 * the hours is left out: the fullest hour may be one of those that nobody saw.
 */
const sharedFleet = ({ code, property, what, where }: Shared): Measure =>
  defineMeasure({
    code,
    version: 2,
    needs: `Things of sharing schemes that report ${property}`,
    unit: 'per 100 000 inhabitants',
    statistic: 'per_100000',
    subjects: (place) => totalsIn(place, [property]),
    noSubjects: ({ name }) => `no ${where} in ${name} reports ${property}`,
    devices: () => ({ properties: [property] }),
    inputs: { fleet: (inputs) => inputs.fleet(property), heard: (inputs) => inputs.heard({ properties: [property] }) },
    compute(context) {
      const { subjects, data, name, zone, period } = context
      const people = population(context)
      if (!people) return missing(`the population of ${name} is not known`)
      const fleet = data.fleet.get(zone?.id ?? 0)
      const unheard = subjects.flatMap(({ thing }) => tooSilent(thing, data.heard, context) ?? [])
      if (!fleet)
        return missing(
          `no ${where} in ${name} was heard in ${percentText(MIN_DATA_CAPTURE)} of the hours of ${period.label}`,
          unheard,
        )
      const all = subjects.flatMap(labelled)
      const docks = all.filter(({ dock }) => !tooSilent(dock.thing, data.heard, context))
      const countOf = new Map(fleet.docks.map(({ datastreamId, standing }) => [datastreamId, standing]))
      const standing = fleet.docks.flatMap(({ datastreamId }) => docks.filter(({ dock }) => dock.id === datastreamId))
      const silent = docks.filter(({ dock }) => !countOf.has(dock.id))
      const things = new Set(standing.map(({ dock }) => dock.thing))
      return {
        label: `Shared ${what} per 100 000 inhabitants of ${name}`,
        n: things.size,
        dataCapture: standing.length / all.length,
        simulated: isSimulated(context, [...things]),
        excluded: [...unheard, ...silent.map(({ label }) => ({ what: label, why: 'silent in that hour' }))],
        parts(origin) {
          const parked = standing.map(({ dock, label }) =>
            leaf({
              label,
              value: countOf.get(dock.id) ?? null,
              unit: what,
              method: 'mean_of_the_hour',
              origin,
              ref: `datastream ${dock.id} (${dock.thing.key} ${property})`,
            }),
          )
          const hour = `from ${fleet.hour.toISOString()}`
          return [sumOf(`Shared ${what} that stood there in the fullest hour, ${hour}`, what, origin, parked), people]
        },
      }
    },
  })

/** A station is called by its name; one that reports no total by its name and that of each part. */
const labelled = ({ thing, combinations: [{ how, streams }] }: Total): { dock: DatastreamRow; label: string }[] =>
  streams.map((dock) => ({ dock, label: how === 'total' ? thing.name : `${thing.name}, part ${dock.channel}` }))

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
