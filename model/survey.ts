import { z } from 'zod'
import { FACTOR_IDS } from './wellbeing/framework.ts'

/** What a survey asked and how its sample was drawn: codebook.json beside responses.csv. */
export const questionSchema = z.object({
  /** column of responses.csv */
  column: z.string().min(1),
  text: z.string().min(1),
  /** code in the file -> label; absent for numeric questions */
  categories: z.record(z.string(), z.string()).optional(),
  /** codes that mean "not answered" (not "not applicable") */
  missing: z.array(z.string()).default([]),
  /** ITU core indicator that it answers, e.g. HH6, and which categories count as "yes" */
  indicator: z.string().optional(),
  counts: z.array(z.string()).optional(),
  /** U4SSC indicator that the share of those who count is (model/indicators/surveyed.ts) */
  u4ssc: z.string().optional(),
  /** household or individual */
  base: z.enum(['household', 'individual']).default('household'),
  /** may be used to break estimates down (sex, age group, income group) */
  group: z.boolean().default(false),
  /** of a number: what it counts, e.g. EUR/month */
  unit: z.string().optional(),
  /** column of the amount that this one is a part of: the estimate is the share of all the one in all the other (HH16) */
  of: z.string().min(1).optional(),
  /** what the household pays for Internet access; `unit` says in what and for how long: EUR/month */
  price: z.boolean().optional(),
  /** factor of digital wellbeing (model/wellbeing/framework.ts) that it speaks of; answered 1 (worst) to 5 (best) */
  factor: z
    .string()
    .refine((id) => FACTOR_IDS.includes(id), 'no factor of the digital wellbeing framework')
    .optional(),
})
export type Question = z.infer<typeof questionSchema>

export const codebookSchema = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().min(1),
  /** population the sample stands for */
  universe: z.string().min(1),
  from: z.iso.date(),
  to: z.iso.date(),
  simulated: z.boolean().default(false),
  columns: z.object({
    respondent: z.string(),
    /** absent: everybody counts the same, which only a simple random sample with full response deserves */
    weight: z.string().optional(),
    stratum: z.string().optional(),
    cluster: z.string().optional(),
    zone: z.string().optional(),
  }),
  /**
   * How many clusters (without clusters: households or persons) each stratum has in the population, '' for a sample
   * without strata: where a large part of them was asked, that makes estimates surer (finite population correction).
   */
  population: z.record(z.string(), z.number().positive()).optional(),
  /** totals that are known for the population, e.g. of a census: weights are raked to them when the file comes in */
  margins: z
    .array(
      z.object({
        /** a question with categories, or `zone` */
        column: z.string(),
        totals: z.record(z.string(), z.number().positive()),
      }),
    )
    .optional(),
  questions: z.array(questionSchema).min(1),
  /** fewest respondents a published cell may rest on */
  threshold: z.int().min(3).default(10),
})
export type Codebook = z.infer<typeof codebookSchema>

/** Categories that are numbers stand in an order, as income fifths do. */
export const isRanking = (codes: readonly string[]): boolean =>
  codes.length > 1 && codes.every((code) => code.trim() !== '' && Number.isFinite(Number(code)))

/** Zones that estimates take together, because one of them alone had too few respondents. */
export const surveyAreaSchema = z.object({ key: z.string(), name: z.string(), zones: z.array(z.string()) })
export type SurveyArea = z.infer<typeof surveyAreaSchema>

/** One estimate: share (0 to 1), mean or total, with its uncertainty. A suppressed cell has no numbers at all. */
export const estimateSchema = z.object({
  group: z.record(z.string(), z.string()),
  value: z.number().nullable(),
  standardError: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** respondents behind the estimate; null when suppressed */
  n: z.int().nullable(),
  designEffect: z.number().nullable(),
  reliable: z.boolean().nullable(),
  /** below_threshold: too few respondents; complementary: kept back so that another cell cannot be computed */
  suppressed: z.enum(['below_threshold', 'complementary']).nullable(),
})
export type Estimate = z.infer<typeof estimateSchema>
