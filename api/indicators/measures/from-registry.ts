import { leaf, node } from '#model/indicators/evidence.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { isTrue, numberOf, type ThingRow } from '../inputs/registry.ts'
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

/**
 * EN:EN:EQ:1C: antenna sites declared to keep within the exposure guidelines (the operator's declaration, in the registry).
 * A site without a declaration is left out, not taken to comply or to fail.
 */
export const fieldCompliance: Measure = {
  code: 'EN:EN:EQ:1C',
  version: 1,
  origin: 'measured',
  needs: 'masts in the registry with the attribute emfCompliant (true or false) from the operator’s declaration',
  possible: async ({ registry }) => registry.things.some((thing) => thing.kind === 'mast' && isDeclared(thing)),
  evaluate: async (inputs, scope) => new Map([['', compliance(inputs, scope)]]),
}

const isDeclared = ({ attributes }: ThingRow): boolean => String(attributes['emfCompliant'] ?? '') !== ''

function compliance(inputs: Inputs, scope: Scope): Outcome {
  const masts = inputs.registry.things.filter((thing) => thing.kind === 'mast' && inScope(thing, scope))
  const declared = masts.filter(isDeclared)
  const excluded = masts
    .filter((thing) => !isDeclared(thing))
    .map(({ name }) => ({ what: name, why: 'no declaration (attribute emfCompliant)' }))
  if (declared.length === 0) return missing(`no antenna site of ${placeOf(scope, inputs)} has a declaration`, excluded)
  const simulated = isSimulated(inputs, declared)
  const origin = originOf(simulated, 'measured')
  const sites = declared.map((thing) =>
    leaf({
      label: thing.name,
      value: isTrue(thing, 'emfCompliant') ? 1 : 0,
      unit: 'sites',
      origin: originOf(simulated, 'reported'),
      ref: `thing ${thing.key}, attribute emfCompliant`,
    }),
  )
  const evidence = node(
    {
      label: `Antenna sites of ${placeOf(scope, inputs)} declared to comply, of those with a declaration`,
      unit: '%',
      method: 'percent',
      origin,
      n: declared.length,
      dataCapture: declared.length / masts.length,
      ...excludedIn(excluded),
    },
    [
      node({ label: 'Sites that comply', unit: 'sites', method: 'sum', origin }, sites),
      leaf({ label: 'Sites with a declaration', value: declared.length, unit: 'sites', origin }),
    ],
  )
  return found(evidence, { n: declared.length, dataCapture: declared.length / masts.length, simulated })
}

/** EC:ICT:ES:2A: length of the network behind feeders whose meter was heard in the period, over all of it. */
export const networkMonitoring: Measure = {
  code: 'EC:ICT:ES:2A',
  version: 1,
  origin: 'measured',
  needs: 'feeders with the attribute networkKm, which report active_power or energy',
  possible: async ({ registry }) => registry.things.some(hasLength),
  evaluate: async (inputs, scope) => new Map([['', await monitored(inputs, scope)]]),
}

const hasLength = (thing: ThingRow): boolean => thing.kind === 'feeder' && (numberOf(thing, 'networkKm') ?? 0) > 0

async function monitored(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const feeders = inputs.registry.things.filter((thing) => thing.kind === 'feeder' && inScope(thing, scope))
  const described = feeders.filter(hasLength)
  if (described.length === 0) return missing(`no feeder of ${placeOf(scope, inputs)} tells its networkKm`)
  const activity = await inputs.activity()
  const heard = new Set(
    inputs
      .datastreams(['active_power', 'energy'], ['feeder'])
      .flatMap(({ id, thing }) => ((activity.get(id)?.good ?? 0) > 0 ? [thing.id] : [])),
  )
  // Nothing heard at all says more of the data than of the network: a missing value, not 0 %.
  if (!described.some(({ id }) => heard.has(id))) return missing(`no feeder reported in ${inputs.period.label}`)
  const simulated = isSimulated(inputs, described)
  const origin = originOf(simulated, 'measured')
  const km = (thing: ThingRow, value: number | null, label: string) =>
    leaf({ label, value, unit: 'km', origin, ref: `thing ${thing.key}, attribute networkKm` })
  const evidence = node(
    {
      label: `Electricity network of ${placeOf(scope, inputs)} behind a feeder that reports, by length`,
      unit: '%',
      method: 'percent',
      origin,
      n: described.length,
      ...excludedIn(
        feeders.filter((thing) => !hasLength(thing)).map(({ name }) => ({ what: name, why: 'networkKm is not known' })),
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
