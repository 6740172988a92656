import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { isTrue, type ThingRow } from '../../measurements/registry-snapshot.ts'
import type { Activity } from '../inputs/activity.ts'
import { inScope, isSimulated, originOf, type Place, separated, sumOf, tooSilent } from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { type Excluded, missing } from '../measure/outcome.ts'

/**
 * Highest field strength for the public at a broadband probe, V/m: ICNIRP 2020 (table 5) gives 1.375 times the root of the
 * frequency in MHz; a probe does not tell frequencies apart, so the lowest mobile band in wide use, 700 MHz, decides.
 */
const LIMIT_V_M = 36.4

/**
 * Antenna sites that comply with the exposure guidelines. A measurement at the site takes precedence over the operator's
 * declaration: its highest reading decides, which is stricter than the mean of 30 minutes that ICNIRP allows. One reading above
 * the limit is enough to fail; to comply, a site must have been measured in enough of the hours. A site with
 * neither is left out, and is assumed neither to comply nor to fail.
 */
export const fieldCompliance = defineMeasure({
  code: 'EN:EN:EQ:1C',
  version: 3,
  needs:
    'masts with a measured electric_field (at the mast, or at a Thing whose attribute site is its key), or with the attribute emfCompliant (true or false) from the operator’s declaration',
  unit: '%',
  statistic: 'percent',
  subjects: (place) => place.registry.things.filter((thing) => thing.kind === 'mast' && inScope(thing, place)),
  possible: ({ registry, datastreams }) =>
    registry.things.some((thing) => thing.kind === 'mast' && isDeclared(thing)) ||
    datastreams(['electric_field']).length > 0,
  devices: () => FIELDS,
  inputs: { activity: (inputs) => inputs.activity(FIELDS), heard: (inputs) => inputs.heard(FIELDS) },
  compute(context) {
    const { subjects: masts, data, name } = context
    const simulated = isSimulated(context, masts)
    const { read: sites, excluded } = separated(
      masts.map((mast) => {
        const own = measured(mast, data, context)
        if (own && !('why' in own)) return own
        const why = own?.why ?? 'no measurement in the period'
        return declared(mast, simulated) ?? { what: mast.name, why: `${why}, no declaration (attribute emfCompliant)` }
      }),
    )
    if (sites.length === 0) return missing(`no antenna site of ${name} has a measurement or a declaration`, excluded)
    return {
      label: `Antenna sites of ${name} that comply, of those measured or declared`,
      n: sites.length,
      dataCapture: sites.length / masts.length,
      simulated,
      excluded,
      parts: (origin) => [
        sumOf('Sites that comply', 'sites', origin, sites),
        node({ label: 'Sites measured or declared', unit: 'sites', method: 'count', origin }, sites),
      ],
    }
  },
})

const FIELDS = { properties: ['electric_field'] }
const isDeclared = ({ attributes }: ThingRow): boolean => String(attributes['emfCompliant'] ?? '') !== ''

type Data = { readonly activity: ReadonlyMap<number, Activity>; readonly heard: ReadonlyMap<number, number> }

/** 1 or 0 by the highest good reading at the site; undefined where nothing was read, a reason where that is too little to comply. */
function measured(mast: ThingRow, { activity, heard }: Data, place: Place): Evidence | Excluded | undefined {
  const origin = originOf(mast.simulated, 'measured')
  const readings = place
    .datastreams(['electric_field'])
    .filter(({ thing }) => thing.id === mast.id || thing.attributes['site'] === mast.key)
    .flatMap(({ id, thing }): (Evidence | Excluded)[] => {
      const read = activity.get(id)
      if (!read || read.good === 0 || read.high === null) return []
      const silent = read.high > LIMIT_V_M ? undefined : tooSilent(thing, heard, place)
      if (silent) return [{ what: mast.name, why: `${thing.name} was ${silent.why}` }]
      const head = { label: `${thing.name}: highest reading`, unit: 'V/m', origin, n: read.good }
      return [leaf({ ...head, value: read.high, ref: `datastream ${id} (${thing.key} electric_field)` })]
    })
  const { read, excluded } = separated(readings)
  if (read.length === 0) return excluded[0]
  const highest = node({ label: `${mast.name}: highest field`, unit: 'V/m', method: 'maximum', origin }, read)
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
