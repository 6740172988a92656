import { node } from '#model/indicators/evidence.ts'
import type { Total } from '../../measurements/totals.ts'
import { countIn, isSimulated, meanCapture, sumOf } from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { metersPerDay } from '../measure/meters.ts'
import { missing } from '../measure/outcome.ts'

const isIntake = ({ thing }: Total): boolean => thing.kind === 'water_intake'

/**
 * Water put into the network less water used, over water put in. It has a value only when every meter on both sides is
 * read: a silent customer meter would look like a leak, a silent waterworks like none.
 */
export const waterLoss = defineMeasure({
  code: 'EC:I:WS:3C',
  needs:
    'Things of kind water_intake (water put into the network) and water_district (the customers’ meters), all with water_volume',
  unit: '%',
  statistic: 'percent',
  cityOnly: 'what is put into the network is known for the city only',
  subjects: ({ totals }) => totals(['water_volume'], ['water_intake', 'water_district']),
  possible: ({ totals }) =>
    ['water_intake', 'water_district'].every((kind) => totals(['water_volume'], [kind]).length > 0),
  devices: () => ({ properties: ['water_volume'], kinds: ['water_intake', 'water_district'] }),
  inputs: { consumption: (inputs) => inputs.consumption() },
  compute({ subjects, data, registry, ...place }) {
    const intakes = subjects.filter(isIntake)
    const districts = subjects.filter((total) => !isIntake(total))
    if (intakes.length === 0) return missing('no water intake is metered')
    if (districts.length === 0) return missing('no water district is metered')
    const context = { ...place, registry }
    const [supply, use] = [intakes, districts].map((side) => metersPerDay(side, data.consumption, context))
    if (!supply || !use) throw new Error('unreachable: two sides were read')
    const silent = [supply, use].flatMap((side) => side.excluded).map(({ reason }) => reason)
    if (silent.length > 0) return missing('not every water meter is fully read', silent)
    const read = [...supply.read, ...use.read]
    const meters = read.map(({ evidence }) => evidence)
    return {
      label: `Water lost between waterworks and customers of ${registry.city.name}`,
      n: countIn(meters),
      dataCapture: meanCapture(meters),
      simulated: isSimulated(
        context,
        read.map(({ total }) => total.thing),
      ),
      parts(origin) {
        const day = (label: string, side: typeof supply) =>
          sumOf(
            label,
            'm3/d',
            origin,
            side.read.map(({ evidence }) => evidence),
          )
        const supplied = day('Water put into the network a day', supply)
        const lost = { label: 'Water lost a day', unit: 'm3/d', method: 'difference', origin }
        return [node(lost, [supplied, day('Water used a day', use)]), supplied]
      },
    }
  },
})
