import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { node } from '#model/indicators/evidence.ts'
import { numberOf, type ThingRow } from '../../measurements/registry-snapshot.ts'
import type { Total } from '../../measurements/totals.ts'
import { attributeOf, countIn, isSimulated, meanCapture, originOf, type Place, sumOf } from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { metersPerDay } from '../measure/meters.ts'
import { missing } from '../measure/outcome.ts'

const ATTRIBUTE = 'renewableShare'

/**
 * Of electricity: what the city's plants and its grid intake supply, each weighted with its renewable share (plants 1;
 * intake: the mix that the supplier declares). Other energy carriers are not metered and not included.
 */
export const renewableShare = defineMeasure({
  code: 'EN:E:E:1C',
  needs: 'a metered grid intake with the attribute renewableShare, and the city’s metered solar and wind plants',
  unit: '%',
  statistic: 'percent',
  cityOnly: 'the grid mixes electricity of all zones: known for the city only',
  subjects: intakes,
  noSubjects: () => 'no grid intake is metered',
  devices: () => ({ properties: ['energy', 'energy_produced'], kinds: ['grid_intake', 'solar_plant', 'wind_plant'] }),
  inputs: { consumption: (inputs) => inputs.consumption() },
  compute(context) {
    const plants = context.totals(['energy_produced'], ['solar_plant', 'wind_plant'])
    const supply = [...plants, ...context.subjects]
    const { read, excluded } = metersPerDay(supply, context.data.consumption, context)
    const silentIntakes = excluded.filter(({ total }) => total.thing.kind === 'grid_intake')
    if (silentIntakes.length > 0)
      return missing(
        'the grid intake is not fully read',
        silentIntakes.map(({ reason }) => reason),
      )
    const things = read.map(({ total }) => total.thing)
    const undeclared = things.filter((thing) => shareOf(thing) === undefined)
    if (undeclared.length > 0) {
      const why = undeclared.map(({ name }) => ({ what: name, why: `attribute ${ATTRIBUTE} is absent` }))
      return missing('the supplier’s mix is not known', why)
    }
    const supplied = read.map(({ evidence }) => evidence)
    return {
      label: 'Renewable share of the electricity supplied (electricity only)',
      n: countIn(supplied),
      // A plant that is not read is not part of the value, so it is not captured either.
      dataCapture: ((meanCapture(supplied) ?? 0) * read.length) / supply.length,
      simulated: isSimulated(context, things),
      excluded: excluded.map(({ reason }) => reason),
      parts: (origin) => [
        sumOf(
          'Renewable electricity supplied a day',
          'kW.h/d',
          origin,
          read.map(({ total, evidence }) => renewablePart(total.thing, evidence)),
        ),
        sumOf('Electricity supplied a day', 'kW.h/d', origin, supplied),
      ],
    }
  },
})

function intakes({ totals }: Place): Total[] {
  return totals(['energy'], ['grid_intake'])
}

function shareOf(thing: ThingRow): number | undefined {
  return numberOf(thing, ATTRIBUTE) ?? (thing.kind === 'grid_intake' ? undefined : 1)
}

function renewablePart(thing: ThingRow, supplied: Evidence): Evidence {
  const label = `${thing.name}: renewable share`
  const stated = attributeOf(thing, ATTRIBUTE, { label, unit: '1', origin: originOf(thing.simulated, 'reported') })
  const head = { label: `${thing.name}: renewable electricity a day`, unit: 'kW.h/d', origin: supplied.origin }
  return node({ ...head, method: 'product' }, [{ ...stated, value: shareOf(thing) ?? null }, supplied])
}
