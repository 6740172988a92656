import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { ZoneRow } from '../../measurements/registry.ts'
import type { Signal } from '../inputs/cells.ts'
import type { Inputs } from '../inputs/inputs.ts'
import {
  excludedIn,
  found,
  isSimulated,
  type Measure,
  missing,
  type Outcome,
  originOf,
  percentText,
  placeOf,
  population,
  type Scope,
} from './measure.ts'

/**
 * Least outdoor signal power (dBm) at which a generation counts as received: 3G pilot (RSCP), 4G reference signal (RSRP),
 * 5G synchronisation signal. U4SSC names no level and regulators each use their own (BEREC BoR (18) 237), so these are
 * Citywell's choice: usable outdoors on a handset, above the floor that receivers report (3GPP TS 25.133, 36.133, 38.133).
 */
const THRESHOLDS_DBM = { '3g': -103, '4g': -110, '5g': -110 } as const
type Generation = keyof typeof THRESHOLDS_DBM
/** A cell rests on at least this many samples, and the value on at least this share of the land. */
const LEAST_SAMPLES = 3
const LEAST_MEASURED = 0.1

/**
 * EC:ICT:ICT:4C: share of the measured land where the generation is received. Land is cut into H3 cells of resolution 9;
 * a cell counts by the median of its samples. Land that nobody measured is neither covered nor uncovered: it is left out
 * and told as data capture.
 */
export const wirelessCoverage: Measure = {
  code: 'EC:ICT:ICT:4C',
  version: 1,
  origin: 'measured',
  needs: 'probes that measure rsrp or rscp with their position, on a channel 3g, 4g or 5g',
  possible: async (inputs) => inputs.datastreams(['rsrp', 'rscp']).length > 0,
  async evaluate(inputs, scope) {
    const generations = Object.keys(THRESHOLDS_DBM) as Generation[]
    const points = generations.flatMap((one) => [
      coverage(one, inputs, scope).then((outcome) => [one, outcome] as const),
      peopleCovered(one, inputs, scope).then((outcome) => [`${one}_people`, outcome] as const),
    ])
    return new Map<string, Outcome>(await Promise.all(points))
  },
}

type Land = { readonly zone: ZoneRow; readonly cells: number; readonly measured: readonly Signal[] }

async function coverage(generation: Generation, inputs: Inputs, scope: Scope): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  const land = await landOf(generation, inputs, scope)
  const cells = land.reduce((sum, one) => sum + one.cells, 0)
  const measured = land.reduce((sum, one) => sum + one.measured.length, 0)
  if (measured === 0) return missing(`nobody measured ${generation} in ${place} in ${inputs.period.label}`)
  const dataCapture = measured / cells
  if (dataCapture < LEAST_MEASURED) {
    return missing(
      `${generation} was measured in ${percentText(dataCapture)} of ${place} only; ${percentText(LEAST_MEASURED)} are needed`,
    )
  }
  const probes = inputs.datastreams(['rsrp', 'rscp']).map(({ thing }) => thing)
  const simulated = isSimulated(inputs, probes)
  const origin = originOf(simulated, 'measured')
  const n = land.flatMap((one) => one.measured).reduce((sum, signal) => sum + signal.n, 0)
  const counted = (label: string, of: (one: Land) => number): Evidence =>
    node(
      { label, unit: 'H3 cells', method: 'sum', origin },
      land.map((one) =>
        leaf({
          label: one.zone.name,
          value: of(one),
          unit: 'H3 cells',
          method: 'count',
          origin,
          ref: `zone ${one.zone.key}`,
        }),
      ),
    )
  const threshold = THRESHOLDS_DBM[generation]
  const evidence = node(
    {
      label: `Measured land of ${place} with ${generation.toUpperCase()}: median of at least ${threshold} dBm`,
      unit: '%',
      method: 'percent',
      origin,
      n,
      dataCapture,
      ...excludedIn(
        cells > measured
          ? [{ what: `${cells - measured} of ${cells} cells of land`, why: `fewer than ${LEAST_SAMPLES} good samples` }]
          : [],
      ),
    },
    [
      counted('Cells covered', (one) => one.measured.filter(({ median }) => median >= threshold).length),
      counted('Cells measured', (one) => one.measured.length),
    ],
  )
  return found(evidence, { n, dataCapture, simulated })
}

/**
 * The same by people (as SDG indicator 9.c.1 asks): the share of the measured cells of each zone, weighted with its people,
 * who are taken to live evenly spread over it. Zones of which less than a tenth was measured are left out with their people.
 */
async function peopleCovered(generation: Generation, inputs: Inputs, scope: Scope): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  const all = await landOf(generation, inputs, scope)
  const land = all.flatMap((one) => {
    const enough = one.measured.length >= Math.max(1, LEAST_MEASURED * one.cells)
    const people = enough ? population(inputs, { zone: one.zone }) : undefined
    return people ? [{ ...one, people }] : []
  })
  const everyone = all.reduce((sum, { zone }) => sum + (zone.population ?? 0), 0)
  const reached = land.reduce((sum, { people }) => sum + (people.value ?? 0), 0)
  const dataCapture = everyone > 0 ? reached / everyone : 0
  if (dataCapture < LEAST_MEASURED)
    return missing(`${generation} was measured where ${percentText(dataCapture)} of the people of ${place} live`)
  const simulated = isSimulated(
    inputs,
    inputs.datastreams(['rsrp', 'rscp']).map(({ thing }) => thing),
  )
  const origin = originOf(simulated, 'measured')
  const threshold = THRESHOLDS_DBM[generation]
  const cells = (label: string, value: number, zone: ZoneRow): Evidence =>
    leaf({ label, value, unit: 'H3 cells', method: 'count', origin, ref: `zone ${zone.key}` })
  const covered = land.map(({ zone, measured, people }) =>
    node({ label: `${people.label}, covered`, unit: 'inhabitants', method: 'product', origin }, [
      node({ label: `${zone.name}: share of the measured cells`, unit: '1', method: 'ratio', origin }, [
        cells('covered', measured.filter(({ median }) => median >= threshold).length, zone),
        cells('measured', measured.length, zone),
      ]),
      people,
    ]),
  )
  const n = land.flatMap((one) => one.measured).reduce((sum, signal) => sum + signal.n, 0)
  const label = `People of ${place} with ${generation.toUpperCase()} outdoors, spread evenly over each zone`
  const evidence = node({ label, unit: '%', method: 'percent', origin, n, dataCapture }, [
    node({ label: 'Inhabitants covered', unit: 'inhabitants', method: 'sum', origin }, covered),
    node(
      { label: 'Inhabitants where it was measured', unit: 'inhabitants', method: 'sum', origin },
      land.map(({ people }) => people),
    ),
  ])
  return found(evidence, { n, dataCapture, simulated })
}

async function landOf(generation: Generation, inputs: Inputs, { zone }: Scope): Promise<Land[]> {
  const signals = (await inputs.signals()).filter(
    (signal) => signal.generation === generation && signal.n >= LEAST_SAMPLES,
  )
  const byCell = new Map(signals.map((signal) => [signal.cell, signal]))
  const landCells = await inputs.landCells()
  return inputs.registry.zones
    .filter(({ id }) => zone === null || zone.id === id)
    .map((one) => {
      const cells = landCells.get(one.id) ?? []
      const measured = cells.flatMap((cell) => byCell.get(cell) ?? [])
      return { zone: one, cells: cells.length, measured }
    })
}
