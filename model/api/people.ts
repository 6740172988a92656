import { z } from 'zod'
import { estimateSchema } from '../survey/codebook.ts'

/** GET /api/v1/surveys/:id/indicators?by: the ITU core indicators that the survey answers */
export const coreIndicatorsResponse = z.object({
  survey: z.string(),
  universe: z.string(),
  confidence: z.number(),
  threshold: z.int(),
  simulated: z.boolean(),
  by: z.array(z.string()),
  indicators: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      base: z.string(),
      multiple: z.boolean(),
      sdg: z.string().nullable(),
      /** empty: the survey does not ask it */
      items: z.array(
        z.object({
          question: z.string(),
          text: z.string(),
          category: z.string().nullable(),
          label: z.string().nullable(),
          statistic: z.enum(['proportion', 'mean']),
          /** the whole survey (group {}), then one characteristic after another */
          estimates: z.array(estimateSchema),
        }),
      ),
    }),
  ),
})
export type CoreIndicatorsResponse = z.infer<typeof coreIndicatorsResponse>

const inferenceSchema = z.object({
  value: z.number(),
  standardError: z.number(),
  lower: z.number(),
  upper: z.number(),
  degreesOfFreedom: z.number(),
  n: z.int(),
})

const namedGroup = z.object({ label: z.string(), group: z.record(z.string(), z.string()) })

/** GET /api/v1/surveys/:id/divides?question&category&by&reference */
export const dividesResponse = z.object({
  survey: z.string(),
  question: z.string(),
  text: z.string(),
  category: z.string().nullable(),
  by: z.array(z.string()),
  statistic: z.enum(['proportion', 'mean']),
  unit: z.string(),
  confidence: z.number(),
  threshold: z.int(),
  simulated: z.boolean(),
  /** group that the others are set against; null where nothing could be published */
  reference: z.record(z.string(), z.string()).nullable(),
  groups: z.array(
    z.object({
      label: z.string(),
      estimate: estimateSchema,
      /** this group less the reference */
      gap: inferenceSchema.nullable(),
      /** this group over the reference */
      ratio: inferenceSchema.nullable(),
      /** ratio within 0.98 to 1.02 */
      parity: z.boolean().nullable(),
      /** the gap to the reference is significant after Holm's correction for all groups */
      significant: z.boolean().nullable(),
    }),
  ),
  /**
   * the widest gap between two groups that holds after Holm's correction for all pairs, or, where none does, the widest;
   * with more than twelve groups each is compared with all the others (`against` null)
   */
  widest: z
    .object({
      group: namedGroup,
      against: namedGroup.nullable(),
      gap: inferenceSchema,
      p: z.number(),
      adjustedP: z.number(),
      significant: z.boolean(),
      comparisons: z.int(),
    })
    .nullable(),
  /** over a characteristic that the codebook says is ordinal (income fifths); null for others, or where a group is hidden */
  concentration: inferenceSchema
    .extend({
      /** before the correction for grouping */
      grouped: z.number(),
      /** factor of the correction, K^2 / (K^2 - 1) for K groups of one size */
      correction: z.number(),
      normalised: z.number().nullable(),
      /** Erreygers' index, of shares and numbers with bounds */
      erreygers: inferenceSchema.nullable(),
      curve: z.array(z.object({ population: z.number(), share: z.number() })),
    })
    .nullable(),
  affordability: z
    .object({
      /** monthly income that the price is set against, of which year, and where it comes from */
      monthlyIncome: z.number(),
      incomeBasis: z.string(),
      incomeYear: z.int(),
      /** of income and prices alike: ISO 4217 */
      currency: z.string(),
      /** share of income that is affordable (UN Broadband Commission) */
      limit: z.number(),
      groups: z.array(
        z.object({
          label: z.string(),
          group: z.record(z.string(), z.string()),
          /** median monthly price over monthly income; null where suppressed */
          share: z.number().nullable(),
          lower: z.number().nullable(),
          upper: z.number().nullable(),
          medianPrice: z.number().nullable(),
          n: z.int().nullable(),
          affordable: z.boolean().nullable(),
        }),
      ),
    })
    .nullable(),
  /** why a price is not set against incomes, and what it takes */
  affordabilityMissing: z.string().nullable(),
  /** the same as a code with its parameters, for translations */
  affordabilityMissingReason: z
    .object({
      code: z.enum(['income_unknown', 'income_unit_unknown', 'not_a_price', 'other_currency']),
      values: z.record(z.string(), z.string()),
    })
    .nullable(),
})
export type DividesResponse = z.infer<typeof dividesResponse>
