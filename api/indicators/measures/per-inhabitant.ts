import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { ZoneRow } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
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
import { type MeterReadings, meanCapture, metersPerDay, shareCaptured, totalCount, yearOf } from './meters.ts'

/** What a network delivers through meters that stand for the whole of their zones, per inhabitant. */
type Delivery = {
  readonly code: string
  readonly needs: string
  readonly property: string
  readonly kind: string
  /** a meter, in words: feeder */
  readonly one: string
  readonly what: string
  readonly unit: string
  /** what a day of the meters' unit becomes: a year of it, or another unit */
  readonly scaled: (day: Evidence, inputs: Inputs, dataCapture: number) => { amount: Evidence; label: string }
}

/**
 * A zone counts, with its people, only when every meter of it is read: a silent one must not make its zone look thrifty.
 */
const perInhabitant = (delivery: Delivery): Measure => ({
  code: delivery.code,
  version: 1,
  origin: 'measured',
  needs: delivery.needs,
  possible: async (inputs) => metersOf(delivery, inputs, { zone: null }).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await perCapita(delivery, inputs, scope)]]),
})

/** EN:E:E:2C: periods other than a calendar year are brought to 365 days and say so. */
export const electricityConsumption = perInhabitant({
  code: 'EN:E:E:2C',
  needs: 'feeders with a cumulative energy reading, which together meter all electricity drawn in their zones',
  property: 'energy',
  kind: 'feeder',
  one: 'feeder',
  what: 'Electricity drawn',
  unit: 'kW.h/a',
  scaled: (day, inputs, dataCapture) => {
    const { days, label } = yearOf(inputs, dataCapture)
    const year = leaf({ label: 'days of the year', value: days, unit: 'd/a', origin: 'reported' })
    const head = { label: `Electricity drawn in a year${label}`, unit: 'kW.h/a', method: 'product', origin: day.origin }
    return { amount: node(head, [day, year]), label }
  },
})

/** EN:EN:WS:2C: the customers' meters of a water district, summed up by its utility; what leaks is not in it. */
export const waterConsumption = perInhabitant({
  code: 'EN:EN:WS:2C',
  needs:
    'Things of kind water_district with a cumulative water_volume, the sum of all customers’ meters of their part of the network',
  property: 'water_volume',
  kind: 'water_district',
  one: 'water district',
  what: 'Water used',
  unit: 'L/d',
  scaled: (day) => {
    const litres = leaf({ label: 'litres of a cubic metre', value: 1000, unit: 'L/m3', origin: 'reported' })
    const head = { label: 'Water used a day, in litres', unit: 'L/d', method: 'product', origin: day.origin }
    return { amount: node(head, [day, litres]), label: '' }
  },
})

const metersOf = ({ property, kind }: Delivery, inputs: Inputs, scope: Scope): Whole[] =>
  inputs.wholes([property], [kind]).filter(({ thing }) => inScope(thing, scope))

async function perCapita(delivery: Delivery, inputs: Inputs, scope: Scope): Promise<Outcome> {
  const wholes = metersOf(delivery, inputs, scope)
  const { one, what, unit } = delivery
  const place = placeOf(scope, inputs)
  if (wholes.length === 0) return missing(`${place} has no ${one} with a meter reading`)
  const { read, excluded } = await metersPerDay(wholes, inputs)
  const { people, zones, left } = metered(delivery, inputs, scope, excluded)
  const counted = read.filter(({ whole }) => zones === null || zones.has(whole.thing.zoneId ?? 0))
  if (counted.length === 0 || people.length === 0) return missing(`no zone of ${place} has every ${one} read`, excluded)
  const simulated = isSimulated(
    inputs,
    counted.map(({ whole }) => whole.thing),
  )
  const origin = originOf(simulated, 'measured')
  const meters = counted.map(({ evidence }) => evidence)
  const day = node({ label: `${what} a day`, unit: meters[0]?.unit ?? '', method: 'sum', origin }, meters)
  const dataCapture = zones === null ? (meanCapture(meters) ?? 0) : capturedIn(zonesOf(scope, inputs), counted)
  const { amount, label } = delivery.scaled(day, inputs, dataCapture)
  const inhabitants = node(
    {
      label: 'Inhabitants whose use is metered',
      unit: 'inhabitants',
      method: 'sum',
      origin: originOf(inputs.registry.city.simulated, 'reported'),
    },
    people,
  )
  const n = totalCount(meters)
  const evidence = node(
    {
      label: `${what} per inhabitant of ${place}${label}`,
      unit,
      method: 'ratio',
      origin,
      n,
      dataCapture,
      ...excludedIn(left),
    },
    [amount, inhabitants],
  )
  return found(evidence, { n, dataCapture, simulated })
}

const zonesOf = ({ zone }: Scope, { registry }: Inputs): readonly ZoneRow[] => (zone ? [zone] : registry.zones)

/** Of the people of the zones, those whose meters are read, for the time that they are. */
function capturedIn(zones: readonly ZoneRow[], counted: MeterReadings['read']): number {
  const byZone = Map.groupBy(counted, ({ whole }) => whole.thing.zoneId)
  return shareCaptured(
    zones,
    ({ population: people }) => people ?? 0,
    ({ id }) => meanCapture((byZone.get(id) ?? []).map(({ evidence }) => evidence)) ?? 0,
  )
}

/** The zones all of whose meters are read, their people, and what is left out. Meters outside any zone: the city as a whole. */
function metered(
  delivery: Delivery,
  inputs: Inputs,
  scope: Scope,
  excluded: readonly (Excluded & { whole: Whole })[],
): { people: Evidence[]; zones: ReadonlySet<number> | null; left: Excluded[] } {
  const meters = metersOf(delivery, inputs, scope)
  const why = excluded.map(({ what, why }) => ({ what, why }))
  if (meters.some(({ thing }) => thing.zoneId === null)) {
    const everyone = population(inputs, scope)
    return { people: everyone && excluded.length === 0 ? [everyone] : [], zones: null, left: why }
  }
  const silent = new Set(excluded.map(({ whole }) => whole.thing.zoneId))
  const served = inputs.registry.zones.filter(({ id }) => meters.some(({ thing }) => thing.zoneId === id))
  const whole = served.filter((zone) => !silent.has(zone.id) && zone.population !== null)
  const people = whole.flatMap((zone) => population(inputs, { zone }) ?? [])
  return {
    people,
    zones: new Set(whole.map(({ id }) => id)),
    left: [...why, ...leftOut(delivery, inputs, scope, served, whole)],
  }
}

function leftOut(
  { one }: Delivery,
  inputs: Inputs,
  scope: Scope,
  served: readonly ZoneRow[],
  whole: readonly ZoneRow[],
): Excluded[] {
  return zonesOf(scope, inputs)
    .filter((zone) => !whole.includes(zone))
    .map((zone) => ({ what: zone.name, why: whyLeftOut(one, zone, served) }))
}

function whyLeftOut(one: string, zone: ZoneRow, served: readonly ZoneRow[]): string {
  if (!served.some(({ id }) => id === zone.id)) return `the zone has no ${one}`
  return zone.population === null ? 'its population is not known' : `a ${one} of the zone is not read`
}
