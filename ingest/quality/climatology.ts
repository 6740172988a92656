import { QUALITY, REASONS } from '#model/observation/quality.ts'
import type { Evaluation } from './range.ts'

type Range = readonly [number, number]
type Months = readonly [Range, Range, Range, Range, Range, Range, Range, Range, Range, Range, Range, Range]
type Row = {
  readonly property: string
  /** absolute latitude in degrees, from (inclusive) and to (exclusive) */
  readonly latitudes: Range
  /** January to December in the northern hemisphere; shifted by half a year in the southern */
  readonly months: Months
  readonly source: string
}

const all = (range: Range): Months => [
  range,
  range,
  range,
  range,
  range,
  range,
  range,
  range,
  range,
  range,
  range,
  range,
]

/**
 * Possible values of a month near the ground in a city, by latitude: monthly bounds (QARTOD's Season_MIN and Season_MAX).
 * Deliberately wide: they detect a sensor heated by the winter sun, not an unusually warm day.
 */
export const CLIMATOLOGY: readonly Row[] = [
  { property: 'temperature', latitudes: [0, 23.5], months: all([-5, 50]), source: 'own thresholds' },
  {
    property: 'temperature',
    latitudes: [23.5, 45],
    months: [
      ...([
        [-30, 32],
        [-28, 34],
        [-20, 38],
        [-12, 42],
        [-6, 46],
        [-2, 50],
      ] as const),
      ...([
        [0, 52],
        [0, 52],
        [-4, 48],
        [-10, 43],
        [-18, 37],
        [-26, 33],
      ] as const),
    ],
    source: 'own thresholds',
  },
  {
    property: 'temperature',
    latitudes: [45, 66.6],
    months: [
      ...([
        [-50, 22],
        [-48, 24],
        [-42, 28],
        [-30, 34],
        [-15, 38],
        [-6, 44],
      ] as const),
      ...([
        [-4, 46],
        [-6, 45],
        [-14, 40],
        [-26, 33],
        [-40, 27],
        [-48, 23],
      ] as const),
    ],
    source: 'own thresholds',
  },
  { property: 'water_temperature', latitudes: [0, 23.5], months: all([10, 38]), source: 'own thresholds' },
  {
    property: 'water_temperature',
    latitudes: [23.5, 66.6],
    months: [
      ...([
        [-2, 22],
        [-2, 22],
        [-2, 23],
        [-1, 25],
        [0, 28],
        [2, 32],
      ] as const),
      ...([
        [4, 35],
        [4, 35],
        [3, 33],
        [0, 29],
        [-1, 26],
        [-2, 23],
      ] as const),
    ],
    source: 'own thresholds',
  },
  {
    property: 'solar_irradiance',
    latitudes: [23.5, 66.6],
    // Sa x 1.2 x mu^1.2 + 50 W/m2 at noon of the month's best day at 23.5 degrees, Sa from Spencer (1971) and 1361 W/m2
    months: [
      ...([
        [-10, 1250],
        [-10, 1430],
        [-10, 1580],
        [-10, 1640],
        [-10, 1650],
        [-10, 1640],
      ] as const),
      ...([
        [-10, 1630],
        [-10, 1630],
        [-10, 1590],
        [-10, 1480],
        [-10, 1310],
        [-10, 1160],
      ] as const),
    ],
    source: 'computed: extremely rare limit of Long and Dutton, BSRN recommended QC tests 2.0 (2002)',
  },
]

const cache = new Map<number, Map<string, Months | undefined>>()

/** The monthly ranges of a property at a latitude, January first; undefined where none are known. */
export function monthsOf(property: string, latitude: number): Months | undefined {
  let byProperty = cache.get(latitude)
  if (!byProperty) {
    byProperty = new Map(CLIMATOLOGY.map((row) => [row.property, find(row.property, latitude)]))
    cache.set(latitude, byProperty)
  }
  return byProperty.get(property)
}

function find(property: string, latitude: number): Months | undefined {
  const degrees = Math.abs(latitude)
  const row = CLIMATOLOGY.find(
    (row) => row.property === property && degrees >= row.latitudes[0] && degrees < row.latitudes[1],
  )
  if (!row || latitude >= 0) return row?.months
  return row.months.map((_, month) => row.months[(month + 6) % 12] as Range) as unknown as Months
}

const PASS: Evaluation = { quality: QUALITY.pass, reasons: 0 }
const UNUSUAL: Evaluation = { quality: QUALITY.suspect, reasons: REASONS.climatology }
const NOT_EVALUATED: Evaluation = { quality: QUALITY.notEvaluated, reasons: 0 }

/** QARTOD test 5, climatology: suspect outside the range of the month (UTC). Suspect at most. */
export function climatologyTest(
  property: string,
  latitude: number | undefined,
  ms: number,
  result: number,
): Evaluation {
  const months = latitude === undefined ? undefined : monthsOf(property, latitude)
  if (!months) return NOT_EVALUATED
  const [low, high] = months[new Date(ms).getUTCMonth()] ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return result < low || result > high ? UNUSUAL : PASS
}
