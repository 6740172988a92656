import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { Origin } from '#model/observation/origin.ts'
import type { Combination } from '../../measurements/combinations.ts'
import { numberOf, type ThingRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import type { Activity } from '../inputs/activity.ts'
import type { Outages } from '../inputs/outages.ts'
import {
  attributeOf,
  isSimulated,
  MIN_DATA_CAPTURE,
  nameOf,
  type Place,
  percentText,
  sumOf,
  totalsIn,
} from '../measure/context.ts'
import { type Computed, defineMeasure, type Measure } from '../measure/define-measure.ts'
import { yearOf } from '../measure/meters.ts'
import { type Excluded, missing, type Outcome } from '../measure/outcome.ts'

type Interruptions = {
  readonly code: string
  readonly unit: string
  readonly compute: (supply: Supply, place: Place & { name: string }) => Computed | Outcome
}

const DEVICES = { properties: ['customers_interrupted'], kinds: ['feeder'] }

const interruptions = ({ code, unit, compute }: Interruptions): Measure =>
  defineMeasure({
    code,
    version: 3,
    needs:
      'feeders with the attribute customers, which report customers_interrupted when supply fails and returns, and their meter or customers_interrupted = 0 every hour or at their expected interval',
    unit,
    statistic: 'ratio',
    subjects: (place) =>
      totalsIn(place, DEVICES.properties, DEVICES.kinds, (thing) => (numberOf(thing, 'customers') ?? 0) > 0),
    devices: () => DEVICES,
    inputs: {
      hours: (inputs) => inputs.supplyWatched(),
      outages: (inputs) => inputs.outages(),
      activity: (inputs) => inputs.activity(DEVICES),
    },
    compute(context) {
      const supply = supplyOf(context.subjects, context.data, context)
      return supply.dataCapture < MIN_DATA_CAPTURE ? tooLittleWatched(supply, context) : compute(supply, context)
    },
  })

type Feeder = {
  readonly thing: ThingRow
  /** what its customers went through, by Datastream: that of all, or those of its parts */
  readonly outages: readonly { readonly id: number; readonly channel: string; readonly of: Outages }[]
  readonly customers: number
  /** share of the hours of the period in which an interruption would have been reported */
  readonly capture: number
}
type Supply = {
  readonly feeders: readonly Feeder[]
  readonly excluded: readonly Excluded[]
  /** share of the customer hours of the period in which the feeders were watched */
  readonly dataCapture: number
}
const NONE: Outages = { interruptions: 0, interrupted: 0, minutes: 0, short: 0 }

type Reports = {
  readonly hours: ReadonlyMap<number, number>
  readonly outages: ReadonlyMap<number, Outages>
  readonly activity: ReadonlyMap<number, Activity>
}

/** The total, or the parts that report where it does not. Where none of them reported anything, nothing happened. */
function reportedBy(
  combinations: readonly [Combination, ...Combination[]],
  activity: ReadonlyMap<number, Activity>,
): Combination {
  const isHeard = ({ id }: { id: number }): boolean => (activity.get(id)?.good ?? 0) > 0
  return (
    combinations.find(({ streams }) => streams.every(isHeard)) ??
    combinations.find(({ streams }) => streams.some(isHeard)) ??
    combinations[0]
  )
}

/** The absence of interruptions is known only for hours in which one would have been reported: silence is not supply. */
function supplyOf(totals: readonly Total[], { hours, outages, activity }: Reports, place: Place): Supply {
  const all = totals.map(({ thing, combinations }): Feeder => {
    const { streams } = reportedBy(combinations, activity)
    const watched = Math.min(...streams.map(({ id }) => hours.get(id) ?? 0))
    return {
      thing,
      outages: streams.map(({ id, channel }) => ({ id, channel, of: outages.get(id) ?? NONE })),
      customers: numberOf(thing, 'customers') ?? 0,
      capture: place.hours.count === 0 ? 0 : watched / place.hours.count,
    }
  })
  const isWatched = ({ capture }: Feeder): boolean => capture >= MIN_DATA_CAPTURE
  const feeders = all.filter(isWatched)
  const served = all.reduce((sum, { customers }) => sum + customers, 0)
  const watched = feeders.reduce((sum, { customers, capture }) => sum + customers * capture, 0)
  const excluded = all
    .filter((feeder) => !isWatched(feeder))
    .map(({ thing, capture }) => ({
      what: thing.name,
      why: capture === 0 ? 'nothing heard in the period' : `heard in ${percentText(capture)} of the hours`,
    }))
  return { feeders, excluded, dataCapture: served === 0 ? 0 : watched / served }
}

function tooLittleWatched({ dataCapture, excluded }: Supply, place: Place): Outcome {
  const needed =
    'each feeder must report something, such as its meter or customers_interrupted = 0, every hour or at its expected interval'
  return missing(
    `feeders heard in ${percentText(MIN_DATA_CAPTURE)} of the hours of ${place.period.label} or more stand for ${percentText(dataCapture)} of the customer hours of ${nameOf(place)}, and ${percentText(MIN_DATA_CAPTURE)} are needed; ${needed}`,
    excluded,
  )
}

/** One number of every feeder, summed. */
const summed = (
  feeders: readonly Feeder[],
  number: keyof Outages,
  { label, unit, origin }: { label: string; unit: string; origin: Origin },
): Evidence =>
  sumOf(
    label,
    unit,
    origin,
    feeders.flatMap(({ thing, outages }) =>
      outages.map(({ id, channel, of }) =>
        leaf({
          label: `${`${thing.name} ${channel}`.trim()}: ${of.interruptions} interruptions over 3 minutes, ${of.short} shorter left out`,
          value: of[number],
          unit,
          origin,
          n: of.interruptions,
          ref: `datastream ${id} (${thing.key} customers_interrupted)`,
        }),
      ),
    ),
  )

const about = ({ feeders, excluded, dataCapture }: Supply, place: Place) => ({
  n: feeders.flatMap(({ outages }) => outages).reduce((sum, { of }) => sum + of.interruptions, 0),
  dataCapture,
  simulated: isSimulated(
    place,
    feeders.map(({ thing }) => thing),
  ),
  excluded,
})

/** Time at risk, as for any rate: a customer who was watched for half a year counts half. */
const customerYears = (
  feeders: readonly Feeder[],
  observed: { hours: number; days: number },
  origin: Origin,
): Evidence =>
  sumOf(
    'Customers served, times the years for which they were watched',
    'a',
    origin,
    feeders.map(({ thing, capture }) =>
      node({ label: thing.name, unit: 'a', method: 'product', origin, dataCapture: capture }, [
        attributeOf(thing, 'customers', { label: `${thing.name}: customers`, unit: 'customers', origin }),
        leaf({
          ...{
            label: `years watched: ${percentText(capture)} of the period`,
            value: (capture * observed.hours) / (24 * observed.days),
          },
          ...{ unit: 'a', origin },
        }),
      ]),
    ),
  )

/** Interruptions a customer has in a year (SAIFI). */
export const outageFrequency = interruptions({
  code: 'EC:I:ES:1C',
  unit: 'interruptions per customer a year',
  compute(supply, place) {
    const { days, label } = yearOf(place, supply.dataCapture)
    return {
      label: `Interruptions per customer of ${place.name} (SAIFI)${label}`,
      ...about(supply, place),
      parts: (origin) => [
        summed(supply.feeders, 'interrupted', {
          label: 'Customer interruptions in the period',
          unit: '{count}',
          origin,
        }),
        customerYears(supply.feeders, { hours: place.hours.count, days }, origin),
      ],
    }
  },
})

/** Minutes that an interruption lasts for a customer who has one (CAIDI, not SAIDI). */
export const outageTime = interruptions({
  code: 'EC:I:ES:2C',
  unit: 'min per interruption',
  compute(supply, place) {
    const { n, ...rest } = about(supply, place)
    if (n === 0)
      return missing(`no interruption over 3 minutes in ${place.period.label}: there is no duration to average`)
    return {
      label: `Minutes without electricity per interrupted customer of ${place.name} (CAIDI)`,
      n,
      ...rest,
      parts: (origin) => [
        summed(supply.feeders, 'minutes', { label: 'Customer minutes without electricity', unit: 'min', origin }),
        summed(supply.feeders, 'interrupted', { label: 'Customer interruptions', unit: '{count}', origin }),
      ],
    }
  },
})
