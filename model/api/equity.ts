import { z } from 'zod'
import { moneyUnitSchema } from '../basics/money.ts'

const exposureGroup = z.object({
  key: z.string(),
  label: z.string(),
  /** mean of the measure over the people of the group; null where nothing could be published */
  value: z.number().nullable(),
  /** of the sample that says who lives where; null where zones were counted and not sampled */
  standardError: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
  /** respondents, or null where the population of zones was counted */
  n: z.int().nullable(),
  /** share of all people with a value who are in this group, 0 to 1 */
  share: z.number().nullable(),
  /** this group less everybody */
  gap: z.object({ value: z.number(), lower: z.number().nullable(), upper: z.number().nullable() }).nullable(),
  /** the gap to everybody is significant after Holm's correction for all groups and measures of the answer; null without an interval */
  significant: z.boolean().nullable(),
})

export const exposureSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** burden: more is worse; service: more is better */
  kind: z.enum(['burden', 'service']),
  unit: z.string(),
  /** indicator and data point, or observed property that it is */
  source: z.string(),
  /** mean over all people of the zones that have a value */
  everybody: z.number(),
  zonesWithValue: z.int(),
  /** share of the people of the city who live in those zones */
  covered: z.number(),
  groups: z.array(exposureGroup),
  /**
   * the widest gap between two groups of a survey that holds after Holm's correction for all pairs and measures of the answer, or, where
   * none does, the widest; null where zones were counted and not sampled
   */
  widest: z
    .object({
      group: z.string(),
      /** null: all the others, where there are more than twelve groups */
      against: z.string().nullable(),
      value: z.number(),
      lower: z.number(),
      upper: z.number(),
      p: z.number(),
      adjustedP: z.number(),
      significant: z.boolean(),
      comparisons: z.int(),
    })
    .nullable(),
  /** over a ranking from the poorest on; below 0: the worse placed have more of it */
  concentration: z
    .object({
      value: z.number(),
      lower: z.number().nullable(),
      upper: z.number().nullable(),
      curve: z.array(z.object({ population: z.number(), share: z.number() })),
    })
    .nullable(),
})
export type Exposure = z.infer<typeof exposureSchema>

/** GET /api/v1/equity?period&by */
export const equityResponse = z.object({
  period: z.string(),
  by: z.string(),
  /** what `by` may be: zone, zone_income, and the characteristics of the newest survey */
  characteristics: z.array(z.object({ id: z.string(), label: z.string() })),
  /** the survey that says who lives where; null where zones were counted */
  survey: z.string().nullable(),
  threshold: z.int().nullable(),
  confidence: z.number(),
  simulated: z.boolean(),
  zones: z.int(),
  /** by zone_income: what the incomes of the zones are; null where the city pack does not say, and otherwise */
  incomeUnit: moneyUnitSchema.nullable(),
  exposures: z.array(exposureSchema),
  /** what is not measured in enough zones, and so not shown */
  missing: z.array(z.object({ id: z.string(), name: z.string(), why: z.string() })),
})
export type EquityResponse = z.infer<typeof equityResponse>
