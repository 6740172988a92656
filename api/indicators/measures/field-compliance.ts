import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { isTrue, type ThingRow } from '../../measurements/registry.ts'
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

/**
 * Highest field strength for the public at a broadband probe, V/m: ICNIRP 2020 (table 5) gives 1.375 times the root of the
 * frequency in MHz; a probe does not tell frequencies, so the lowest mobile band in wide use, 700 MHz, decides for all.
 */
const LIMIT_V_M = 36.4

/**
 * EN:EN:EQ:1C: antenna sites that keep within the exposure guidelines. A measurement at the site goes before the operator's
 * declaration: its highest reading decides, which is stricter than the mean of 30 minutes that ICNIRP allows. A site with
 * neither is left out, not taken to comply or to fail.
 */
export const fieldCompliance: Measure = {
  code: 'EN:EN:EQ:1C',
  version: 2,
  origin: 'measured',
  needs:
    'masts with a measured electric_field (at the mast, or at a Thing whose attribute site is its key), or with the attribute emfCompliant (true or false) from the operator’s declaration',
  possible: async (inputs) =>
    inputs.registry.things.some((thing) => thing.kind === 'mast' && isDeclared(thing)) ||
    inputs.datastreams(['electric_field']).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await compliance(inputs, scope)]]),
}

const isDeclared = ({ attributes }: ThingRow): boolean => String(attributes['emfCompliant'] ?? '') !== ''

async function compliance(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const masts = inputs.registry.things.filter((thing) => thing.kind === 'mast' && inScope(thing, scope))
  const simulated = isSimulated(inputs, masts)
  const judged: Evidence[] = []
  const excluded: { what: string; why: string }[] = []
  for (const mast of masts) {
    const site = (await measured(mast, inputs)) ?? declared(mast, simulated)
    if (site) judged.push(site)
    else
      excluded.push({
        what: mast.name,
        why: 'no measurement in the period and no declaration (attribute emfCompliant)',
      })
  }
  if (judged.length === 0)
    return missing(`no antenna site of ${placeOf(scope, inputs)} has a measurement or a declaration`, excluded)
  const origin = originOf(simulated, 'measured')
  const dataCapture = judged.length / masts.length
  const evidence = node(
    {
      label: `Antenna sites of ${placeOf(scope, inputs)} that comply, of those measured or declared`,
      unit: '%',
      method: 'percent',
      origin,
      n: judged.length,
      dataCapture,
      ...excludedIn(excluded),
    },
    [
      node({ label: 'Sites that comply', unit: 'sites', method: 'sum', origin }, judged),
      node({ label: 'Sites measured or declared', unit: 'sites', method: 'count', origin }, judged),
    ],
  )
  return found(evidence, { n: judged.length, dataCapture, simulated })
}

/** 1 or 0 by the highest good reading at the site; undefined where nothing was read. */
async function measured(mast: ThingRow, inputs: Inputs): Promise<Evidence | undefined> {
  const streams = inputs
    .datastreams(['electric_field'])
    .filter(({ thing }) => thing.id === mast.id || thing.attributes['site'] === mast.key)
  const activity = await inputs.activity()
  const origin = originOf(isSimulated(inputs, [mast]), 'measured')
  const readings = streams.flatMap(({ id, thing }) => {
    const read = activity.get(id)
    if (!read || read.good === 0 || read.high === null) return []
    const ref = `datastream ${id} (${thing.key} electric_field)`
    return [leaf({ label: `${thing.name}: highest reading`, value: read.high, unit: 'V/m', origin, n: read.good, ref })]
  })
  if (readings.length === 0) return undefined
  const highest = node({ label: `${mast.name}: highest field`, unit: 'V/m', method: 'maximum', origin }, readings)
  const limit = leaf({ label: 'ICNIRP 2020, public, at 700 MHz', value: LIMIT_V_M, unit: 'V/m', origin: 'reported' })
  return node({ label: `${mast.name}: measured`, unit: 'sites', method: 'within', origin }, [highest, limit])
}

function declared(mast: ThingRow, simulated: boolean): Evidence | undefined {
  if (!isDeclared(mast)) return undefined
  return leaf({
    label: `${mast.name}: declared by its operator`,
    value: isTrue(mast, 'emfCompliant') ? 1 : 0,
    unit: 'sites',
    origin: originOf(simulated, 'reported'),
    ref: `thing ${mast.key}, attribute emfCompliant`,
  })
}
