import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { Origin } from '#model/observation/origin.ts'
import type { ZoneRow } from '../../measurements/registry-snapshot.ts'
import {
  areaM2,
  type Feature,
  featuresOf,
  gridOf,
  isInside,
  lengthM,
  middleOf,
  nearTest,
  type Plane,
  planeAt,
} from '../inputs/features.ts'
import { countIn, type Place, population, sumOf, zonesOf } from '../measure/context.ts'
import { defineMeasure, type Measure, type MeasureDefinition } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

/** Measures of city-data.geojson: what the city is built of. They hold for any period, as the file is now. */

type OfFeatures = Pick<MeasureDefinition<Feature, never>, 'code' | 'unit' | 'statistic' | 'compute'> & {
  readonly kind: string
  /** what the features need beyond their kind */
  readonly needs: string
}

const ofFeatures = ({ kind, needs, ...definition }: OfFeatures): Measure =>
  defineMeasure<Feature, never>({
    ...definition,
    needs: `features of kind ${kind} in city-data.geojson${needs}`,
    subjects: ({ registry }) => featuresOf(registry, kind),
    noSubjects: () => `city-data.geojson has no feature of kind ${kind}`,
  })

const refOf = ({ kind, name }: Feature): string => `feature ${kind} ${name}`

/** All features, or those whose middle lies in the zone. */
const featuresIn = (features: readonly Feature[], { zone }: Place): readonly Feature[] =>
  features.filter((feature) => {
    const middle = middleOf(feature)
    return zone === null || (middle !== undefined && isInside(zone.geometry, middle))
  })

const planeOf = ({ registry }: Place): Plane => planeAt(registry.city.centre)

type Amount = { readonly feature: Feature; readonly value: number }

/** The sum of an amount of every feature; a map without any shows zero. */
function sumOfAmounts(amounts: readonly Amount[], label: string, unit: string, origin: Origin): Evidence {
  const rows = amounts.map(({ feature, value }) =>
    leaf({ label: feature.name, value, unit, origin, ref: refOf(feature) }),
  )
  return rows.length > 0
    ? sumOf(label, unit, origin, rows)
    : leaf({ label: `${label}: the map shows none`, value: 0, unit, origin })
}

type PerHead = Omit<OfFeatures, 'unit' | 'statistic' | 'compute'> & {
  readonly what: string
  readonly unit: string
  readonly amounts: (features: readonly Feature[], place: Place) => Amount[]
}

/** An amount of every feature, summed, per 100 000 inhabitants. */
const perHead = ({ what, unit, amounts, ...rest }: PerHead): Measure =>
  ofFeatures({
    ...rest,
    unit: `${unit}/100 000 inhabitants`,
    statistic: 'per_100000',
    compute(context) {
      const { subjects, name, registry } = context
      const people = population(context)
      if (!people) return missing(`the population of ${name} is not known`)
      const counted = amounts(subjects, context).filter(({ value }) => value > 0)
      return {
        label: `${what} of ${name} per 100 000 inhabitants, from the city’s map`,
        n: counted.length,
        simulated: registry.city.simulated,
        parts: (origin) => [sumOfAmounts(counted, `${what} of ${name}`, unit, origin), people],
      }
    },
  })

const lengthPerHead = (code: string, kind: string, what: string): Measure =>
  perHead({
    code,
    kind,
    needs: ' with a line and lengthM',
    what,
    unit: 'km',
    amounts: (features, place) =>
      features.map((feature) => ({ feature, value: lengthM(feature, planeOf(place), place.zone) / 1000 })),
  })

/** Every line counts with its length, also where several share a street. */
export const transitNetwork = lengthPerHead('EC:I:T:1C', 'transit_line', 'Length of public transport lines')
export const bicycleNetwork = lengthPerHead('EC:I:T:3C', 'bike_lane', 'Length of cycle paths and lanes')

/** Public parks of the map; a park belongs to the zone its middle lies in. */
export const greenAreas = perHead({
  code: 'EN:EN:PSN:1C',
  kind: 'park',
  needs: ' with areaM2 or an outline',
  what: 'Green area',
  unit: 'ha',
  amounts: (features, place) =>
    featuresIn(features, place).map((feature) => ({ feature, value: areaM2(feature, planeOf(place)) / 10_000 })),
})

/** Area reserved for people on foot, over the area of all zones or of the zone. */
export const pedestrianArea = ofFeatures({
  code: 'EC:I:UP:1A',
  kind: 'pedestrian_area',
  needs: ' with areaM2 or an outline',
  unit: '%',
  statistic: 'percent',
  compute(context) {
    const { subjects, name, registry } = context
    const plane = planeOf(context)
    const areas = featuresIn(subjects, context).map((feature) => ({ feature, value: areaM2(feature, plane) / 1e6 }))
    return {
      label: `Area of ${name} for people on foot, from the city’s map`,
      n: areas.length,
      simulated: registry.city.simulated,
      parts: (origin) => [
        sumOfAmounts(areas, 'Area for people on foot', 'km2', origin),
        sumOf(
          'Area',
          'km2',
          origin,
          zonesOf(context).map((zone) =>
            leaf({ label: zone.name, value: zone.areaKm2, unit: 'km2', origin, ref: `zone ${zone.key}` }),
          ),
        ),
      ],
    }
  },
})

/**
 * People within a distance of something, as the crow flies. Where in a zone its people live is not known, so they are
 * spread evenly over its land: a value for planning, not a count of doors.
 */
const within = (code: string, kind: string, meters: number, what: string): Measure =>
  ofFeatures({
    code,
    kind,
    needs: ', and zones with population',
    unit: '%',
    statistic: 'percent',
    compute(context) {
      const { subjects, name, registry } = context
      const zones = zonesOf(context).filter((zone) => zone.population !== null)
      if (zones.length === 0) return missing(`the population of ${name} is not known by zone`)
      const isNear = nearTest(subjects, planeOf(context), meters)
      const near = `${meters} m of ${what}`
      const origin = registry.city.simulated ? 'simulated' : 'measured'
      const parts = zones.map((zone) => nearPart({ ...context, zone }, zone, isNear, { near, origin }))
      const people = zones.flatMap((zone) => population({ ...context, zone }) ?? [])
      return {
        label: `People of ${name} within ${near}, spread evenly over each zone`,
        n: countIn(parts),
        simulated: registry.city.simulated,
        parts: () => [
          sumOf(`Inhabitants within ${meters} m`, 'inhabitants', origin, parts),
          sumOf('Inhabitants', 'inhabitants', origin, people),
        ],
      }
    },
  })

function nearPart(
  place: Place,
  zone: ZoneRow,
  isNear: (at: readonly [number, number]) => boolean,
  { near, origin }: { near: string; origin: Origin },
): Evidence {
  const grid = gridOf(zone, place.registry.city.centre)
  const ref = `zone ${zone.key}, grid of 100 m`
  const squares = (label: string, value: number) => leaf({ label, value, unit: 'squares', origin, ref })
  const share = node({ label: `${zone.name}: share of its area within ${near}`, unit: '1', method: 'ratio', origin }, [
    squares('squares near', grid.filter(isNear).length),
    squares('squares of the zone', grid.length),
  ])
  const head = { label: `${zone.name}: inhabitants within ${near}`, unit: 'inhabitants', method: 'product', origin }
  return node({ ...head, n: grid.length }, [share, population(place) as Evidence])
}

export const stopsWithinReach = within('EC:I:T:2A', 'stop', 500, 'a stop of public transport')
export const greenWithinReach = within('EN:EN:PSN:2A', 'park', 300, 'a green area')

type Having = { readonly code: string; readonly kind: string; readonly property: string; readonly what: string }

const states = ({ properties }: Feature, property: string): boolean => typeof properties[property] === 'boolean'

/** The share of features that have a property, among those that say whether they do. */
const having = ({ code, kind, property, what }: Having): Measure =>
  defineMeasure<Feature, never>({
    code,
    needs: `features of kind ${kind} in city-data.geojson with the property ${property} (true or false)`,
    unit: '%',
    statistic: 'percent',
    subjects: (place) => featuresIn(featuresOf(place.registry, kind), place),
    possible: ({ registry }) => featuresOf(registry, kind).some((feature) => states(feature, property)),
    compute({ subjects, name, registry }) {
      const stated = subjects.filter((feature) => states(feature, property))
      if (stated.length === 0) return missing(`no feature of kind ${kind} in ${name} says ${property}`)
      const silent = subjects.length - stated.length
      return {
        label: `${what} of ${name}, from the city’s map`,
        n: stated.length,
        dataCapture: stated.length / subjects.length,
        simulated: registry.city.simulated,
        excluded: silent > 0 ? [{ what: `${silent} of kind ${kind}`, why: `${property} is not stated` }] : [],
        parts: (origin) => [
          sumOf(
            property,
            '{count}',
            origin,
            stated.map((feature) => {
              const value = feature.properties[property] === true ? 1 : 0
              return leaf({ label: feature.name, value, unit: '{count}', origin, ref: refOf(feature) })
            }),
          ),
          leaf({ label: `all of kind ${kind}`, value: stated.length, unit: '{count}', origin }),
        ],
      }
    },
  })

export const liveStops = having({
  code: 'EC:ICT:T:1C',
  kind: 'stop',
  property: 'liveInformation',
  what: 'Stops with live information',
})
export const controlledIntersections = having({
  code: 'EC:ICT:T:3A',
  kind: 'intersection',
  property: 'adaptive',
  what: 'Signalled intersections with adaptive control or priority',
})
