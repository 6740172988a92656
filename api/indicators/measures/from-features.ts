import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { ZoneRow } from '../../measurements/registry.ts'
import type { Inputs } from '../inputs/inputs.ts'
import {
  areaM2,
  gridOf,
  isInside,
  lengthM,
  middleOf,
  nearTest,
  type Place,
  placesOf,
  planeAt,
} from '../inputs/places.ts'
import { found, type Measure, missing, type Outcome, originOf, placeOf, population, type Scope } from './measure.ts'

/** Measures of city-data.geojson: what the city is built of. They hold for any period, as the file stands. */

const one = (
  code: string,
  kind: string,
  needs: string,
  evaluate: (inputs: Inputs, scope: Scope) => Outcome,
): Measure => ({
  code,
  version: 1,
  origin: 'measured',
  needs: `features of kind ${kind} in city-data.geojson${needs}`,
  possible: async ({ registry }) => placesOf(registry, kind).length > 0,
  evaluate: async (inputs, scope) => new Map([['', evaluate(inputs, scope)]]),
})

const mapped = (inputs: Inputs): Evidence['origin'] => originOf(inputs.registry.city.simulated, 'measured')
const refOf = ({ kind, name }: Place): string => `feature ${kind} ${name}`
const simulatedIn = (inputs: Inputs): boolean => inputs.registry.city.simulated

/** Features of a kind: all of them, or those whose middle lies in the zone. */
function placesIn(inputs: Inputs, kind: string, { zone }: Scope): Place[] {
  return placesOf(inputs.registry, kind).filter((place) => {
    const middle = middleOf(place)
    return zone === null || (middle !== undefined && isInside(zone.geometry, middle))
  })
}

type Amount = { readonly place: Place; readonly value: number }

/** An amount of every feature, summed, per 100 000 inhabitants. */
function perHead(inputs: Inputs, scope: Scope, amounts: readonly Amount[], what: string, unit: string): Outcome {
  const people = population(inputs, scope)
  if (!people) return missing(`the population of ${placeOf(scope, inputs)} is not known`)
  const origin = mapped(inputs)
  const counted = amounts.filter(({ value }) => value > 0)
  const rows = counted.map(({ place, value }) => leaf({ label: place.name, value, unit, origin, ref: refOf(place) }))
  const total =
    rows.length > 0
      ? node({ label: `${what} of ${placeOf(scope, inputs)}`, unit, method: 'sum', origin }, rows)
      : leaf({ label: `${what} of ${placeOf(scope, inputs)}: the map shows none`, value: 0, unit, origin })
  const evidence = node(
    {
      label: `${what} of ${placeOf(scope, inputs)} per 100 000 inhabitants, from the city’s map`,
      unit: `${unit}/100 000 inhabitants`,
      method: 'per_100000',
      origin,
      n: rows.length,
    },
    [total, people],
  )
  return found(evidence, { n: rows.length, simulated: simulatedIn(inputs) })
}

const length = (code: string, kind: string, what: string): Measure =>
  one(code, kind, ' with a line and lengthM', (inputs, scope) => {
    const places = placesOf(inputs.registry, kind)
    if (places.length === 0) return missing(`city-data.geojson has no feature of kind ${kind}`)
    const plane = planeAt(inputs.registry.city.centre)
    const amounts = places.map((place) => ({ place, value: lengthM(place, plane, scope.zone) / 1000 }))
    return perHead(inputs, scope, amounts, what, 'km')
  })

/** EC:I:T:1C: every line counts with its length, also where several share a street. */
export const transitNetwork = length('EC:I:T:1C', 'transit_line', 'Length of public transport lines')
/** EC:I:T:3C */
export const bicycleNetwork = length('EC:I:T:3C', 'bike_lane', 'Length of cycle paths and lanes')

/** EN:EN:PSN:1C: public parks of the map; a park belongs to the zone its middle lies in. */
export const greenAreas = one('EN:EN:PSN:1C', 'park', ' with areaM2 or an outline', (inputs, scope) => {
  if (placesOf(inputs.registry, 'park').length === 0) return missing('city-data.geojson has no feature of kind park')
  const plane = planeAt(inputs.registry.city.centre)
  const amounts = placesIn(inputs, 'park', scope).map((place) => ({ place, value: areaM2(place, plane) / 10_000 }))
  return perHead(inputs, scope, amounts, 'Green area', 'ha')
})

/** EC:I:UP:1A: area kept for people on foot, over the area of all zones or of the zone. */
export const pedestrianArea = one('EC:I:UP:1A', 'pedestrian_area', ' with areaM2 or an outline', (inputs, scope) => {
  if (placesOf(inputs.registry, 'pedestrian_area').length === 0)
    return missing('city-data.geojson has no feature of kind pedestrian_area')
  const zones = scope.zone ? [scope.zone] : inputs.registry.zones
  const origin = mapped(inputs)
  const plane = planeAt(inputs.registry.city.centre)
  const rows = placesIn(inputs, 'pedestrian_area', scope).map((place) =>
    leaf({ label: place.name, value: areaM2(place, plane) / 1e6, unit: 'km2', origin, ref: refOf(place) }),
  )
  const kept =
    rows.length > 0
      ? node({ label: 'Area for people on foot', unit: 'km2', method: 'sum', origin }, rows)
      : leaf({ label: 'Area for people on foot: the map shows none', value: 0, unit: 'km2', origin })
  const all = node(
    { label: 'Area', unit: 'km2', method: 'sum', origin },
    zones.map(({ key, name, areaKm2 }) =>
      leaf({ label: name, value: areaKm2, unit: 'km2', origin, ref: `zone ${key}` }),
    ),
  )
  const label = `Area of ${placeOf(scope, inputs)} for people on foot, from the city’s map`
  const evidence = node({ label, unit: '%', method: 'percent', origin, n: rows.length }, [kept, all])
  return found(evidence, { n: rows.length, simulated: simulatedIn(inputs) })
})

/**
 * People within a distance of something, as the crow flies. Where in a zone its people live is not known, so they are
 * spread evenly over its land: a value for planning, not a count of doors.
 */
const within = (code: string, kind: string, metres: number, what: string): Measure =>
  one(code, kind, ', and zones with population', (inputs, scope) => {
    const places = placesOf(inputs.registry, kind)
    if (places.length === 0) return missing(`city-data.geojson has no feature of kind ${kind}`)
    const zones = (scope.zone ? [scope.zone] : inputs.registry.zones).filter(({ population }) => population !== null)
    if (zones.length === 0) return missing(`the population of ${placeOf(scope, inputs)} is not known by zone`)
    const { centre } = inputs.registry.city
    const isNear = nearTest(places, planeAt(centre), metres)
    const parts = zones.map((zone) => nearPart(zone, inputs, isNear, centre, `${metres} m of ${what}`))
    const origin = mapped(inputs)
    const people = zones.flatMap((zone) => population(inputs, { zone }) ?? [])
    const n = parts.reduce((sum, part) => sum + (part.n ?? 0), 0)
    const evidence = node(
      {
        label: `People of ${placeOf(scope, inputs)} within ${metres} m of ${what}, spread evenly over each zone`,
        unit: '%',
        method: 'percent',
        origin,
        n,
      },
      [
        node({ label: `Inhabitants within ${metres} m`, unit: 'inhabitants', method: 'sum', origin }, parts),
        node({ label: 'Inhabitants', unit: 'inhabitants', method: 'sum', origin }, people),
      ],
    )
    return found(evidence, { n, simulated: simulatedIn(inputs) })
  })

function nearPart(
  zone: ZoneRow,
  inputs: Inputs,
  isNear: (at: readonly [number, number]) => boolean,
  centre: readonly [number, number],
  what: string,
): Evidence {
  const origin = mapped(inputs)
  const grid = gridOf(zone, centre)
  const ref = `zone ${zone.key}, grid of 100 m`
  const squares = (label: string, value: number) => leaf({ label, value, unit: 'squares', origin, ref })
  const share = node({ label: `${zone.name}: share of its area within ${what}`, unit: '1', method: 'ratio', origin }, [
    squares('squares near', grid.filter(isNear).length),
    squares('squares of the zone', grid.length),
  ])
  const people = population(inputs, { zone }) as Evidence
  return node(
    {
      label: `${zone.name}: inhabitants within ${what}`,
      unit: 'inhabitants',
      method: 'product',
      origin,
      n: grid.length,
    },
    [share, people],
  )
}

/** EC:I:T:2A */
export const stopsWithinReach = within('EC:I:T:2A', 'stop', 500, 'a stop of public transport')
/** EN:EN:PSN:2A */
export const greenWithinReach = within('EN:EN:PSN:2A', 'park', 300, 'a green area')

/** The share of features that have a property, among those that say whether they do. */
const having = (code: string, kind: string, property: string, what: string): Measure => ({
  ...one(code, kind, ` with the property ${property} (true or false)`, (inputs, scope) => {
    const all = placesIn(inputs, kind, scope)
    const told = all.filter(({ properties }) => typeof properties[property] === 'boolean')
    if (told.length === 0) return missing(`no feature of kind ${kind} in ${placeOf(scope, inputs)} says ${property}`)
    const origin = mapped(inputs)
    const silent = all.length - told.length
    const evidence = node(
      {
        label: `${what} of ${placeOf(scope, inputs)}, from the city’s map`,
        unit: '%',
        method: 'percent',
        origin,
        n: told.length,
        ...(silent > 0 && { excluded: [{ what: `${silent} of kind ${kind}`, why: `${property} is not stated` }] }),
      },
      [
        node(
          { label: property, unit: '{count}', method: 'sum', origin },
          told.map((place) =>
            leaf({
              label: place.name,
              value: place.properties[property] === true ? 1 : 0,
              unit: '{count}',
              origin,
              ref: refOf(place),
            }),
          ),
        ),
        leaf({ label: `all of kind ${kind}`, value: told.length, unit: '{count}', origin }),
      ],
    )
    return found(evidence, { n: told.length, dataCapture: told.length / all.length, simulated: simulatedIn(inputs) })
  }),
  possible: async ({ registry }) =>
    placesOf(registry, kind).some(({ properties }) => typeof properties[property] === 'boolean'),
})

/** EC:ICT:T:1C */
export const liveStops = having('EC:ICT:T:1C', 'stop', 'liveInformation', 'Stops with live information')
/** EC:ICT:T:3A */
export const controlledIntersections = having(
  'EC:ICT:T:3A',
  'intersection',
  'adaptive',
  'Signalled intersections with adaptive control or priority',
)
