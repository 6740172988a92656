import { leaf } from '#model/indicators/evidence.ts'
import { isTrue, type ThingRow } from '../../measurements/registry-snapshot.ts'
import type { Activity } from '../inputs/activity.ts'
import { inScope, isSimulated, MIN_DATA_CAPTURE, type Place, percentText, tooSilent } from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { missing } from '../measure/outcome.ts'

/** Public hotspots that were heard in enough of the hours and were not offline throughout. */
export const publicWifi = defineMeasure({
  code: 'EC:ICT:ICT:5A',
  needs: 'hotspots of kind wifi_hotspot with the attribute public, which report clients or online',
  unit: 'hotspots',
  statistic: 'count',
  subjects: (place) => place.registry.things.filter((thing) => isPublic(thing) && inScope(thing, place)),
  noSubjects: ({ name }) => `the registry has no public hotspot in ${name}`,
  version: 2,
  devices: () => HOTSPOTS,
  inputs: { activity: (inputs) => inputs.activity(HOTSPOTS), heard: (inputs) => inputs.heard(HOTSPOTS) },
  compute(context) {
    const { subjects: hotspots, data, name, period, registry } = context
    const checked = hotspots.map((thing) => ({
      thing,
      why: tooSilent(thing, data.heard, context)?.why ?? whyOffline(thing, registry, data.activity),
    }))
    const alive = checked.flatMap(({ thing, why }) => (why === undefined ? [thing] : []))
    const excluded = checked.flatMap(({ thing, why }) => (why === undefined ? [] : [{ what: thing.name, why }]))
    // Silence says more about the data than about the hotspots: a missing value, not zero.
    if (alive.length === 0)
      return missing(
        `none of ${hotspots.length} public hotspots was online and heard in ${percentText(MIN_DATA_CAPTURE)} of the hours of ${period.label}`,
        excluded,
      )
    return {
      label: `Public hotspots of ${name} that were online in ${period.label}`,
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

const HOTSPOTS = { kinds: ['wifi_hotspot'] }
const isPublic = (thing: ThingRow): boolean => thing.kind === 'wifi_hotspot' && isTrue(thing, 'public')

function whyOffline(
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
  const online = reported.find(({ property }) => property === 'online')
  return online && (online.high ?? 0) <= 0 ? 'offline all the period' : undefined
}
