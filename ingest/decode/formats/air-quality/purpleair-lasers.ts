import { REASONS } from '#model/observation/quality.ts'
import { readLoneNumber } from '#model/text/numbers.ts'
import { addReading, type Base } from '../../helpers/fields.ts'
import type { Collector } from '../../helpers/result.ts'

/**
 * The two lasers of a PurpleAir as one station: the mean of both (no channel) and each of them (`a`, `b`), and whether they
 * contradict each other. Rules, in this order:
 * - a laser that PurpleAir has downgraded (`channel_flags` 1: A, 2: B) or that counts no particle at all while the other
 *   does is ignored: the other one is the value;
 * - lasers that differ by 5 ug/m3 and by 61 % of their mean, or more, contradict each other: Barkjohn, Gantt and Clements
 *   (2021), section 3.2.3, doi 10.5194/amt-14-4617-2021; there for daily means, here for every reading;
 * - so do lasers that PurpleAir has both downgraded (3), or whose `confidence` is below 75 % (own threshold).
 * Contradicting values are stored as suspect, so that no statistic counts them as good.
 */
const MAX_DIFFERENCE = 5
const MAX_RELATIVE = 0.61
const MIN_CONFIDENCE = 75

/** State of the lasers by PurpleAir and by particle counts; undefined where neither is known. */
export type Trust = {
  /** `channel_flags`: 0 both fine, 1 A downgraded, 2 B downgraded, 3 both */
  readonly flags: unknown
  /** per cent */
  readonly confidence: unknown
  /** particles above 0.3 um per decilitre of air, of A and of B; real air is never without */
  readonly counts: readonly [unknown, unknown]
}

/** One particle size in one conversion, as sent: of both lasers together, of A and of B. */
export type Particles = {
  readonly property: string
  /** '' for ATM, 'cf_1' for CF=1 */
  readonly channel: string
  readonly mean: Field
  readonly a: Field
  readonly b: Field
}
type Field = { readonly value: unknown; readonly name: string }

export function addParticles(out: Collector, base: Base, all: readonly Particles[], trust: Trust): void {
  const doubtful = all.some(
    ({ property, a, b }) => property === 'pm2_5' && believed(trust) === 'both' && contradict(a.value, b.value),
  )
  for (const particles of all) addOne(out, base, particles, trust, doubtful)
}

function addOne(out: Collector, base: Base, particles: Particles, trust: Trust, doubtful: boolean): void {
  const { property, channel, a, b } = particles
  const add = (part: string, { value, name }: Field, flags = 0): void => {
    const named = [channel, part].filter(Boolean).join('.')
    const meaning = { property, unit: 'ug/m3', channel: named }
    addReading(out, flags === 0 ? base : { ...base, flags: (base.flags ?? 0) | flags }, meaning, value, name)
  }
  if (isKnown(a)) add('a', a)
  if (isKnown(b)) add('b', b)
  const station = stationOf(particles, trust, doubtful)
  if (station) add('', station.field, station.isSuspect ? REASONS.channels_disagree : 0)
}

const isKnown = ({ value }: Field): boolean => value !== undefined && value !== null

/** A concentration, as a number or as text; undefined for anything else, and below zero, where no laser counts. */
function concentrationOf(value: unknown): number | undefined {
  const number = typeof value === 'string' ? readLoneNumber(value)?.value : value
  return typeof number === 'number' && number >= 0 ? number : undefined
}

/** The value of the station; undefined with one laser of two and without a mean. */
function stationOf({ mean, a, b }: Particles, trust: Trust, doubtful: boolean) {
  if (!isKnown(a) || !isKnown(b)) return isKnown(mean) ? { field: mean, isSuspect: isDoubted(trust) } : undefined
  const laser = believed(trust)
  if (laser !== 'both') return { field: laser === 'a' ? a : b, isSuspect: false }
  const [ofA, ofB] = [concentrationOf(a.value), concentrationOf(b.value)]
  // a code for "no value" is no half of a mean: the other laser is the value
  if (ofA === undefined || ofB === undefined)
    return { field: ofA === undefined && ofB !== undefined ? b : a, isSuspect: isDoubted(trust) }
  const field = { value: (ofA + ofB) / 2, name: isKnown(mean) ? mean.name : a.name }
  return { field, isSuspect: doubtful || isDoubted(trust) || contradict(a.value, b.value) }
}

function believed({ flags, counts: [a, b] }: Trust): 'a' | 'b' | 'both' {
  if (flags === 1 || (isZero(a) && Number(b) > 0)) return 'b'
  return flags === 2 || (isZero(b) && Number(a) > 0) ? 'a' : 'both'
}
const isZero = (count: unknown): boolean => count !== null && count !== '' && Number(count) === 0

function isDoubted({ flags, confidence }: Trust): boolean {
  if (flags === 1 || flags === 2) return false
  return flags === 3 || (typeof confidence === 'number' && confidence < MIN_CONFIDENCE)
}

/** What is no concentration contradicts nothing. */
function contradict(a: unknown, b: unknown): boolean {
  const [ofA, ofB] = [concentrationOf(a), concentrationOf(b)]
  if (ofA === undefined || ofB === undefined) return false
  const difference = Math.abs(ofA - ofB)
  return difference >= MAX_DIFFERENCE && difference >= (MAX_RELATIVE * (ofA + ofB)) / 2
}
