import { z } from 'zod'
import { originSchema } from '../observation/origin.ts'
import { INCOMPARABLE } from './brief.ts'

export const COMPARISONS = ['periods', 'zones', 'groups'] as const
export type ComparisonKind = (typeof COMPARISONS)[number]

/** How a difference is tested. */
export const COMPARE_METHODS = [
  /** by the changes of the same stations or segments, Student's t */
  'paired',
  /** two samples, Welch's t */
  'welch',
  /** two samples whose degrees of freedom are not known */
  'normal',
  /** two groups of one sample, covariance included, Student's t */
  'same_sample',
] as const

/** Why there is no test. */
export const UNTESTED = [...INCOMPARABLE, 'suppressed', 'same_area', 'uncertainty_unknown'] as const

const sideSchema = z.object({
  value: z.number().nullable(),
  standardError: z.number().nullable(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  n: z.number().nullable(),
})
export type ComparedSide = z.infer<typeof sideSchema>

const differenceSchema = z.object({
  /** second less first */
  value: z.number(),
  standardError: z.number(),
  /** null: normal distribution */
  degreesOfFreedom: z.number().nullable(),
  /** 95 %, of this difference by itself */
  lower: z.number(),
  upper: z.number(),
  /** two-sided, of no difference; then corrected after Holm for all rows that were tested */
  p: z.number(),
  adjustedP: z.number(),
  significant: z.boolean(),
})

const rowSchema = z.object({
  /** indicator and data point, or column of the question and answer */
  id: z.string(),
  code: z.string().nullable(),
  dataPoint: z.string(),
  question: z.string().nullable(),
  category: z.string().nullable(),
  name: z.string(),
  unit: z.string(),
  a: sideSchema,
  b: sideSchema,
  difference: differenceSchema.nullable(),
  /** Cohen's h of two shares (0.2 small, 0.5 medium, 0.8 large), else the difference over the size of the first value */
  effect: z.object({ kind: z.enum(['cohens_h', 'relative']), value: z.number() }).nullable(),
  method: z.enum(COMPARE_METHODS).nullable(),
  untested: z.enum(UNTESTED).nullable(),
  origin: originSchema.nullable(),
  simulated: z.boolean(),
})
export type ComparedRow = z.infer<typeof rowSchema>

/** GET /api/v1/compare?kind&a&b: two periods, two districts or two groups of a survey, over everything that both have */
export const compareResponse = z.object({
  kind: z.enum(COMPARISONS),
  a: z.string(),
  b: z.string(),
  /** of two districts: the period; of two periods: null */
  period: z.string().nullable(),
  /** of two groups, and of the surveyed rows of two districts */
  survey: z.string().nullable(),
  by: z.string().nullable(),
  confidence: z.literal(0.95),
  /** rows that were tested together */
  tested: z.int(),
  computedAt: z.iso.datetime({ offset: true }),
  simulated: z.boolean(),
  rows: z.array(rowSchema),
})
export type CompareResponse = z.infer<typeof compareResponse>
