import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { node } from '#model/indicators/evidence.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { found, isSimulated, type Measure, missing, type Outcome, originOf, type Scope } from './measure.ts'
import { meanCapture, metersPerDay, totalCount } from './meters.ts'

/**
 * EC:I:WS:3C: water put into the network less water used, over water put in. It has a value only when every meter on both
 * sides is read: a silent customer meter would look like a leak, a silent waterworks like none.
 */
export const waterLoss: Measure = {
  code: 'EC:I:WS:3C',
  version: 1,
  origin: 'measured',
  needs:
    'Things of kind water_intake (water put into the network) and water_district (the customers’ meters), all with water_volume',
  possible: async (inputs) => intakes(inputs).length > 0 && districts(inputs).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await loss(inputs, scope)]]),
}

const intakes = (inputs: Inputs): Whole[] => inputs.wholes(['water_volume'], ['water_intake'])
const districts = (inputs: Inputs): Whole[] => inputs.wholes(['water_volume'], ['water_district'])

async function loss(inputs: Inputs, { zone }: Scope): Promise<Outcome> {
  if (zone) return missing('what is put into the network is known for the city only')
  if (intakes(inputs).length === 0) return missing('no water intake is metered')
  if (districts(inputs).length === 0) return missing('no water district is metered')
  const sides = [await metersPerDay(intakes(inputs), inputs), await metersPerDay(districts(inputs), inputs)] as const
  const silent = sides.flatMap(({ excluded }) => excluded).map(({ what, why }) => ({ what, why }))
  if (silent.length > 0) return missing('not every water meter is fully read', silent)
  const read = sides.flatMap((side) => side.read)
  const simulated = isSimulated(
    inputs,
    read.map(({ whole }) => whole.thing),
  )
  const origin = originOf(simulated, 'measured')
  const day = (label: string, side: (typeof sides)[number]): Evidence =>
    node(
      { label, unit: 'm3/d', method: 'sum', origin },
      side.read.map(({ evidence }) => evidence),
    )
  const supplied = day('Water put into the network a day', sides[0])
  const used = day('Water used a day', sides[1])
  const meters = read.map(({ evidence }) => evidence)
  const [n, dataCapture] = [totalCount(meters), meanCapture(meters)]
  const evidence = node(
    {
      label: `Water lost between waterworks and customers of ${inputs.registry.city.name}`,
      unit: '%',
      method: 'percent',
      origin,
      n,
      ...(dataCapture !== null && { dataCapture }),
    },
    [node({ label: 'Water lost a day', unit: 'm3/d', method: 'difference', origin }, [supplied, used]), supplied],
  )
  return found(evidence, { n, dataCapture, simulated })
}
