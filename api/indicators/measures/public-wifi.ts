import { leaf, node } from '#model/indicators/evidence.ts'
import { isTrue, type ThingRow } from '../../measurements/registry.ts'
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
  type Scope,
} from './measure.ts'

/** EC:ICT:ICT:5A: public hotspots that reported in the period and were not offline throughout. */
export const publicWifi: Measure = {
  code: 'EC:ICT:ICT:5A',
  version: 1,
  origin: 'measured',
  needs: 'hotspots of kind wifi_hotspot with the attribute public, which report clients or online',
  possible: async ({ registry }) => registry.things.some(isPublic),
  evaluate: async (inputs, scope) => new Map([['', await hotspots(inputs, scope)]]),
}

const isPublic = (thing: ThingRow): boolean => thing.kind === 'wifi_hotspot' && isTrue(thing, 'public')

async function hotspots(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const known = inputs.registry.things.filter((thing) => isPublic(thing) && inScope(thing, scope))
  if (known.length === 0) return missing(`the registry has no public hotspot in ${placeOf(scope, inputs)}`)
  const excluded: Excluded[] = []
  const alive: ThingRow[] = []
  for (const thing of known) {
    const why = await whyNot(thing, inputs)
    if (why) excluded.push({ what: thing.name, why })
    else alive.push(thing)
  }
  // Nothing heard at all says more of the data than of the hotspots: a missing value, not zero.
  if (alive.length === 0)
    return missing(`none of ${known.length} public hotspots was heard in ${inputs.period.label}`, excluded)
  const simulated = isSimulated(inputs, known)
  const head = {
    label: `Public hotspots of ${placeOf(scope, inputs)} that reported in ${inputs.period.label}`,
    unit: 'hotspots',
    method: 'count',
    origin: originOf(simulated, 'measured'),
    n: alive.length,
    dataCapture: alive.length / known.length,
    ...excludedIn(excluded),
  }
  const counted = alive.map((thing) =>
    leaf({ label: thing.name, value: 1, unit: 'hotspots', origin: head.origin, ref: `thing ${thing.key}` }),
  )
  return found(node(head, counted), { n: alive.length, dataCapture: head.dataCapture, simulated })
}

async function whyNot(thing: ThingRow, inputs: Inputs): Promise<string | undefined> {
  const activity = await inputs.activity()
  const streams = inputs.registry.datastreams.filter((stream) => stream.thing.id === thing.id)
  const heard = streams.flatMap(({ id, property }) => {
    const found = activity.get(id)
    return found && found.good > 0 ? [{ property, high: found.high }] : []
  })
  if (heard.length === 0) return 'nothing heard in the period'
  const online = heard.find(({ property }) => property === 'online')
  return online && (online.high ?? 0) <= 0 ? 'offline all the period' : undefined
}
