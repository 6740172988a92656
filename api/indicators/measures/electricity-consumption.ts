import { leaf, node } from '#model/indicators/evidence.ts'
import type { Evidence } from '#model/indicators/schema.ts'
import type { Inputs } from '../inputs/inputs.ts'
import type { DatastreamRow, ZoneRow } from '../inputs/registry.ts'
import {
  type Excluded,
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
import { meanCapture, metersPerDay, totalCount, yearOf } from './meters.ts'

/**
 * EN:E:E:2C: electricity drawn through the feeders in a year, per inhabitant. A zone counts, with its people, only when
 * every feeder of it is read: a silent feeder must not make its zone look thrifty. Periods other than a calendar year
 * are brought to 365 days and say so.
 */
export const electricityConsumption: Measure = {
  code: 'EN:E:E:2C',
  version: 1,
  origin: 'measured',
  needs: 'feeders with a cumulative energy reading, which together meter all electricity drawn in their zones',
  possible: async (inputs) => feedersOf(inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await perCapita(inputs, scope)]]),
}

const feedersOf = (inputs: Inputs, scope: Scope): DatastreamRow[] =>
  inputs.datastreams(['energy'], ['feeder']).filter(({ thing }) => inScope(thing, scope))

async function perCapita(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const streams = feedersOf(inputs, scope)
  const place = placeOf(scope, inputs)
  if (streams.length === 0) return missing(`${place} has no feeder with an energy reading`)
  const { read, excluded } = await metersPerDay(streams, inputs)
  const { people, zones, left } = metered(inputs, scope, excluded)
  const counted = read.filter(({ stream }) => zones === null || zones.has(stream.thing.zoneId ?? 0))
  if (counted.length === 0 || people.length === 0)
    return missing(`no zone of ${place} has all its feeders read`, excluded)
  const simulated = isSimulated(
    inputs,
    counted.map(({ stream }) => stream.thing),
  )
  const origin = originOf(simulated, 'measured')
  const feeders = counted.map(({ evidence }) => evidence)
  const drawn = node({ label: 'Electricity drawn a day', unit: 'kW.h/d', method: 'sum', origin }, feeders)
  const { days, label } = yearOf(inputs)
  const year = node({ label: `Electricity drawn in a year${label}`, unit: 'kW.h/a', method: 'product', origin }, [
    drawn,
    leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' }),
  ])
  const inhabitants = node(
    {
      label: 'Inhabitants whose electricity is metered',
      unit: 'inhabitants',
      method: 'sum',
      origin: originOf(inputs.registry.city.simulated, 'reported'),
    },
    people,
  )
  const [n, dataCapture] = [totalCount(feeders), meanCapture(feeders)]
  const evidence = node(
    {
      label: `Electricity a year per inhabitant of ${place}${label}`,
      unit: 'kW.h/a',
      method: 'ratio',
      origin,
      n,
      ...(dataCapture !== null && { dataCapture }),
      ...excludedIn(left),
    },
    [year, inhabitants],
  )
  return found(evidence, { n, dataCapture, simulated })
}

/** The zones all of whose feeders are read, their people, and what is left out. Feeders outside any zone: the city as a whole. */
function metered(
  inputs: Inputs,
  scope: Scope,
  excluded: readonly (Excluded & { stream: DatastreamRow })[],
): { people: Evidence[]; zones: ReadonlySet<number> | null; left: Excluded[] } {
  const feeders = feedersOf(inputs, scope)
  const why = excluded.map(({ what, why }) => ({ what, why }))
  if (feeders.some(({ thing }) => thing.zoneId === null)) {
    const everyone = population(inputs, scope)
    return { people: everyone && excluded.length === 0 ? [everyone] : [], zones: null, left: why }
  }
  const silent = new Set(excluded.map(({ stream }) => stream.thing.zoneId))
  const served = inputs.registry.zones.filter(({ id }) => feeders.some(({ thing }) => thing.zoneId === id))
  const whole = served.filter((zone) => !silent.has(zone.id) && zone.population !== null)
  const people = whole.flatMap((zone) => population(inputs, { zone }) ?? [])
  return { people, zones: new Set(whole.map(({ id }) => id)), left: [...why, ...leftOut(inputs, scope, served, whole)] }
}

function leftOut(inputs: Inputs, scope: Scope, served: readonly ZoneRow[], whole: readonly ZoneRow[]): Excluded[] {
  const zones = scope.zone ? [scope.zone] : inputs.registry.zones
  return zones
    .filter((zone) => !whole.includes(zone))
    .map((zone) => ({ what: zone.name, why: whyLeftOut(zone, served) }))
}

function whyLeftOut(zone: ZoneRow, served: readonly ZoneRow[]): string {
  if (!served.some(({ id }) => id === zone.id)) return 'the zone has no feeder'
  return zone.population === null ? 'its population is not known' : 'a feeder of the zone is not read'
}
