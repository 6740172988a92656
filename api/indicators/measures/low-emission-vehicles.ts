import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { numberOf, type ZoneRow } from '../../measurements/registry.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { excludedIn, found, type Measure, missing, type Outcome, originOf, placeOf, type Scope } from './measure.ts'

const ALL = 'passengerVehicles'
const LOW = 'lowEmissionVehicles'

/** EC:I:T:8A: low-emission cars among the cars registered in the zones, as the vehicle register counts them by zone. */
export const lowEmissionVehicles: Measure = {
  code: 'EC:I:T:8A',
  version: 1,
  origin: 'measured',
  needs: `zones in zones.geojson with the properties ${ALL} and ${LOW}, from the vehicle register`,
  possible: async ({ registry }) => registry.zones.some(isCounted),
  evaluate: async (inputs, scope) => new Map([['', share(inputs, scope)]]),
}

function isCounted(zone: ZoneRow): boolean {
  const [all, low] = [numberOf(zone, ALL), numberOf(zone, LOW)]
  return all !== undefined && low !== undefined && low >= 0 && low <= all
}

function share(inputs: Inputs, scope: Scope): Outcome {
  const zones = scope.zone ? [scope.zone] : inputs.registry.zones
  const counted = zones.filter(isCounted)
  const excluded = zones
    .filter((zone) => !counted.includes(zone))
    .map(({ name }) => ({ what: name, why: `${ALL} and ${LOW} are not both there, or do not fit` }))
  if (counted.length === 0) return missing(`no zone of ${placeOf(scope, inputs)} tells its registered cars`, excluded)
  const { simulated } = inputs.registry.city
  const origin = originOf(simulated, 'measured')
  const summed = (attribute: string, label: string): Evidence =>
    node(
      { label, unit: 'vehicles', method: 'sum', origin },
      counted.map((zone) =>
        leaf({
          label: zone.name,
          value: numberOf(zone, attribute) ?? null,
          unit: 'vehicles',
          origin,
          ref: `zone ${zone.key}, property ${attribute}`,
        }),
      ),
    )
  const evidence = node(
    {
      label: `Low-emission passenger vehicles of ${placeOf(scope, inputs)}, from the vehicle register`,
      unit: '%',
      method: 'percent',
      origin,
      n: counted.length,
      dataCapture: counted.length / zones.length,
      ...excludedIn(excluded),
    },
    [summed(LOW, 'Registered low-emission passenger vehicles'), summed(ALL, 'Registered passenger vehicles')],
  )
  return found(evidence, { n: counted.length, dataCapture: counted.length / zones.length, simulated })
}
