import { numberOf, type ZoneRow } from '../../measurements/registry-snapshot.ts'
import { attributeOf, sumOf, zonesOf } from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

const ALL = 'passengerVehicles'
const LOW = 'lowEmissionVehicles'

function isCounted(zone: ZoneRow): boolean {
  const [all, low] = [numberOf(zone, ALL), numberOf(zone, LOW)]
  return all !== undefined && low !== undefined && low >= 0 && low <= all
}

/** Low-emission cars among the cars registered in the zones, as the vehicle register counts them by zone. */
export const lowEmissionVehicles = defineMeasure({
  code: 'EC:I:T:8A',
  needs: `zones in zones.geojson with the properties ${ALL} and ${LOW}, from the vehicle register`,
  unit: '%',
  statistic: 'percent',
  subjects: zonesOf,
  possible: ({ registry }) => registry.zones.some(isCounted),
  compute({ subjects: zones, name, registry }) {
    const counted = zones.filter(isCounted)
    const excluded = zones
      .filter((zone) => !counted.includes(zone))
      .map((zone) => ({ what: zone.name, why: `${ALL} and ${LOW} are not both there, or do not fit` }))
    if (counted.length === 0) return missing(`no zone of ${name} states its registered cars`, excluded)
    return {
      label: `Low-emission passenger vehicles of ${name}, from the vehicle register`,
      n: counted.length,
      dataCapture: counted.length / zones.length,
      simulated: registry.city.simulated,
      excluded,
      parts(origin) {
        const summed = (attribute: string, label: string) =>
          sumOf(
            label,
            'vehicles',
            origin,
            counted.map((zone) => attributeOf(zone, attribute, { unit: 'vehicles', origin })),
          )
        return [summed(LOW, 'Registered low-emission passenger vehicles'), summed(ALL, 'Registered passenger vehicles')]
      },
    }
  },
})
