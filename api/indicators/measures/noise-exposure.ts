import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { levelOf } from '#model/observation/sound.ts'
import type { DatastreamRow, ZoneRow } from '../../measurements/registry.ts'
import type { Inputs } from '../inputs/inputs.ts'
import {
  type Excluded,
  excludedIn,
  found,
  isSimulated,
  LEAST_CAPTURE,
  type Measure,
  missing,
  type Outcome,
  originOf,
  percentText,
  placeOf,
  population,
  type Scope,
} from './measure.ts'

/** Lden from which Directive 2002/49/EC has people counted as exposed, dB. U4SSC names no level. */
const EXPOSED_DB = 55

/**
 * EN:EN:EQ:2A: people where the day-evening-night level exceeds 55 dB. Every microphone of a zone speaks for an equal part
 * of its people (Citywell's choice): a value for planning, less than a noise map computes. Zones without one are left out.
 */
export const noiseExposure: Measure = {
  code: 'EN:EN:EQ:2A',
  version: 1,
  origin: 'measured',
  needs: 'microphones that measure sound_level (LAeq) in zones with population',
  possible: async (inputs) => inputs.datastreams(['sound_level']).some(({ thing }) => thing.zoneId !== null),
  evaluate: async (inputs, scope) => new Map([['', await exposure(inputs, scope)]]),
}

async function exposure(inputs: Inputs, scope: Scope): Promise<Outcome> {
  const place = placeOf(scope, inputs)
  const zones = scope.zone ? [scope.zone] : inputs.registry.zones
  const excluded: Excluded[] = []
  const counted: { people: Evidence; share: Evidence; streams: DatastreamRow[] }[] = []
  for (const zone of zones) {
    const part = await inZone(zone, inputs)
    excluded.push(...part.excluded)
    const people = population(inputs, { zone })
    if (!part.share || !people)
      excluded.push({ what: zone.name, why: part.share ? 'its population is not known' : NONE })
    else counted.push({ people, share: part.share, streams: part.streams })
  }
  if (counted.length === 0) return missing(`no zone of ${place} has a microphone that covers the period`, excluded)
  const streams = counted.flatMap((one) => one.streams)
  const simulated = isSimulated(
    inputs,
    streams.map(({ thing }) => thing),
  )
  const origin = originOf(simulated, 'measured')
  const n = counted.reduce((sum, { share }) => sum + (share.n ?? 0), 0)
  const everyone = zones.reduce((sum, zone) => sum + (zone.population ?? 0), 0)
  const heard = counted.reduce((sum, { people }) => sum + (people.value ?? 0), 0)
  const dataCapture = everyone > 0 ? heard / everyone : 0
  const exposed = counted.map(({ share, people }) =>
    node({ label: `${people.label}, exposed`, unit: 'inhabitants', method: 'product', origin }, [share, people]),
  )
  const evidence = node(
    {
      label: `People of ${place} where Lden exceeds ${EXPOSED_DB} dB, of those whose zone has a microphone`,
      unit: '%',
      method: 'percent',
      origin,
      n,
      dataCapture,
      ...excludedIn(excluded),
    },
    [
      node({ label: 'Inhabitants exposed', unit: 'inhabitants', method: 'sum', origin }, exposed),
      node(
        { label: 'Inhabitants', unit: 'inhabitants', method: 'sum', origin },
        counted.map(({ people }) => people),
      ),
    ],
  )
  return found(evidence, { n, dataCapture, simulated })
}

const NONE = 'no microphone that covers the period'

async function inZone(
  zone: ZoneRow,
  inputs: Inputs,
): Promise<{ share: Evidence | undefined; streams: DatastreamRow[]; excluded: Excluded[] }> {
  const streams: DatastreamRow[] = []
  const marks: Evidence[] = []
  const excluded: Excluded[] = []
  const microphones = inputs.wholes(['sound_level']).filter(({ thing }) => thing.zoneId === zone.id)
  for (const stream of microphones.flatMap(({ combinations: [{ streams: own }] }) => own)) {
    const mark = await aboveLevel(stream, inputs)
    if ('why' in mark) excluded.push(mark)
    else {
      streams.push(stream)
      marks.push(mark)
    }
  }
  if (marks.length === 0) return { share: undefined, streams, excluded }
  const n = marks.reduce((sum, mark) => sum + (mark.n ?? 0), 0)
  const head = { label: `${zone.name}: share of its microphones above ${EXPOSED_DB} dB`, unit: '1', method: 'mean', n }
  return { share: node({ ...head, origin: marks[0]?.origin ?? 'measured' }, marks), streams, excluded }
}

/** 1 where the Lden of a microphone exceeds the level, else 0. */
async function aboveLevel(stream: DatastreamRow, inputs: Inputs): Promise<Evidence | Excluded> {
  const { thing } = stream
  const read = (await inputs.sound()).get(stream.id)
  if (!read) return { what: thing.name, why: 'nothing heard in the period' }
  const dataCapture = read.hours / inputs.hours.count
  if (dataCapture < LEAST_CAPTURE) return { what: thing.name, why: `data capture ${percentText(dataCapture)}` }
  const { day, evening, night } = read
  if (day === null || evening === null || night === null)
    return { what: thing.name, why: 'no reading by day, in the evening or at night' }
  const origin = originOf(isSimulated(inputs, [thing]), 'measured')
  const ref = `datastream ${stream.id} (${thing.key} sound_level)`
  const level = (label: string, energy: number): Evidence =>
    leaf({ label, value: levelOf(energy), unit: 'dB{A}', method: 'energy_mean_of_hours', origin, ref })
  const lden = node(
    { label: `${thing.name}: Lden`, unit: 'dB{A}', method: 'lden', origin, n: read.n, dataCapture, ref },
    [level('day, 7 to 19', day), level('evening, 19 to 23', evening), level('night, 23 to 7', night)],
  )
  const limit = leaf({ label: 'exposed above', value: EXPOSED_DB, unit: 'dB{A}', origin: 'reported' })
  const head = { label: `${thing.name}: above ${EXPOSED_DB} dB`, unit: '1', method: 'exceeds', origin, n: read.n }
  return node({ ...head, dataCapture }, [lden, limit])
}
