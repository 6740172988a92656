import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { ZoneRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import {
  countIn,
  isSimulated,
  meanCapture,
  originOf,
  type Place,
  population,
  sumOf,
  totalsIn,
  zonesOf,
} from '../measure/context.ts'
import { defineMeasure, type Measure } from '../measure/define-measure.ts'
import { type MeterReadings, metersPerDay, shareCaptured, yearOf } from '../measure/meters.ts'
import { type Excluded, missing } from '../measure/outcome.ts'

/** What a network delivers through meters that together cover their zones, per inhabitant. */
type Delivery = {
  readonly code: string
  readonly needs: string
  readonly property: string
  readonly kind: string
  /** a meter, in words: feeder */
  readonly one: string
  readonly what: string
  readonly unit: string
  /** the numerator, from a day in the unit of the meters: a year of it, or another unit */
  readonly amountOf: (day: Evidence, period: { days: number; label: string }) => Evidence
  readonly isPerYear: boolean
}

/**
 * A zone counts, with its people, only when every meter of it is read: a silent one must not make its zone look thrifty.
 */
const perInhabitant = ({ code, needs, property, kind, one, what, unit, ...delivery }: Delivery): Measure =>
  defineMeasure({
    code,
    needs,
    unit,
    statistic: 'ratio',
    subjects: (place) => totalsIn(place, [property], [kind]),
    noSubjects: ({ name }) => `${name} has no ${one} with a meter reading`,
    devices: () => ({ properties: [property], kinds: [kind] }),
    inputs: { consumption: (inputs) => inputs.consumption() },
    compute(context) {
      const { subjects, data, name, registry } = context
      const readings = metersPerDay(subjects, data.consumption, context)
      const { people, zones, excluded } = peopleServed(one, subjects, readings, context)
      const counted = readings.read.filter(({ total }) => zones === null || zones.has(total.thing.zoneId ?? 0))
      if (counted.length === 0 || people.length === 0)
        return missing(
          `no zone of ${name} has every ${one} read`,
          readings.excluded.map(({ reason }) => reason),
        )
      const meters = counted.map(({ evidence }) => evidence)
      const dataCapture = zones === null ? (meanCapture(meters) ?? 0) : capturedIn(zonesOf(context), counted)
      const period = delivery.isPerYear ? yearOf(context, dataCapture) : { days: 1, label: '' }
      return {
        label: `${what} per inhabitant of ${name}${period.label}`,
        n: countIn(meters),
        dataCapture,
        simulated: isSimulated(
          context,
          counted.map(({ total }) => total.thing),
        ),
        excluded,
        parts: (origin) => [
          delivery.amountOf(sumOf(`${what} a day`, meters[0]?.unit ?? '', origin, meters), period),
          sumOf(
            'Inhabitants whose use is metered',
            'inhabitants',
            originOf(registry.city.simulated, 'reported'),
            people,
          ),
        ],
      }
    },
  })

/** Periods other than a calendar year are converted to 365 days and say so. */
export const electricityConsumption = perInhabitant({
  code: 'EN:E:E:2C',
  needs: 'feeders with a cumulative energy reading, which together meter all electricity drawn in their zones',
  property: 'energy',
  kind: 'feeder',
  one: 'feeder',
  what: 'Electricity drawn',
  unit: 'kW.h/a',
  isPerYear: true,
  amountOf: (day, { days, label }) => {
    const year = leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' })
    const head = { label: `Electricity drawn in a year${label}`, unit: 'kW.h/a', method: 'product', origin: day.origin }
    return node(head, [day, year])
  },
})

/** The customers' meters of a water district, summed up by its utility; leakage is not included. */
export const waterConsumption = perInhabitant({
  code: 'EN:EN:WS:2C',
  needs:
    'Things of kind water_district with a cumulative water_volume, the sum of all customers’ meters of their part of the network',
  property: 'water_volume',
  kind: 'water_district',
  one: 'water district',
  what: 'Water used',
  unit: 'L/d',
  isPerYear: false,
  amountOf: (day) => {
    const litres = leaf({ label: 'litres of a cubic metre', value: 1000, unit: 'L/m3', origin: 'reported' })
    const head = { label: 'Water used a day, in litres', unit: 'L/d', method: 'product', origin: day.origin }
    return node(head, [day, litres])
  },
})

/** Of the people of the zones, those whose meters are read, for the time that they are. */
function capturedIn(zones: readonly ZoneRow[], counted: MeterReadings['read']): number {
  const byZone = Map.groupBy(counted, ({ total }) => total.thing.zoneId)
  return shareCaptured(
    zones,
    ({ population: people }) => people ?? 0,
    ({ id }) => meanCapture((byZone.get(id) ?? []).map(({ evidence }) => evidence)) ?? 0,
  )
}

type Served = { people: Evidence[]; zones: ReadonlySet<number> | null; excluded: Excluded[] }

/** The zones all of whose meters are read, their people, and what is left out. Meters outside any zone serve the entire city. */
function peopleServed(one: string, meters: readonly Total[], readings: MeterReadings, place: Place): Served {
  const reasons = readings.excluded.map(({ reason }) => reason)
  if (meters.some(({ thing }) => thing.zoneId === null)) {
    const everyone = population(place)
    return { people: everyone && reasons.length === 0 ? [everyone] : [], zones: null, excluded: reasons }
  }
  const silent = new Set(readings.excluded.map(({ total }) => total.thing.zoneId))
  const served = place.registry.zones.filter(({ id }) => meters.some(({ thing }) => thing.zoneId === id))
  const complete = served.filter((zone) => !silent.has(zone.id) && zone.population !== null)
  const leftOut = zonesOf(place)
    .filter((zone) => !complete.includes(zone))
    .map((zone) => ({ what: zone.name, why: whyLeftOut(one, zone, served) }))
  return {
    people: complete.flatMap((zone) => population({ ...place, zone }) ?? []),
    zones: new Set(complete.map(({ id }) => id)),
    excluded: [...reasons, ...leftOut],
  }
}

function whyLeftOut(one: string, zone: ZoneRow, served: readonly ZoneRow[]): string {
  if (!served.some(({ id }) => id === zone.id)) return `the zone has no ${one}`
  return zone.population === null ? 'its population is not known' : `a ${one} of the zone is not read`
}
