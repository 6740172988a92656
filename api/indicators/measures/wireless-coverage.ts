import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import type { Origin } from '#model/observation/origin.ts'
import type { ZoneRow } from '../../measurements/registry-snapshot.ts'
import type { Signal } from '../inputs/cells.ts'
import { isSimulated, percentText, population, sumOf, zonesOf } from '../measure/context.ts'
import { type Computed, type Context, defineMeasure } from '../measure/define-measure.ts'
import { missing, type Outcome } from '../measure/outcome.ts'

/**
 * Minimum outdoor signal power (dBm) at which a generation counts as received: 3G pilot (RSCP), 4G reference signal (RSRP),
 * 5G synchronisation signal. U4SSC names no level and regulators each use their own (BEREC BoR (18) 237), so these are
 * Citywell's choice: usable outdoors on a handset, above the floor that receivers report (3GPP TS 25.133, 36.133, 38.133).
 */
const THRESHOLDS_DBM = { '3g': -103, '4g': -110, '5g': -110 } as const
type Generation = keyof typeof THRESHOLDS_DBM
const GENERATIONS = Object.keys(THRESHOLDS_DBM) as Generation[]
/** A cell rests on at least this many samples, and the value on at least this share of the land. */
const MIN_SAMPLES = 3
const MIN_MEASURED = 0.1
const BY_PEOPLE = '_people'

type Data = {
  readonly signals: readonly Signal[]
  readonly landCells: ReadonlyMap<number, readonly string[]>
}
type Place = Omit<Context<unknown, never>, 'data'> & { readonly data: Data }

/**
 * Share of the measured land where the generation is received. Land is divided into H3 cells of resolution 9; a cell counts
 * by the median of its samples. Land that nobody measured is neither covered nor uncovered: it is left out and shows in the
 * data capture.
 */
export const wirelessCoverage = defineMeasure({
  code: 'EC:ICT:ICT:4C',
  needs: 'probes that measure rsrp or rscp with their position, on a channel 3g, 4g or 5g',
  unit: '%',
  statistic: 'percent',
  dataPoints: GENERATIONS.flatMap((generation) => [generation, `${generation}${BY_PEOPLE}`]),
  subjects: ({ datastreams }) => datastreams(['rsrp', 'rscp']),
  devices: () => ({ properties: ['rsrp', 'rscp'] }),
  inputs: { signals: (inputs) => inputs.signals(), landCells: (inputs) => inputs.landCells() },
  compute(context) {
    const { dataPoint, subjects } = context
    const generation = dataPoint.replace(BY_PEOPLE, '') as Generation
    const simulated = isSimulated(
      context,
      subjects.map(({ thing }) => thing),
    )
    const land = landOf(generation, context)
    const share = dataPoint === generation ? landCovered : peopleCovered
    return share({ generation, land, simulated }, context)
  },
})

type Land = { readonly zone: ZoneRow; readonly cells: number; readonly measured: readonly Signal[] }
type Coverage = { readonly generation: Generation; readonly land: readonly Land[]; readonly simulated: boolean }

/** The zones of the place with the number of their cells and the signal of those that were measured. */
function landOf(generation: Generation, place: Place): Land[] {
  const { signals, landCells } = place.data
  const usable = signals.filter((signal) => signal.generation === generation && signal.n >= MIN_SAMPLES)
  const byCell = new Map(usable.map((signal) => [signal.cell, signal]))
  const inPlace = new Set(zonesOf(place).map(({ id }) => id))
  return place.registry.zones
    .filter(({ id }) => inPlace.has(id))
    .map((zone) => {
      const cells = landCells.get(zone.id) ?? []
      return { zone, cells: cells.length, measured: cells.flatMap((cell) => byCell.get(cell) ?? []) }
    })
}

const samplesIn = (land: readonly Land[]): number =>
  land.flatMap(({ measured }) => measured).reduce((sum, { n }) => sum + n, 0)

const isCovered =
  (generation: Generation) =>
  ({ median }: Signal): boolean =>
    median >= THRESHOLDS_DBM[generation]

const cellsOf = (zone: ZoneRow, label: string, value: number, origin: Origin): Evidence =>
  leaf({ label, value, unit: 'H3 cells', method: 'count', origin, ref: `zone ${zone.key}` })

function landCovered({ generation, land, simulated }: Coverage, { name, period }: Place): Computed | Outcome {
  const cells = land.reduce((sum, zone) => sum + zone.cells, 0)
  const measured = land.reduce((sum, zone) => sum + zone.measured.length, 0)
  if (measured === 0) return missing(`nobody measured ${generation} in ${name} in ${period.label}`)
  const dataCapture = measured / cells
  if (dataCapture < MIN_MEASURED) {
    return missing(
      `${generation} was measured in ${percentText(dataCapture)} of ${name} only; ${percentText(MIN_MEASURED)} are needed`,
    )
  }
  const unmeasured = {
    what: `${cells - measured} of ${cells} cells of land`,
    why: `fewer than ${MIN_SAMPLES} good samples`,
  }
  return {
    label: `Measured land of ${name} with ${generation.toUpperCase()}: median of at least ${THRESHOLDS_DBM[generation]} dBm`,
    n: samplesIn(land),
    dataCapture,
    simulated,
    excluded: cells > measured ? [unmeasured] : [],
    parts(origin) {
      const counted = (label: string, countIn: (zone: Land) => number) =>
        sumOf(
          label,
          'H3 cells',
          origin,
          land.map((row) => cellsOf(row.zone, row.zone.name, countIn(row), origin)),
        )
      return [
        counted('Cells covered', (zone) => zone.measured.filter(isCovered(generation)).length),
        counted('Cells measured', (zone) => zone.measured.length),
      ]
    },
  }
}

/**
 * The same by people (as SDG indicator 9.c.1 asks): the share of the measured cells of each zone, weighted with its people,
 * who are assumed to live evenly spread over it. Zones of which less than a tenth was measured are left out with their people.
 */
function peopleCovered({ generation, land, simulated }: Coverage, place: Place): Computed | Outcome {
  const { name } = place
  const counted = land.flatMap((row) => {
    const isEnough = row.measured.length >= Math.max(1, MIN_MEASURED * row.cells)
    const people = isEnough ? population({ ...place, zone: row.zone }) : undefined
    return people ? [{ ...row, people }] : []
  })
  const everyone = land.reduce((sum, { zone }) => sum + (zone.population ?? 0), 0)
  const reached = counted.reduce((sum, { people }) => sum + (people.value ?? 0), 0)
  const dataCapture = everyone > 0 ? reached / everyone : 0
  if (dataCapture < MIN_MEASURED)
    return missing(`${generation} was measured where ${percentText(dataCapture)} of the people of ${name} live`)
  return {
    label: `People of ${name} with ${generation.toUpperCase()} outdoors, spread evenly over each zone`,
    n: samplesIn(counted),
    dataCapture,
    simulated,
    parts(origin) {
      const covered = counted.map(({ zone, measured, people }) => {
        const share = { label: `${zone.name}: share of the measured cells`, unit: '1', method: 'ratio', origin }
        const head = { label: `${people.label}, covered`, unit: 'inhabitants', method: 'product', origin }
        return node(head, [
          node(share, [
            cellsOf(zone, 'covered', measured.filter(isCovered(generation)).length, origin),
            cellsOf(zone, 'measured', measured.length, origin),
          ]),
          people,
        ])
      })
      const people = counted.map((zone) => zone.people)
      return [
        sumOf('Inhabitants covered', 'inhabitants', origin, covered),
        sumOf('Inhabitants where it was measured', 'inhabitants', origin, people),
      ]
    },
  }
}
