import type { Evidence } from '#model/indicators/catalogue/schema.ts'
import { leaf, node } from '#model/indicators/evidence.ts'
import { levelOf } from '#model/observation/sound.ts'
import type { DatastreamRow, ZoneRow } from '../../measurements/registry-snapshot.ts'
import type { SoundPeriods } from '../inputs/sound.ts'
import {
  countIn,
  isSimulated,
  MIN_DATA_CAPTURE,
  originOf,
  type Place,
  percentText,
  population,
  sumOf,
  zonesOf,
} from '../measure/context.ts'
import { defineMeasure } from '../measure/define-measure.ts'
import { type Excluded, missing } from '../measure/outcome.ts'

/** Lden from which Directive 2002/49/EC has people counted as exposed, dB. U4SSC names no level. */
const EXPOSED_DB = 55
const NO_MICROPHONE = 'no microphone that covers the period'

type Sound = ReadonlyMap<number, SoundPeriods>

/**
 * People where the day-evening-night level exceeds 55 dB. Every microphone of a zone represents an equal part of its people
 * (Citywell's choice): a value for planning, less than a noise map computes. Zones without one are left out.
 */
export const noiseExposure = defineMeasure({
  code: 'EN:EN:EQ:2A',
  needs: 'microphones that measure sound_level (LAeq) in zones with population',
  unit: '%',
  statistic: 'percent',
  subjects: zonesOf,
  possible: ({ datastreams }) => datastreams(['sound_level']).some(({ thing }) => thing.zoneId !== null),
  devices: () => ({ properties: ['sound_level'] }),
  inputs: { sound: (inputs) => inputs.sound() },
  compute(context) {
    const { subjects: zones, data, name } = context
    const excluded: Excluded[] = []
    const counted: { people: Evidence; share: Evidence; streams: DatastreamRow[] }[] = []
    for (const zone of zones) {
      const part = microphonesIn(zone, data.sound, context)
      excluded.push(...part.excluded)
      const people = population({ ...context, zone })
      if (!part.share || !people)
        excluded.push({ what: zone.name, why: part.share ? 'its population is not known' : NO_MICROPHONE })
      else counted.push({ people, share: part.share, streams: part.streams })
    }
    if (counted.length === 0) return missing(`no zone of ${name} has a microphone that covers the period`, excluded)
    const everyone = zones.reduce((sum, zone) => sum + (zone.population ?? 0), 0)
    const covered = counted.reduce((sum, { people }) => sum + (people.value ?? 0), 0)
    return {
      label: `People of ${name} where Lden exceeds ${EXPOSED_DB} dB, of those whose zone has a microphone`,
      n: countIn(counted.map(({ share }) => share)),
      dataCapture: everyone > 0 ? covered / everyone : 0,
      simulated: isSimulated(
        context,
        counted.flatMap(({ streams }) => streams.map(({ thing }) => thing)),
      ),
      excluded,
      parts(origin) {
        const exposed = counted.map(({ share, people }) =>
          node({ label: `${people.label}, exposed`, unit: 'inhabitants', method: 'product', origin }, [share, people]),
        )
        const people = counted.map((zone) => zone.people)
        return [
          sumOf('Inhabitants exposed', 'inhabitants', origin, exposed),
          sumOf('Inhabitants', 'inhabitants', origin, people),
        ]
      },
    }
  },
})

type Microphones = { share: Evidence | undefined; streams: DatastreamRow[]; excluded: Excluded[] }

/** The share of the microphones of a zone whose level exceeds the limit; undefined where none covers the period. */
function microphonesIn(zone: ZoneRow, sound: Sound, place: Place): Microphones {
  const results = place
    .totals(['sound_level'])
    .filter(({ thing }) => thing.zoneId === zone.id)
    .flatMap(({ combinations: [{ streams }] }) => streams)
    .map((stream) => ({ stream, result: aboveLevel(stream, sound.get(stream.id), place) }))
  const excluded = results.flatMap(({ result }) => ('why' in result ? [result] : []))
  const streams = results.flatMap(({ stream, result }) => ('why' in result ? [] : [stream]))
  const marks = results.flatMap(({ result }) => ('why' in result ? [] : [result]))
  const label = `${zone.name}: share of its microphones above ${EXPOSED_DB} dB`
  const head = { label, unit: '1', method: 'mean', n: countIn(marks), origin: marks[0]?.origin ?? 'measured' }
  return { share: marks.length > 0 ? node(head, marks) : undefined, streams, excluded }
}

/** 1 where the Lden of a microphone exceeds the level, otherwise 0. */
function aboveLevel({ id, thing }: DatastreamRow, read: SoundPeriods | undefined, place: Place): Evidence | Excluded {
  if (!read) return { what: thing.name, why: 'nothing heard in the period' }
  const dataCapture = read.hours / place.hours.count
  if (dataCapture < MIN_DATA_CAPTURE) return { what: thing.name, why: `data capture ${percentText(dataCapture)}` }
  const { day, evening, night } = read
  if (day === null || evening === null || night === null)
    return { what: thing.name, why: 'no reading by day, in the evening or at night' }
  const origin = originOf(thing.simulated, 'measured')
  const ref = `datastream ${id} (${thing.key} sound_level)`
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
