import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { numberOf, type ThingRow } from '../../measurements/registry.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { found, isSimulated, type Measure, missing, type Outcome, originOf, type Scope } from './measure.ts'

/**
 * EC:ICT:T:2C: length of major streets under measurement. A counter stands for the street it names, a segment for its own
 * length; a street is never counted beyond its length, and only what reported in the period counts.
 */
export const trafficMonitoring: Measure = {
  code: 'EC:ICT:T:2C',
  version: 1,
  origin: 'measured',
  needs:
    'major streets in city-data.geojson (kind major_street, name, lengthM), and counters or segments that name their street',
  possible: async (inputs) => majorStreets(inputs).size > 0,
  evaluate: async (inputs, scope) => new Map([['', await share(inputs, scope)]]),
}

/** Length in metres by name; a street of several features is as long as all of them. */
function majorStreets({ registry }: Inputs): Map<string, number> {
  const streets = new Map<string, number>()
  for (const { properties } of registry.features) {
    const { kind, name, lengthM } = properties ?? {}
    if (kind !== 'major_street' || typeof name !== 'string' || typeof lengthM !== 'number') continue
    streets.set(name, (streets.get(name) ?? 0) + lengthM)
  }
  return streets
}

async function share(inputs: Inputs, { zone }: Scope): Promise<Outcome> {
  if (zone) return missing('streets run through several zones: known for the city only')
  const streets = majorStreets(inputs)
  if (streets.size === 0) return missing('city-data.geojson has no feature of kind major_street with name and lengthM')
  const watchers = await reporting(inputs)
  // Nothing heard at all says more of the data than of the streets: a missing value, not 0 %.
  if (watchers.length === 0) return missing(`no counter and no segment reported in ${inputs.period.label}`)
  const simulated = isSimulated(inputs, watchers)
  const origin = originOf(simulated, 'measured')
  const monitored = [...streets].map(([name, length]) => watched(name, length, watchers, origin))
  const all = [...streets].map(([name, length]) =>
    leaf({ label: name, value: length, unit: 'm', origin: originOf(simulated, 'reported'), ref: `street ${name}` }),
  )
  const evidence = node(
    { label: 'Major streets under measurement, by length', unit: '%', method: 'percent', origin, n: watchers.length },
    [
      node({ label: 'Length under measurement', unit: 'm', method: 'sum', origin }, monitored),
      node(
        { label: 'Length of major streets', unit: 'm', method: 'sum', origin: originOf(simulated, 'reported') },
        all,
      ),
    ],
  )
  return found(evidence, { n: watchers.length, simulated })
}

/** Counters and segments with a good observation in the period. */
async function reporting(inputs: Inputs): Promise<ThingRow[]> {
  const activity = await inputs.activity()
  const active = new Set(
    inputs.registry.datastreams.filter(({ id }) => (activity.get(id)?.good ?? 0) > 0).map(({ thing }) => thing.id),
  )
  const kinds = ['traffic_counter', 'street_segment']
  return inputs.registry.things.filter(({ id, kind }) => kinds.includes(kind) && active.has(id))
}

function watched(name: string, length: number, watchers: readonly ThingRow[], origin: Evidence['origin']): Evidence {
  const here = watchers.filter(({ attributes }) => attributes['street'] === name)
  const counters = here.filter(({ kind }) => kind === 'traffic_counter').length
  const segments = here.reduce((sum, thing) => sum + (numberOf(thing, 'lengthM') ?? 0), 0)
  const value = counters > 0 ? length : Math.min(length, segments)
  const by = counters > 0 ? `${counters} counting` : `${here.length} measuring a part`
  const label = here.length === 0 ? `${name}: nothing reports` : `${name}: ${by}`
  return leaf({ label, value, unit: 'm', origin, n: here.length, ref: `street ${name}` })
}
