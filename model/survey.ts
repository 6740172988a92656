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
  /** household or individual */
  base: z.enum(['household', 'individual']).default('household'),
  /** may be used to break estimates down (sex, age group, income group) */
  group: z.boolean().default(false),
  /** of a number: what it counts, e.g. EUR/month */
  unit: z.string().optional(),
  /** what the household pays for Internet access in a month, in the currency of zone incomes */
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
    weight: z.string(),
    stratum: z.string().optional(),
    cluster: z.string().optional(),
    zone: z.string().optional(),
  }),
  questions: z.array(questionSchema).min(1),
  /** fewest respondents a published cell may rest on */
  threshold: z.int().min(3).default(10),
})
export type Codebook = z.infer<typeof codebookSchema>

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
