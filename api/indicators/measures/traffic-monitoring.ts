import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf } from '#model/indicators/evidence.ts'
import { numberOf, type ThingRow } from '../../measurements/registry-snapshot.ts'
import {
  isSimulated,
  MIN_DATA_CAPTURE,
  originOf,
  type Place,
  percentText,
  sumOf,
  tooSilent,
} from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

const WATCHERS = ['traffic_counter', 'street_segment']

/**
 * Length of major streets under measurement. A counter stands for the street it names, a segment for its own length; a
 * street is never counted beyond its length, and only what was heard in enough of the hours counts.
 */
export const trafficMonitoring = defineMeasure({
  code: 'EC:ICT:T:2C',
  needs:
    'major streets in city-data.geojson (kind major_street, name, lengthM), and counters or segments that name their street',
  unit: '%',
  statistic: 'percent',
  cityOnly: 'streets run through several zones: known for the city only',
  subjects: majorStreets,
  noSubjects: () => 'city-data.geojson has no feature of kind major_street with name and lengthM',
  version: 2,
  devices: () => ({ kinds: WATCHERS }),
  inputs: { heard: (inputs) => inputs.heard({ kinds: WATCHERS }) },
  compute(context) {
    const { subjects: streets, data, period, registry } = context
    const all = registry.things.filter(({ kind }) => WATCHERS.includes(kind))
    const excluded = all.flatMap((thing) => tooSilent(thing, data.heard, context) ?? [])
    const watchers = all.filter((thing) => !tooSilent(thing, data.heard, context))
    // Silence says more about the data than about the streets: a missing value, not 0 %.
    if (watchers.length === 0)
      return missing(
        `no counter and no segment was heard in ${percentText(MIN_DATA_CAPTURE)} of the hours of ${period.label}`,
        excluded,
      )
    const simulated = isSimulated({ registry }, watchers)
    const registered = originOf(simulated, 'reported')
    return {
      label: 'Major streets under measurement, by length',
      n: watchers.length,
      simulated,
      excluded,
      parts: (origin) => [
        sumOf(
          'Length under measurement',
          'm',
          origin,
          streets.map((street) => watched(street, watchers, origin)),
        ),
        sumOf(
          'Length of major streets',
          'm',
          registered,
          streets.map(({ name, length }) =>
            leaf({ label: name, value: length, unit: 'm', origin: registered, ref: `street ${name}` }),
          ),
        ),
      ],
    }
  },
})

type Street = { readonly name: string; readonly length: number }

/** With their length in metres; a street of several features is as long as all of them. */
function majorStreets({ registry }: Place): Street[] {
  const streets = new Map<string, number>()
  for (const { properties } of registry.features) {
    const { kind, name, lengthM } = properties ?? {}
    if (kind !== 'major_street' || typeof name !== 'string' || typeof lengthM !== 'number') continue
    streets.set(name, (streets.get(name) ?? 0) + lengthM)
  }
  return [...streets].map(([name, length]) => ({ name, length }))
}

function watched({ name, length }: Street, watchers: readonly ThingRow[], origin: Evidence['origin']): Evidence {
  const here = watchers.filter(({ attributes }) => attributes['street'] === name)
  const counters = here.filter(({ kind }) => kind === 'traffic_counter').length
  const segments = here.reduce((sum, thing) => sum + (numberOf(thing, 'lengthM') ?? 0), 0)
  const value = counters > 0 ? length : Math.min(length, segments)
  const by = counters > 0 ? `${counters} counting` : `${here.length} measuring a part`
  const label = here.length === 0 ? `${name}: nothing reports` : `${name}: ${by}`
  return leaf({ label, value, unit: 'm', origin, n: here.length, ref: `street ${name}` })
}
