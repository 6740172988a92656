import { z } from 'zod'
import { dataPointValueSchema } from '../indicators/catalogue/schema.ts'

/** A score from 0 (worst) to 100, as people answered; `missing` says why there is none. */
const scoreSchema = z.object({
  value: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  standardError: z.number().nullable(),
  degreesOfFreedom: z.number().nullable(),
  n: z.int().nullable(),
  missing: z.enum(['not_asked', 'suppressed', 'no_weight', 'nobody_answered']).nullable(),
})
export type WellbeingScore = z.infer<typeof scoreSchema>

/** What is measured or reported about the same thing: beside, never in the score. */
const besideSchema = dataPointValueSchema
  .pick({
    dataPoint: true,
    name: true,
    value: true,
    unit: true,
    origin: true,
    simulated: true,
    missing: true,
    score: true,
  })
  .extend({ code: z.string(), indicator: z.string() })

/** of the variance: `first` by this input alone, `total` with its interactions */
const effectSchema = z.object({
  /** `method` (the way answers are counted), or the dimension or factor whose weight it is */
  input: z.string(),
  first: z.number(),
  total: z.number(),
})
const ranksSchema = z.object({
  zones: z.array(
    z.object({
      /** zone, or area that zones were joined into; 1 is the highest score */
      zone: z.string(),
      rank: z.number(),
      p5: z.number(),
      p50: z.number(),
      p95: z.number(),
      meanShift: z.number(),
    }),
  ),
  /** mean over zones and draws of how many places a zone moves */
  meanShift: z.number(),
  effects: z.array(effectSchema),
})

/** GET /api/v1/wellbeing?period&zone&weights&seed */
export const wellbeingResponse = z.object({
  /** whose method: the framework is U4SSC's, formula and weights are Citywell's */
  basis: z.literal('citywell'),
  period: z.string(),
  zone: z.string().nullable(),
  survey: z.string().nullable(),
  universe: z.string().nullable(),
  confidence: z.number(),
  threshold: z.int().nullable(),
  simulated: z.boolean(),
  index: scoreSchema,
  dimensions: z.array(
    z.object({
      id: z.string(),
      weight: z.number(),
      score: scoreSchema,
      factors: z.array(
        z.object({
          id: z.string(),
          weight: z.number(),
          score: scoreSchema,
          items: z.array(z.object({ question: z.string(), text: z.string() })),
          beside: z.array(besideSchema),
          /** what people say lies clearly on the other side of the middle than what is measured */
          disagreement: z.enum(['perceived_better', 'measured_better']).nullable(),
        }),
      ),
    }),
  ),
  /** null where there is no index, or not all of its factors may be published */
  sensitivity: z
    .object({
      draws: z.int(),
      seed: z.int(),
      p5: z.number(),
      p50: z.number(),
      p95: z.number(),
      minimum: z.number(),
      maximum: z.number(),
      byNormalisation: z.object({ linear: z.number(), top_two: z.number(), geometric: z.number() }),
      /** Sobol indices of the index */
      effects: z.array(effectSchema),
      /** of the city: zones whose factors may all be published, by score; null for a zone, or with fewer than two */
      ranks: ranksSchema.nullable(),
    })
    .nullable(),
  /** wellbeing of the environment, next to the index */
  environment: z.array(z.object({ id: z.string(), indicators: z.array(besideSchema) })),
})
export type WellbeingResponse = z.infer<typeof wellbeingResponse>

const changeRow = z.object({
  from: scoreSchema,
  to: scoreSchema,
  /** follow-up less baseline; null where either has no score */
  change: z
    .object({
      value: z.number(),
      standardError: z.number(),
      degreesOfFreedom: z.number(),
      lower: z.number(),
      upper: z.number(),
      p: z.number(),
    })
    .nullable(),
  /** the 95 % interval leaves out 0 */
  significant: z.boolean().nullable(),
})
const cycleSchema = z.object({
  id: z.string(),
  title: z.string(),
  from: z.string(),
  to: z.string(),
  simulated: z.boolean(),
})

/** GET /api/v1/wellbeing/change?baseline&followup&zone&weights: on the questions that both surveys asked */
export const wellbeingChange = z.object({
  baseline: cycleSchema,
  followup: cycleSchema,
  zone: z.string().nullable(),
  confidence: z.number(),
  index: changeRow,
  dimensions: z.array(
    z.object({
      id: z.string(),
      ...changeRow.shape,
      factors: z.array(
        z.object({
          id: z.string(),
          /** questions in common */
          items: z.int(),
          ...changeRow.shape,
          /** still significant when all factors are judged together (Holm) */
          holds: z.boolean().nullable(),
        }),
      ),
    }),
  ),
})
export type WellbeingChange = z.infer<typeof wellbeingChange>
