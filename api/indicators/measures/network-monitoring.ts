import { numberOf, type ThingRow } from '../../measurements/registry-snapshot.ts'
import { outermost } from '../../measurements/totals.ts'
import {
  attributeOf,
  inScope,
  isSimulated,
  MIN_DATA_CAPTURE,
  type Place,
  percentText,
  sumOf,
  tooSilent,
} from '../measure/context.ts'
import { defineMeasure, type Measure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

type Network = {
  readonly code: string
  readonly kind: string
  /** a Thing of the kind, in words */
  readonly one: string
  /** a report of any of these counts */
  readonly properties: readonly string[]
  readonly label: string
}

/** Length of a network behind Things that were heard in enough of the hours, over the length behind all of them. */
const networkMonitoring = ({ code, kind, one, properties, label }: Network): Measure =>
  defineMeasure({
    code,
    version: 2,
    needs: `Things of kind ${kind} with the attribute networkKm, which report ${properties.join(' or ')}`,
    unit: '%',
    statistic: 'percent',
    subjects: (place) => outermostOf(kind, place).filter(hasLength),
    noSubjects: ({ name }) => `no ${one} of ${name} states its networkKm`,
    possible: ({ registry }) => registry.things.some((thing) => thing.kind === kind && hasLength(thing)),
    devices: () => ({ properties, kinds: [kind] }),
    inputs: { heard: (inputs) => inputs.heard({ properties, kinds: [kind] }) },
    compute(context) {
      const { subjects, data, name, period } = context
      const silent = new Map(
        subjects.flatMap((thing) => {
          const why = tooSilent(thing, data.heard, context)
          return why ? [[thing.id, why]] : []
        }),
      )
      // Silence of all says more about the data than about the network: a missing value, not 0 %.
      if (silent.size === subjects.length)
        return missing(`no ${one} was heard in ${percentText(MIN_DATA_CAPTURE)} of the hours of ${period.label}`, [
          ...silent.values(),
        ])
      return {
        label: `${label} of ${name} behind a ${one} that reports, by length`,
        n: subjects.length,
        simulated: isSimulated(context, subjects),
        excluded: outermostOf(kind, context)
          .filter((thing) => !hasLength(thing))
          .map((thing) => ({ what: thing.name, why: 'networkKm is not known' })),
        parts(origin) {
          const about = { unit: 'km', origin }
          const monitored = subjects.map((thing) => {
            const why = silent.get(thing.id)?.why
            if (why === undefined) return attributeOf(thing, 'networkKm', about)
            return { ...attributeOf(thing, 'networkKm', { ...about, label: `${thing.name}: ${why}` }), value: 0 }
          })
          const all = subjects.map((thing) => attributeOf(thing, 'networkKm', about))
          return [
            sumOf('Length under monitoring', 'km', origin, monitored),
            sumOf('Length of the network', 'km', origin, all),
          ]
        },
      }
    },
  })

const hasLength = (thing: ThingRow): boolean => (numberOf(thing, 'networkKm') ?? 0) > 0

function outermostOf(kind: string, place: Place): ThingRow[] {
  const { things } = place.registry
  const ofKind = things.filter((thing) => thing.kind === kind)
  return outermost(ofKind, things).filter((thing) => inScope(thing, place))
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
