import { leaf } from '#model/indicators/evidence.ts'
import { isTrue, type ThingRow } from '../../measurements/registry-snapshot.ts'
import type { Activity } from '../inputs/activity.ts'
import { inScope, isSimulated, type Place } from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

/** Public hotspots that reported in the period and were not offline throughout. */
export const publicWifi = defineMeasure({
  code: 'EC:ICT:ICT:5A',
  needs: 'hotspots of kind wifi_hotspot with the attribute public, which report clients or online',
  unit: 'hotspots',
  statistic: 'count',
  subjects: (place) => place.registry.things.filter((thing) => isPublic(thing) && inScope(thing, place)),
  noSubjects: ({ name }) => `the registry has no public hotspot in ${name}`,
  devices: () => ({ kinds: ['wifi_hotspot'] }),
  inputs: { activity: (inputs) => inputs.activity() },
  compute({ subjects: hotspots, data, name, period, registry }) {
    const checked = hotspots.map((thing) => ({ thing, why: whyNotAlive(thing, registry, data.activity) }))
    const alive = checked.flatMap(({ thing, why }) => (why === undefined ? [thing] : []))
    const excluded = checked.flatMap(({ thing, why }) => (why === undefined ? [] : [{ what: thing.name, why }]))
    // No report at all says more about the data than about the hotspots: a missing value, not zero.
    if (alive.length === 0)
      return missing(`none of ${hotspots.length} public hotspots was heard in ${period.label}`, excluded)
    return {
      label: `Public hotspots of ${name} that reported in ${period.label}`,
      n: alive.length,
      dataCapture: alive.length / hotspots.length,
      simulated: isSimulated({ registry }, hotspots),
      excluded,
      parts: (origin) =>
        alive.map((thing) =>
          leaf({ label: thing.name, value: 1, unit: 'hotspots', origin, ref: `thing ${thing.key}` }),
        ),
    }
  },
})

const isPublic = (thing: ThingRow): boolean => thing.kind === 'wifi_hotspot' && isTrue(thing, 'public')

function whyNotAlive(
  thing: ThingRow,
  { datastreams }: Place['registry'],
  activity: ReadonlyMap<number, Activity>,
): string | undefined {
  const reported = datastreams
    .filter((stream) => stream.thing.id === thing.id)
    .flatMap(({ id, property }) => {
      const found = activity.get(id)
      return found && found.good > 0 ? [{ property, high: found.high }] : []
    })
  if (reported.length === 0) return 'nothing heard in the period'
  const online = reported.find(({ property }) => property === 'online')
  return online && (online.high ?? 0) <= 0 ? 'offline all the period' : undefined
}
