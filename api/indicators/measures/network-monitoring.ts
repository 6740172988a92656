import { leaf, node } from '#model/indicators/evidence.ts'
import { numberOf, type ThingRow } from '../../measurements/registry.ts'
import { notWithin } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import {
  excludedIn,
  found,
  inScope,
  isSimulated,
  type Measure,
  missing,
  type Outcome,
  originOf,
  placeOf,
  type Scope,
} from './measure.ts'

type Network = {
  readonly code: string
  readonly kind: string
  readonly one: string
  /** any of these counts as being heard */
  readonly properties: readonly string[]
  readonly label: string
}

/** Length of a network behind Things that were heard in the period, over the length behind all of them. */
const networkMonitoring = (network: Network): Measure => ({
  code: network.code,
  version: 1,
  origin: 'measured',
  needs: `Things of kind ${network.kind} with the attribute networkKm, which report ${network.properties.join(' or ')}`,
  possible: async ({ registry }) => registry.things.some((thing) => thing.kind === network.kind && hasLength(thing)),
  evaluate: async (inputs, scope) => new Map([['', await monitored(network, inputs, scope)]]),
})

const hasLength = (thing: ThingRow): boolean => (numberOf(thing, 'networkKm') ?? 0) > 0

async function monitored(network: Network, inputs: Inputs, scope: Scope): Promise<Outcome> {
  const { kind, one, properties } = network
  const { things } = inputs.registry
  const ofKind = things.filter((thing) => thing.kind === kind)
  const all = notWithin(ofKind, things).filter((thing) => inScope(thing, scope))
  const described = all.filter(hasLength)
  if (described.length === 0) return missing(`no ${one} of ${placeOf(scope, inputs)} tells its networkKm`)
  const activity = await inputs.activity()
  const heard = new Set(
    inputs
      .datastreams(properties, [kind])
      .flatMap(({ id, thing }) => ((activity.get(id)?.good ?? 0) > 0 ? [thing.id] : [])),
  )
  // Nothing heard at all says more of the data than of the network: a missing value, not 0 %.
  if (!described.some(({ id }) => heard.has(id))) return missing(`no ${one} reported in ${inputs.period.label}`)
  const simulated = isSimulated(inputs, described)
  const origin = originOf(simulated, 'measured')
  const km = (thing: ThingRow, value: number | null, label: string) =>
    leaf({ label, value, unit: 'km', origin, ref: `thing ${thing.key}, attribute networkKm` })
  const evidence = node(
    {
      label: `${network.label} of ${placeOf(scope, inputs)} behind a ${one} that reports, by length`,
      unit: '%',
      method: 'percent',
      origin,
      n: described.length,
      ...excludedIn(
        all.filter((thing) => !hasLength(thing)).map(({ name }) => ({ what: name, why: 'networkKm is not known' })),
      ),
    },
    [
      node(
        { label: 'Length under monitoring', unit: 'km', method: 'sum', origin },
        described.map((thing) =>
          heard.has(thing.id)
            ? km(thing, numberOf(thing, 'networkKm') ?? null, thing.name)
            : km(thing, 0, `${thing.name}: nothing heard`),
        ),
      ),
      node(
        { label: 'Length of the network', unit: 'km', method: 'sum', origin },
        described.map((thing) => km(thing, numberOf(thing, 'networkKm') ?? null, thing.name)),
      ),
    ],
  )
  return found(evidence, { n: described.length, simulated })
}

export const electricityNetwork = networkMonitoring({
  code: 'EC:ICT:ES:2A',
  kind: 'feeder',
  one: 'feeder',
  properties: ['active_power', 'energy'],
  label: 'Electricity network',
})
export const waterNetwork = networkMonitoring({
  code: 'EC:ICT:WS:2A',
  kind: 'water_district',
  one: 'water district',
  properties: ['water_volume', 'water_flow', 'pressure'],
  label: 'Water network',
})
export const drainageNetwork = networkMonitoring({
  code: 'EC:ICT:D:1A',
  kind: 'drain_basin',
  one: 'drainage basin',
  properties: ['water_level', 'water_flow'],
  label: 'Drainage system',
})
