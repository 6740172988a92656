import { z } from 'zod'
import { indicatorSchema } from '../indicators/catalogue/schema.ts'
import { goalSchema, progressSchema } from '../indicators/goals.ts'
import { codebookSchema, estimateSchema, surveyAreaSchema } from '../survey/codebook.ts'

/** GET /api/v1/indicators: all 91; `implemented` = the engine can compute it in this city now */
export const indicatorsResponse = z.object({
  indicators: z.array(indicatorSchema.extend({ implemented: z.boolean() })),
})
export type IndicatorsResponse = z.infer<typeof indicatorsResponse>

/** PUT /api/v1/indicators/:code/values/:period (key needed) */
export const DATA_QUALITIES = [
  'accurate_measurement',
  'extrapolated_from_survey',
  'extrapolated_from_higher_level',
  'estimated_from_assumptions',
  'personal_estimate',
  'unknown',
] as const
export const reportedValueBody = z.strictObject({
  dataPoint: z.string().default(''),
  zone: z.string().optional(),
  numerator: z.number().optional(),
  denominator: z.number().optional(),
  /** computed from numerator and denominator where both are there */
  value: z.number().optional(),
  unit: z.string(),
  source: z.string().min(1),
  dataQuality: z.enum(DATA_QUALITIES),
  verified: z.boolean().default(false),
  note: z.string().default(''),
})
export type ReportedValueBody = z.infer<typeof reportedValueBody>

const zoneExtreme = z.object({ zone: z.string(), value: z.number() })
const interval95 = z.tuple([z.number(), z.number()]).nullable()

/** GET /api/v1/indicators/:code/series?periods=2024,2025 or every=month&from=2026-01&to=2026-06: values over time */
export const seriesResponse = z.object({
  code: z.string(),
  dataPoint: z.string(),
  unit: z.string(),
  zone: z.string().nullable(),
  values: z.array(
    z.object({
      period: z.string(),
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
      partial: z.boolean(),
      value: z.number().nullable(),
      interval: interval95,
      standardError: z.number().nullable(),
      dataCapture: z.number().nullable(),
      simulated: z.boolean(),
      missing: z.string().nullable(),
    }),
  ),
  /** the first value of a whole period */
  baseline: z.object({ period: z.string(), value: z.number() }).nullable(),
  /** over whole periods; null where fewer than four have a value */
  trend: z
    .object({
      method: z.literal('ordinary_least_squares'),
      n: z.int(),
      /** unit a year, with its 95 % interval */
      slope: z.number(),
      slopeInterval: interval95,
      direction: z.enum(['rising', 'falling', 'not_told_apart']),
      projection: z.object({ year: z.int(), value: z.number(), interval: interval95 }).nullable(),
    })
    .nullable(),
  /** the way to the city's own target; null where it has set none */
  progress: progressSchema.nullable(),
  /** last value of a whole period against the baseline; toldApart null where an uncertainty is not known */
  comparison: z
    .object({
      from: z.string(),
      to: z.string(),
      change: z.number(),
      standardError: z.number().nullable(),
      interval: interval95,
      toldApart: z.boolean().nullable(),
      /** tested by the changes of the same stations or segments, not as two samples */
      paired: z.boolean(),
    })
    .nullable(),
})
export type SeriesResponse = z.infer<typeof seriesResponse>

/** GET /api/v1/indicators/:code/zones?period: the indicator in each zone, for maps; zones without inputs have value null */
export const zoneValuesResponse = z.object({
  code: z.string(),
  dataPoint: z.string(),
  unit: z.string(),
  period: z.string(),
  /** how far the zones lie apart; null where no zone has a value */
  spread: z
    .object({
      zones: z.int(),
      lowest: zoneExtreme,
      highest: zoneExtreme,
      ratio: z.number().nullable(),
      mean: z.number().nullable(),
      gini: z.number().nullable(),
    })
    .nullable()
    .optional(),
  zones: z.array(
    z.object({
      zone: z.string(),
      value: z.number().nullable(),
      n: z.number().nullable(),
      dataCapture: z.number().nullable(),
      missing: z.string().nullable(),
    }),
  ),
})
export type ZoneValuesResponse = z.infer<typeof zoneValuesResponse>

/** GET /api/v1/indicators/goals: the city's own benchmarks and targets; PUT /api/v1/indicators/:code/goals sets them */
export const goalsResponse = z.object({ goals: z.array(goalSchema) })

/** GET /api/v1/surveys */
export const surveysResponse = z.object({
  surveys: z.array(
    codebookSchema.extend({
      respondents: z.int(),
      /** pack: it comes with the city pack; person: somebody imported it */
      origin: z.enum(['pack', 'person']),
      importedAt: z.iso.datetime(),
      /** zones that estimates take together; "zone" in an estimate is then the key of the area */
      areas: z.array(surveyAreaSchema),
    }),
  ),
})
export type SurveysResponse = z.infer<typeof surveysResponse>

/** GET /api/v1/surveys/:id/estimates?question&category&by=zone,sex */
export const estimatesResponse = z.object({
  survey: z.string(),
  question: z.string(),
  statistic: z.enum(['proportion', 'mean']),
  unit: z.string(),
  category: z.string().nullable(),
  confidence: z.number(),
  threshold: z.int(),
  simulated: z.boolean(),
  estimates: z.array(estimateSchema),
})
export type EstimatesResponse = z.infer<typeof estimatesResponse>
