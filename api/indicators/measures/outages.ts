import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { Origin } from '#model/observation/origin.ts'
import { type DatastreamRow, numberOf } from '../../measurements/registry-snapshot.ts'
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

const interruptions = ({ code, unit, compute }: Interruptions): Measure =>
  defineMeasure({
    code,
    version: 2,
    needs:
      'feeders with the attribute customers, which report customers_interrupted when supply fails and returns, and their meter or customers_interrupted = 0 every hour or at their expected interval',
    unit,
    statistic: 'ratio',
    subjects: (place) =>
      totalsIn(
        place,
        ['customers_interrupted'],
        ['feeder'],
        (thing) => (numberOf(thing, 'customers') ?? 0) > 0,
      ).flatMap(({ combinations: [{ streams }] }) => streams),
    devices: () => ({ properties: ['customers_interrupted'], kinds: ['feeder'] }),
    inputs: { hours: (inputs) => inputs.supplyWatched(), outages: (inputs) => inputs.outages() },
    compute(context) {
      const supply = supplyOf(context.subjects, context.data, context)
      return supply.dataCapture < MIN_DATA_CAPTURE ? tooLittleWatched(supply, context) : compute(supply, context)
    },
  })

type Feeder = {
  readonly stream: DatastreamRow
  readonly customers: number
  readonly outages: Outages
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

/** The absence of interruptions is known only for hours in which one would have been reported: silence is not supply. */
function supplyOf(
  streams: readonly DatastreamRow[],
  { hours, outages }: { hours: ReadonlyMap<number, number>; outages: ReadonlyMap<number, Outages> },
  place: Place,
): Supply {
  const all = streams.map((stream) => ({
    stream,
    customers: numberOf(stream.thing, 'customers') ?? 0,
    outages: outages.get(stream.id) ?? NONE,
    capture: place.hours.count === 0 ? 0 : (hours.get(stream.id) ?? 0) / place.hours.count,
  }))
  const isWatched = ({ capture }: Feeder): boolean => capture >= MIN_DATA_CAPTURE
  const feeders = all.filter(isWatched)
  const served = all.reduce((sum, { customers }) => sum + customers, 0)
  const watched = feeders.reduce((sum, { customers, capture }) => sum + customers * capture, 0)
  const excluded = all
    .filter((feeder) => !isWatched(feeder))
    .map(({ stream, capture }) => ({
      what: stream.thing.name,
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
    feeders.map(({ stream: { id, thing }, outages }) =>
      leaf({
        label: `${thing.name}: ${outages.interruptions} interruptions over 3 minutes, ${outages.short} shorter left out`,
        value: outages[number],
        unit,
        origin,
        n: outages.interruptions,
        ref: `datastream ${id} (${thing.key} customers_interrupted)`,
      }),
    ),
  )

const about = ({ feeders, excluded, dataCapture }: Supply, place: Place) => ({
  n: feeders.reduce((sum, { outages }) => sum + outages.interruptions, 0),
  dataCapture,
  simulated: isSimulated(
    place,
    feeders.map(({ stream }) => stream.thing),
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
    feeders.map(({ stream: { thing }, capture }) =>
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
