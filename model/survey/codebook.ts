import { z } from 'zod'
import { VERDICTS } from '../statistics/estimation/against-whole.ts'
import { RELIABILITY, RELIABILITY_REASONS } from '../statistics/estimation/proportion.ts'
import { REPLICATE_TYPES } from '../statistics/estimation/replication.ts'
import { FACTOR_IDS } from '../wellbeing/framework.ts'

/** What a survey asked and how its sample was drawn: codebook.json, next to responses.csv. */
export const questionSchema = z.object({
  /** column of responses.csv */
  column: z.string().min(1),
  text: z.string().min(1),
  /** code in the file -> label; absent for numeric questions */
  categories: z.record(z.string(), z.string()).optional(),
  /**
   * `ordinal`: the categories stand in an order from the worse to the better placed (income, education), so that there is
   * a concentration index. Codes that are numbers say nothing of it: 1 and 2 may be women and men.
   */
  scale: z.enum(['nominal', 'ordinal']).default('nominal'),
  /** codes of an ordinal question from the lowest to the highest; absent: the codes are numbers in that order */
  order: z.array(z.string()).optional(),
  /** codes that mean "not answered" (not "not applicable") */
  missing: z.array(z.string()).default([]),
  /** those of `missing` that mean that the question did not apply: who gave them was not asked */
  inapplicable: z.array(z.string()).optional(),
  /** what an empty cell means: not answered, or that the question was not put to this respondent (a filter) */
  blank: z.enum(['not_answered', 'not_asked']).default('not_answered'),
  /** least and largest value that a number can have, for Erreygers' index */
  bounds: z.tuple([z.number(), z.number()]).optional(),
  /** ITU core indicator that it answers, e.g. HH6, and which categories count as "yes" */
  indicator: z.string().optional(),
  counts: z.array(z.string()).optional(),
  /** U4SSC indicator that the share of those who count is (model/indicators/surveyed-shares.ts) */
  u4ssc: z.string().optional(),
  /** household or individual */
  base: z.enum(['household', 'individual']).default('household'),
  /** may be used to break estimates down (sex, age group, income group) */
  group: z.boolean().default(false),
  /** codes of groups that what happens in the city hits harder: incidents show their share */
  vulnerable: z.array(z.string()).optional(),
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
    /** units (households, persons) of the cluster in the population: variance of the second stage */
    clusterSize: z.string().optional(),
    zone: z.string().optional(),
  }),
  /**
   * How many clusters (without clusters: households or persons) each stratum has in the population, '' for a sample
   * without strata: where a large part of them was asked, that makes estimates surer (finite population correction).
   */
  population: z.record(z.string(), z.number().positive()).optional(),
  /** everybody in a drawn cluster was in the sample, so that there is no second stage */
  wholeClusters: z.boolean().optional(),
  /** replicate weights in the file: the variance is made of them, and strata and clusters are not needed */
  replicates: z
    .object({
      /** columns by name, or all whose name is this prefix and a number */
      columns: z.array(z.string().min(1)).min(2).optional(),
      prefix: z.string().min(1).optional(),
      type: z.enum(REPLICATE_TYPES),
      rho: z.number().min(0).lt(1).optional(),
      scale: z.number().positive().optional(),
      rscales: z.array(z.number().min(0)).optional(),
      /** around the estimate of the full sample instead of the mean of the replicates */
      mse: z.boolean().optional(),
      /** whether the columns hold weights; false: factors by which the weight is multiplied */
      combined: z.boolean().default(true),
      /** absent: rank of the replicate weights of the group less 1 */
      degreesOfFreedom: z.number().positive().optional(),
    })
    .optional(),
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

/** Codes of an ordinal question from the lowest to the highest, without those for "not answered"; null: it has no order. */
export function rankingOf(question: Pick<Question, 'scale' | 'order' | 'categories' | 'missing'>): string[] | null {
  if (question.scale !== 'ordinal') return null
  const codes = Object.keys(question.categories ?? {}).filter((code) => !question.missing.includes(code))
  return question.order ? [...question.order] : codes.toSorted((a, b) => Number(a) - Number(b))
}

/** Zones that estimates take together, because one of them alone had too few respondents. */
export const surveyAreaSchema = z.object({ key: z.string(), name: z.string(), zones: z.array(z.string()) })
export type SurveyArea = z.infer<typeof surveyAreaSchema>

/** One estimate: share (0 to 1), mean or total, with its uncertainty. A suppressed cell has no numbers at all. */
/** A zone compared with the entire city, in the same groups of people. */
const againstCitySchema = z.object({
  /** zone less city, with its standard error and 95 % interval; the zone is part of the city, which is accounted for */
  difference: z.number(),
  standardError: z.number(),
  lower: z.number(),
  upper: z.number(),
  /** two-sided, of no difference; corrected after Holm for all zones that are compared */
  p: z.number(),
  adjustedP: z.number(),
  verdict: z.enum(VERDICTS),
})

export const estimateSchema = z.object({
  group: z.record(z.string(), z.string()),
  value: z.number().nullable(),
  standardError: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** respondents behind the estimate; null when suppressed */
  n: z.int().nullable(),
  designEffect: z.number().nullable(),
  /** whether it may be presented: false where the verdict is `unreliable` */
  reliable: z.boolean().nullable(),
  /** shares by the NCHS data presentation standards for proportions, means by their coefficient of variation (30 %) */
  reliability: z.enum(RELIABILITY).nullable(),
  reliabilityReasons: z.array(z.enum(RELIABILITY_REASONS)),
  /** share of those asked who did not answer, 0 to 1, of respondents and weighted; null when suppressed */
  nonresponse: z.number().nullable(),
  nonresponseWeighted: z.number().nullable(),
  /** null where the table is not by zone, and where the zone or the city is suppressed */
  againstCity: againstCitySchema.nullable(),
  /**
   * below_threshold: too few respondents, or none; dominance: one of them makes up too much of the amount; complementary: kept back
   * so that another cell cannot be computed
   */
  suppressed: z.enum(['below_threshold', 'complementary', 'dominance']).nullable(),
})
export type Estimate = z.infer<typeof estimateSchema>
