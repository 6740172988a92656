import { measuringTop } from '#model/air-quality/measuring-ranges.ts'
import { HOUR_SECONDS } from '#model/basics/durations.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import type { Grade } from '#model/things/grade.ts'
import type { FlatThresholds, RateThresholds, SpikeThresholds } from './tests.ts'

/**
 * Increment with every change of a threshold, a climatology, a correction or a test: stored observations are then
 * re-evaluated (requalify/schedule.ts). Every version in force and its data are stored in table `quality_rules`.
 */
export const RULES_VERSION = 4

/**
 * Thresholds of a property for the tests, in its canonical unit. QARTOD leaves every threshold to the operator. These are
 * chosen for one minute to one hour between readings; properties that jump or stay constant by nature (counts, docks, the
 * power of a switch) have none.
 */
export type Rules = {
  readonly spike?: SpikeThresholds
  readonly rate?: RateThresholds
  readonly flat?: FlatThresholds & {
    /** minimum duration of the flat line in seconds: devices that report often repeat values legitimately */
    readonly suspectSeconds: number
    readonly failSeconds: number
  }
  readonly stuck?: { readonly readings: number; readonly seconds: number }
  readonly neighbours?: NeighbourRule
  /** directions: differences are angles, 350 and 10 degrees are 20 apart */
  readonly circular?: true
}
/**
 * `kilometres`: maximum distance of a neighbour; `deviations`: robust standard deviations (1.4826 x median absolute
 * deviation); `minimum`: differences up to this are never flagged, absolute and as a share of the neighbours' median.
 */
export type NeighbourRule = {
  readonly kilometres: number
  readonly deviations: number
  readonly minimum: number
  readonly minimumShare: number
}

/** `grade`: the device class of the row; absent: every class without a row of its own. */
type Row = Rules & { readonly property: string; readonly grade?: Grade; readonly source: string }

/** N_DEV = 3, over TIM_DEV = 25 hours (RATE_WINDOW_HOURS): the example of the QARTOD manuals. */
const rate = (minimum: number): RateThresholds => ({ deviations: 3, minimum, count: 12 })
const flat = (hours: number, epsilon = 1e-6): NonNullable<Rules['flat']> => ({
  epsilon,
  suspect: 8,
  fail: 24,
  suspectSeconds: hours * HOUR_SECONDS,
  failSeconds: 3 * hours * HOUR_SECONDS,
})
const near = (
  kilometres: number,
  minimum: number,
  minimumShare = 0,
  deviations = 5,
): Pick<Required<Rules>, 'neighbours'> => ({
  neighbours: { kilometres, deviations, minimum, minimumShare },
})
const OURS = 'own threshold: above the changes of the simulated city and of the samples in that time'
/** A low-cost optical sensor counts few particles in clean air and reports the same number for hours. */
const COARSE = 'own threshold: low-cost optical sensors repeat small numbers legitimately, and fail by large jumps'

export const RULES: readonly Row[] = [
  { property: 'pm1', spike: { low: 40, high: 200 }, rate: rate(40), flat: flat(2), source: OURS },
  { property: 'pm1', grade: 'low_cost', spike: { low: 40, high: 200 }, rate: rate(40), flat: flat(6), source: COARSE },
  {
    ...{ property: 'pm2_5', spike: { low: 40, high: 200 }, rate: rate(40), flat: flat(2) },
    ...near(5, 7, 0.5),
    source: OURS,
  },
  {
    ...{ property: 'pm2_5', grade: 'low_cost', spike: { low: 40, high: 200 }, rate: rate(40), flat: flat(6) },
    ...near(5, 7, 0.5),
    source: COARSE,
  },
  { property: 'pm4', spike: { low: 50, high: 250 }, rate: rate(50), flat: flat(6), source: OURS },
  {
    property: 'pm10',
    spike: { low: 80, high: 400 },
    rate: rate(80),
    flat: flat(2),
    ...near(5, 13, 0.65),
    source: OURS,
  },
  {
    ...{ property: 'pm10', grade: 'low_cost', spike: { low: 80, high: 400 }, rate: rate(80), flat: flat(6) },
    ...near(5, 13, 0.65),
    source: COARSE,
  },
  { property: 'no2', spike: { low: 80, high: 300 }, rate: rate(60), flat: flat(2), ...near(3, 40, 1), source: OURS },
  { property: 'no', spike: { low: 150, high: 600 }, rate: rate(120), flat: flat(4), source: OURS },
  { property: 'nox', spike: { low: 250, high: 900 }, rate: rate(180), flat: flat(2), source: OURS },
  { property: 'o3', spike: { low: 80, high: 250 }, rate: rate(60), flat: flat(2), ...near(10, 40, 0.6), source: OURS },
  // often at the detection limit of the instrument for half a day
  { property: 'so2', spike: { low: 100, high: 400 }, rate: rate(80), flat: flat(12), source: OURS },
  { property: 'co', spike: { low: 5, high: 15 }, rate: rate(3), flat: flat(6), source: OURS },
  { property: 'co2', spike: { low: 500, high: 2000 }, rate: rate(400), flat: flat(4), source: OURS },
  {
    ...{ property: 'temperature', spike: { low: 5, high: 15 }, rate: rate(5), flat: flat(3) },
    ...near(10, 4),
    source: OURS,
  },
  { property: 'dew_point', spike: { low: 5, high: 15 }, rate: rate(5), source: OURS },
  // air stands at 100 % for a foggy night: no flat line
  { property: 'relative_humidity', spike: { low: 25, high: 60 }, rate: rate(25), ...near(10, 25), source: OURS },
  // at the same height: a hill causes larger differences between neighbours
  { property: 'pressure', spike: { low: 4, high: 12 }, rate: rate(4), flat: flat(6), source: OURS },
  { property: 'wind_speed', spike: { low: 20, high: 40 }, rate: rate(15), source: OURS },
  // A vane turns by any angle in light wind, so no jump is an error. Many report 16 points and honestly repeat one for hours.
  {
    property: 'wind_direction',
    circular: true,
    flat: { epsilon: 0.5, suspect: 24, fail: 48, suspectSeconds: 24 * HOUR_SECONDS, failSeconds: 48 * HOUR_SECONDS },
    source: 'own threshold: a vane that is stuck or frozen',
  },
  { property: 'water_temperature', spike: { low: 3, high: 8 }, rate: rate(3), flat: flat(12), source: OURS },
  { property: 'sound_level', spike: { low: 35, high: 60 }, rate: rate(30), flat: flat(2), source: OURS },
  { property: 'speed', spike: { low: 60, high: 120 }, source: OURS },
  { property: 'voltage', flat: flat(4), source: OURS },
]
/** A meter that has not moved for this long, over this many readings, is suspected to be stuck. Ours. */
const STUCK: Rules = { stuck: { readings: 24, seconds: 48 * HOUR_SECONDS } }

/** Weeks without rain are no fault of the gauge. */
const NEVER_STUCK: Rules = { stuck: { readings: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY } }

/** After a longer gap the window restarts: earlier results do not show whether one is a spike. */
export const WINDOW_GAP_SECONDS = 3 * HOUR_SECONDS
/** TIM_DEV of the rate of change test, by clock hours: the running one and 24 before it. */
export const RATE_WINDOW_HOURS = 25
/** Everything a evaluation depends on lies within so long before it. */
export const WARM_UP_SECONDS = 50 * HOUR_SECONDS

const known = new Map<string, Partial<Record<Grade, Rules | null>>>()

/** The rules of a property as devices of this class measure it; undefined: nothing to test with history. */
export function rulesOf(property: string, grade: Grade): Rules | undefined {
  // Asked for every value: no key is put together here.
  let grades = known.get(property)
  if (!grades) {
    grades = {}
    known.set(property, grades)
  }
  let rules = grades[grade]
  if (rules === undefined) {
    rules = find(property, grade) ?? null
    grades[grade] = rules
  }
  return rules ?? undefined
}

function find(property: string, grade: Grade): Rules | undefined {
  const rows = RULES.filter((row) => row.property === property)
  const row = rows.find((own) => own.grade === grade) ?? rows.find((any) => any.grade === undefined)
  if (row && measuringTop(property, grade) !== undefined) return atMostSuspect(row)
  if (row || PROPERTIES.get(property)?.kind !== 'counter') return row
  return property === 'precipitation_total' ? NEVER_STUCK : STUCK
}

/**
 * A pollutant is doubted by its history, never failed: fireworks are real, and what failed would be missing without a trace,
 * where an index that was computed without a doubted pollutant says so.
 */
function atMostSuspect({ spike, flat, ...row }: Rules): Rules {
  return {
    ...row,
    ...(spike && { spike: { ...spike, high: Number.POSITIVE_INFINITY } }),
    ...(flat && { flat: { ...flat, failSeconds: Number.POSITIVE_INFINITY } }),
  }
}
