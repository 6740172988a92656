import { z } from 'zod'
import { originSchema } from '../../observation/origin.ts'

const FORMULAS = ['percent', 'per_100000', 'ratio', 'count', 'direct', 'yes_no'] as const
export type Formula = (typeof FORMULAS)[number]
const DIRECTIONS = ['higher', 'lower', 'two_sided', 'yes_no', 'none'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** What is scored by itself: one pollutant, one radio generation, one planning principle. */
const dataPointSchema = z.object({
  id: z.string(),
  name: z.string(),
  benchmark: z.number().nullable(),
  /** where the benchmark comes from, or why there is none, in words */
  benchmarkBasis: z.string(),
  /** true where U4SSC itself published the benchmark */
  benchmarkByU4ssc: z.boolean(),
  /** where they differ from the indicator's */
  unit: z.string().optional(),
  direction: z.enum(DIRECTIONS).optional(),
  formula: z.enum(FORMULAS).optional(),
})
export type DataPoint = z.infer<typeof dataPointSchema>

/** One of the 91 indicators of Recommendation ITU-T Y.4903 (U4SSC), worded by Citywell. */
export const indicatorSchema = z.object({
  code: z.string(),
  /** codes used for it in other documents */
  alternativeCodes: z.array(z.string()),
  name: z.string(),
  dimension: z.enum(['Economy', 'Environment', 'Society and Culture']),
  subDimension: z.string(),
  category: z.string(),
  tier: z.enum(['core', 'advanced']),
  type: z.enum(['smart', 'structural', 'sustainable']),
  unit: z.string(),
  definition: z.string(),
  numerator: z.string(),
  denominator: z.string(),
  /** how the value follows from numerator and denominator; direct: stated as it is; yes_no: 1 or 0 */
  formula: z.enum(FORMULAS),
  /** which way is better; two_sided: best at parity */
  direction: z.enum(DIRECTIONS),
  sdg: z.string().nullable(),
  plausibleRange: z.tuple([z.number().nullable(), z.number().nullable()]),
  /** each is scored by itself; an indicator without parts has one data point with id '' */
  dataPoints: z.array(dataPointSchema).min(1),
  /** data points that Citywell adds and U4SSC does not know; they are shown and never scored */
  extensions: z.array(dataPointSchema).optional(),
  /** how Citywell can get it */
  ways: z.array(z.enum(['measured', 'surveyed', 'reported'])).min(1),
})
export type Indicator = z.infer<typeof indicatorSchema>

/**
 * Where a value comes from, as a tree down to its inputs. `value` of every node can be computed again from its
 * `inputs` by its `method`; leaves carry what was counted.
 */
export type Evidence = {
  /** what this number is, in words */
  label: string
  value: number | null
  unit: string
  /** how value follows from inputs: ratio, weighted_mean, sum, mean, count, survey_estimate, reported, ... */
  method: string
  origin: z.infer<typeof originSchema>
  /** version of the formula; changes when the computation changes */
  version: number
  n?: number
  /** 0 to 1: share of the expected observations that is there */
  dataCapture?: number
  /** shares of the observations, which sum to 1 */
  quality?: { good: number; suspect: number; failed: number }
  /** the value with the suspect observations taken for good; absent where there are none, or where they cannot count */
  withSuspect?: number
  /** weight of this node in its parent's weighted_mean */
  weight?: number
  /** inputs of one cluster (two instruments of one station) count as one for the parent's uncertainty */
  cluster?: string
  /** of `value`, by `method` from the same inputs: model/indicators/uncertainty.ts; the interval is that of 95 % */
  uncertainty?: {
    method: 'between_inputs'
    standardError: number
    degreesOfFreedom: number
    interval: [number, number]
  }
  /** what identifies a leaf: datastream id, Thing key, survey question, table row */
  ref?: string
  excluded?: { what: string; why: string }[]
  inputs?: Evidence[]
}
export const evidenceSchema: z.ZodType<Evidence> = z.lazy(() =>
  z.object({
    label: z.string(),
    value: z.number().nullable(),
    unit: z.string(),
    method: z.string(),
    origin: originSchema,
    version: z.int(),
    n: z.number().optional(),
    dataCapture: z.number().optional(),
    quality: z.object({ good: z.number(), suspect: z.number(), failed: z.number() }).optional(),
    withSuspect: z.number().optional(),
    weight: z.number().optional(),
    cluster: z.string().optional(),
    uncertainty: z
      .object({
        method: z.literal('between_inputs'),
        standardError: z.number(),
        degreesOfFreedom: z.number(),
        interval: z.tuple([z.number(), z.number()]),
      })
      .optional(),
    ref: z.string().optional(),
    excluded: z.array(z.object({ what: z.string(), why: z.string() })).optional(),
    inputs: z.array(evidenceSchema).optional(),
  }),
) as z.ZodType<Evidence>

export const BANDS = ['0-33', '33-66', '66-95', '95+'] as const
export const scoreSchema = z.object({
  /** per cent of the benchmark that is reached, capped at 100 */
  performance: z.number(),
  /** 1 to 4 */
  points: z.int().min(1).max(4),
  band: z.enum(BANDS),
  benchmark: z.number(),
  /** u4ssc where U4SSC published the benchmark and the rule; citywell where we chose one */
  basis: z.enum(['u4ssc', 'citywell']),
})
export type Score = z.infer<typeof scoreSchema>

/** What the city itself wants of a data point, with the score against its own benchmark: shown next to U4SSC's, never in its sums. */
const ownGoalSchema = z.object({
  benchmark: z.number().nullable(),
  score: scoreSchema.nullable(),
  target: z.number().nullable(),
  targetYear: z.int().nullable(),
  source: z.string(),
})

/** Why there is no value: the city has to state it; what was observed does not suffice; the period lies before the registry. */
const MISSING_CODES = ['not_reported', 'not_computable', 'registry_begins_later'] as const
export type MissingCode = (typeof MISSING_CODES)[number]

/** The value of one data point of one indicator over one period, for the city or a zone. */
export const dataPointValueSchema = z.object({
  dataPoint: z.string(),
  name: z.string(),
  /** null: not reported, see `missing` */
  value: z.number().nullable(),
  unit: z.string(),
  interval: z.tuple([z.number(), z.number()]).nullable(),
  standardError: z.number().nullable(),
  score: scoreSchema.nullable(),
  /** null where the city has set none */
  own: ownGoalSchema.nullable(),
  origin: originSchema.nullable(),
  simulated: z.boolean(),
  /** 0 to 1 */
  dataCapture: z.number().nullable(),
  n: z.number().nullable(),
  /** why there is no value, in words a person can act on */
  missing: z.string().nullable(),
  /** the same as a code, for other languages; absent where there is a value */
  missingCode: z.enum(MISSING_CODES).optional(),
  evidence: evidenceSchema.nullable(),
})
export type DataPointValue = z.infer<typeof dataPointValueSchema>

export const indicatorValueSchema = z.object({
  code: z.string(),
  name: z.string(),
  period: z.object({
    label: z.string(),
    from: z.iso.datetime({ offset: true }),
    to: z.iso.datetime({ offset: true }),
    partial: z.boolean(),
  }),
  zone: z.string().nullable(),
  status: z.enum(['reported', 'partially_reported', 'not_reported']),
  values: z.array(dataPointValueSchema).min(1),
  computedAt: z.iso.datetime({ offset: true }),
})
export type IndicatorValue = z.infer<typeof indicatorValueSchema>

/** Points over 4 x scored data points, in per cent, with the coverage that must be read next to it. */
export const groupScoreSchema = z.object({
  name: z.string(),
  level: z.enum(['city', 'dimension', 'sub_dimension', 'category']),
  parent: z.string().nullable(),
  /** per cent; null when nothing is scored */
  score: z.number().nullable(),
  band: z.enum(BANDS).nullable(),
  points: z.int(),
  scored: z.int(),
  reported: z.int(),
  dataPoints: z.int(),
})
export type GroupScore = z.infer<typeof groupScoreSchema>

export const scoreboardSchema = z.object({
  period: indicatorValueSchema.shape.period,
  indicators: z.array(
    indicatorValueSchema
      .omit({ computedAt: true })
      .extend({ category: z.string(), dimension: z.string(), subDimension: z.string() }),
  ),
  groups: z.array(groupScoreSchema),
  computedAt: z.iso.datetime({ offset: true }),
})
export type Scoreboard = z.infer<typeof scoreboardSchema>
