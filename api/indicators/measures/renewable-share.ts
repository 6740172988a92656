import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { numberOf, type ThingRow } from '../../measurements/registry.ts'
import type { Whole } from '../../measurements/wholes.ts'
import type { Inputs } from '../inputs/inputs.ts'
import { excludedIn, found, isSimulated, type Measure, missing, type Outcome, originOf, type Scope } from './measure.ts'
import { meanCapture, metersPerDay, totalCount } from './meters.ts'

const PLANTS = ['solar_plant', 'wind_plant'] as const

/**
 * EN:E:E:1C, of electricity: what the city's plants and its grid intake supply, each weighted with its renewable share
 * (plants 1; intake: the mix that the supplier declares). Other energy carriers are not metered and not in it.
 */
export const renewableShare: Measure = {
  code: 'EN:E:E:1C',
  version: 1,
  origin: 'measured',
  needs: 'a metered grid intake with the attribute renewableShare, and the city’s metered solar and wind plants',
  possible: async (inputs) => intakes(inputs).length > 0,
  evaluate: async (inputs, scope) => new Map([['', await share(inputs, scope)]]),
}

const intakes = (inputs: Inputs): Whole[] => inputs.wholes(['energy'], ['grid_intake'])

async function share(inputs: Inputs, { zone }: Scope): Promise<Outcome> {
  if (zone) return missing('the grid mixes electricity of all zones: known for the city only')
  const supply = [...inputs.wholes(['energy_produced'], PLANTS), ...intakes(inputs)]
  if (intakes(inputs).length === 0) return missing('no grid intake is metered')
  const { read, excluded } = await metersPerDay(supply, inputs)
  const undeclared = read.filter(({ whole }) => shareOf(whole.thing) === undefined)
  const silentIntake = excluded.filter(({ whole }) => whole.thing.kind === 'grid_intake')
  if (silentIntake.length > 0) return missing('the grid intake is not fully read', silentIntake)
  if (undeclared.length > 0) {
    const why = undeclared.map(({ whole }) => ({ what: whole.thing.name, why: 'attribute renewableShare is absent' }))
    return missing('the supplier’s mix is not known', why)
  }
  const simulated = isSimulated(
    inputs,
    read.map(({ whole }) => whole.thing),
  )
  const origin = originOf(simulated, 'measured')
  const supplied = read.map(({ evidence }) => evidence)
  const renewable = read.map(({ whole, evidence }) => renewablePart(whole.thing, evidence))
  // A plant that is not read is not in the value, so it is not captured either.
  const dataCapture = ((meanCapture(supplied) ?? 0) * read.length) / supply.length
  const n = totalCount(supplied)
  const evidence = node(
    {
      label: 'Renewable share of the electricity supplied (electricity only)',
      unit: '%',
      method: 'percent',
      origin,
      n,
      dataCapture,
      ...excludedIn(excluded.map(({ what, why }) => ({ what, why }))),
    },
    [
      node({ label: 'Renewable electricity supplied a day', unit: 'kW.h/d', method: 'sum', origin }, renewable),
      node({ label: 'Electricity supplied a day', unit: 'kW.h/d', method: 'sum', origin }, supplied),
    ],
  )
  return found(evidence, { n, dataCapture, simulated })
}

function shareOf(thing: ThingRow): number | undefined {
  return numberOf(thing, 'renewableShare') ?? (thing.kind === 'grid_intake' ? undefined : 1)
}

function renewablePart(thing: ThingRow, supplied: Evidence): Evidence {
  const declared = leaf({
    label: `${thing.name}: renewable share`,
    value: shareOf(thing) ?? null,
    unit: '1',
    origin: originOf(thing.simulated, 'reported'),
    ref: `thing ${thing.key}, attribute renewableShare`,
  })
  const head = { label: `${thing.name}: renewable electricity a day`, unit: 'kW.h/d', origin: supplied.origin }
  return node({ ...head, method: 'product' }, [declared, supplied])
}
