import { z } from 'zod'
import type { Direction } from './catalogue/schema.ts'

const year = z.int().min(1970).max(2200)

/** What the city wants of one data point: a benchmark of its own and a target for a year. */
export const goalBody = z
  .strictObject({
    dataPoint: z.string().max(40).default(''),
    /** scored against next to the benchmark of the catalogue */
    benchmark: z.number().nullable().default(null),
    target: z.number().nullable().default(null),
    targetYear: year.nullable().default(null),
    /** progress is counted from the value of this year; without it from the first value of the series */
    baselineYear: year.nullable().default(null),
    /** plan or decision that says so */
    source: z.string().max(500).default(''),
  })
  .refine(({ target, targetYear }) => (target === null) === (targetYear === null), {
    path: ['targetYear'],
    message: 'a target needs its year, and a year its target',
  })
  .refine(({ baselineYear, targetYear }) => baselineYear === null || targetYear === null || baselineYear < targetYear, {
    path: ['baselineYear'],
    message: 'the baseline must lie before the target',
  })
export type GoalBody = z.infer<typeof goalBody>

export const goalSchema = goalBody.safeExtend({
  code: z.string(),
  recordedBy: z.string(),
  recordedAt: z.iso.datetime({ offset: true }),
})
export type Goal = z.infer<typeof goalSchema>

export const PROGRESS = ['reached', 'on_course', 'behind', 'wrong_way', 'not_known'] as const
export const progressSchema = z.object({
  target: z.number(),
  targetYear: z.int(),
  baseline: z.object({ period: z.string(), value: z.number() }).nullable(),
  /** share of the way from the baseline to the target, 0 to 1 and beyond; null without a way */
  share: z.number().nullable(),
  /** the share that a straight line from baseline to target would have by now */
  expected: z.number().nullable(),
  status: z.enum(PROGRESS),
})
export type Progress = z.infer<typeof progressSchema>

type At = { readonly period: string; readonly year: number; readonly value: number }

/**
 * How far a value is on the way from baseline to target, against a straight line in time. Reached: at the target or beyond
 * it on its better side. U4SSC has no rule for this; a straight line is the plainest, and ours.
 */
export function progressOf(
  { target, targetYear }: { target: number; targetYear: number },
  direction: Direction,
  baseline: At | null,
  last: At | null,
): Progress {
  const head = { target, targetYear, baseline: baseline && { period: baseline.period, value: baseline.value } }
  if (!last) return { ...head, share: null, expected: null, status: 'not_known' }
  if (isReached(last.value, target, direction)) {
    const share = baseline && baseline.value !== target ? (last.value - baseline.value) / (target - baseline.value) : 1
    return { ...head, share, expected: null, status: 'reached' }
  }
  if (!baseline || baseline.value === target || baseline.year >= targetYear || last.year <= baseline.year)
    return { ...head, share: null, expected: null, status: 'not_known' }
  const share = (last.value - baseline.value) / (target - baseline.value)
  const expected = Math.min(1, (last.year - baseline.year) / (targetYear - baseline.year))
  const status = share < 0 ? 'wrong_way' : share >= expected ? 'on_course' : 'behind'
  return { ...head, share, expected, status }
}

function isReached(value: number, target: number, direction: Direction): boolean {
  if (direction === 'higher') return value >= target
  if (direction === 'lower') return value <= target
  return value === target
}
