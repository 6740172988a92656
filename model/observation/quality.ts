import { z } from 'zod'

/**
 * QARTOD primary flags (IOOS, "Manual for Real-Time Oceanographic Data Quality Control Flags", 2020):
 * 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing.
 */
export const QUALITY = { pass: 1, notEvaluated: 2, suspect: 3, fail: 4, missing: 9 } as const
export const qualitySchema = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(9)])
export type Quality = z.infer<typeof qualitySchema>

/**
 * Why an observation carries its flag: a bit set, because several tests can fail at once.
 * The numbers are stored; add at the end, never renumber.
 */
export const REASONS = {
  gross_range: 1 << 0,
  climatology: 1 << 1,
  spike: 1 << 2,
  rate_of_change: 1 << 3,
  flat_line: 1 << 4,
  stuck_counter: 1 << 5,
  neighbours: 1 << 6,
  /** the device's clock is ahead of ours by more than the tolerance */
  clock_ahead: 1 << 7,
  /** the device's clock is behind, or the message waited for long */
  clock_behind: 1 << 8,
  /** the payload had no time: the time of arrival was taken */
  time_of_arrival: 1 << 9,
  humidity: 1 << 10,
  counter_reset: 1 << 11,
  unverified_thing: 1 << 12,
  /** the device says itself that it simulates */
  device_simulates: 1 << 13,
  /** imported from a file: evaluated by its value alone, not by the values before and after it */
  imported: 1 << 14,
  /** sent as "<2": below the detection limit of the instrument, stored as half of that limit (model/observation/censored.ts) */
  below_detection: 1 << 15,
  /** sent as ">500": above what the instrument can measure, stored as that limit */
  above_range: 1 << 16,
  /** two sensors of one housing contradict each other */
  channels_disagree: 1 << 17,
  /** a state that the broker kept: it held when it arrived, and nobody knows since when */
  retained_state: 1 << 18,
  /** a local time that occurs twice or not at all when clocks change, and the arrival does not tell which instant it is */
  ambiguous_time: 1 << 19,
} as const
export type Reason = keyof typeof REASONS

/** The names of the reasons set in `bits`, in the order of their bits. */
export const reasonsOf = (bits: number): Reason[] =>
  // as most are
  bits === 0 ? [] : (Object.keys(REASONS) as Reason[]).filter((reason) => (bits & REASONS[reason]) !== 0)

/** QARTOD aggregates flags by taking the worst: 4 over 3 over 1 over 2; 9 (missing) only when nothing else is known. */
export const worst = (a: Quality, b: Quality): Quality => (RANK[a] >= RANK[b] ? a : b)
const RANK: Readonly<Record<Quality, number>> = { 9: 0, 2: 1, 1: 2, 3: 3, 4: 4 }

/** Good enough to count in a statistic: passed, or not evaluated. Suspect and failed values are counted separately. */
export const isGood = (quality: Quality): boolean => quality === QUALITY.pass || quality === QUALITY.notEvaluated

/** The same as a condition in SQL, on a column that holds a flag. Migrations spell it out: quality in (1, 2). */
export const goodSql = (column = 'quality'): string => `${column} in (${QUALITY.pass}, ${QUALITY.notEvaluated})`
export const suspectSql = (column = 'quality'): string => `${column} = ${QUALITY.suspect}`
