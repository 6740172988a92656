import { leaf, node } from '#model/indicators/evidence.ts'
import type { Evidence } from '#model/indicators/schema.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { type DatastreamRow, isTrue, numberOf, type ThingRow } from '../inputs/registry.ts'
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
  type Scope,
} from './measure.ts'
import { meanCapture, metersPerDay, totalCount, yearOf } from './meters.ts'

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
  evaluate: async (inputs, scope) => new Map([['', await perSquareMetre(inputs, scope)]]),
}

const metersOf = (inputs: Inputs, scope: Scope): DatastreamRow[] =>
  inputs
    .datastreams(METERED, ['building'])
    .filter(
      ({ thing }) => isTrue(thing, 'public') && (numberOf(thing, 'floorAreaM2') ?? 0) > 0 && inScope(thing, scope),
    )

async function perSquareMetre(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const streams = metersOf(inputs, scope)
  const place = placeOf(scope, inputs)
  if (streams.length === 0) return missing(`${place} has no public building with a meter and floorAreaM2`)
  const { read, excluded } = await metersPerDay(streams, inputs)
  const silent = new Set(excluded.map(({ stream }) => stream.thing.id))
  const counted = read.filter(({ stream }) => !silent.has(stream.thing.id))
  const left: Excluded[] = excluded.map(({ what, why }) => ({ what, why }))
  if (counted.length === 0) return missing(`no public building of ${place} is fully read`, left)
  const buildings = [...new Map(counted.map(({ stream }) => [stream.thing.id, stream.thing])).values()]
  const simulated = isSimulated(inputs, buildings)
  const origin = originOf(simulated, 'measured')
  const meters = counted.map(({ evidence }) => evidence)
  const { days, label } = yearOf(inputs)
  const year = node({ label: `Energy in a year${label}`, unit: 'kW.h/a', method: 'product', origin }, [
    node({ label: 'Energy a day', unit: 'kW.h/d', method: 'sum', origin }, meters),
    leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' }),
  ])
  const floor = node({ label: 'Floor of these buildings', unit: 'm2', method: 'sum', origin }, buildings.map(floorOf))
  const [n, dataCapture] = [totalCount(meters), meanCapture(meters)]
  const evidence = node(
    {
      label: `Energy a year per m2 of ${buildings.length} public buildings of ${place}${label}`,
      unit: 'kW.h/m2/a',
      method: 'ratio',
      origin,
      n,
      ...(dataCapture !== null && { dataCapture }),
      ...excludedIn(left),
    },
    [year, floor],
  )
  return found(evidence, { n, dataCapture, simulated })
}

const floorOf = (thing: ThingRow): Evidence =>
  leaf({
    label: thing.name,
    value: numberOf(thing, 'floorAreaM2') ?? null,
    unit: 'm2',
    origin: originOf(thing.simulated, 'reported'),
    ref: `thing ${thing.key}, attribute floorAreaM2`,
  })
