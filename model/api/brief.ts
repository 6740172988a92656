import { z } from 'zod'
import { BANDS, indicatorValueSchema } from '../indicators/catalogue/schema.ts'
import { originSchema } from '../observation/origin.ts'
import { reportResponse } from './reports.ts'

const interval = z.tuple([z.number(), z.number()])

/** What a change comes to, read by the direction that is better. */
export const CHANGE_VERDICTS = [
  'better',
  'worse',
  /** significant, of an indicator for which neither way is better */
  'changed',
  'not_distinguishable',
  /** a value without standard error: nothing is stated about chance */
  'uncertainty_unknown',
] as const

const changeSchema = z.object({
  code: z.string(),
  dataPoint: z.string(),
  name: z.string(),
  unit: z.string(),
  before: z.number(),
  now: z.number(),
  /** now less before */
  change: z.number(),
  standardError: z.number().nullable(),
  /** 95 %, of this change by itself */
  interval: interval.nullable(),
  p: z.number().nullable(),
  /** corrected after Holm for all changes of the answer that were tested */
  adjustedP: z.number().nullable(),
  /** tested by the changes of the same stations or segments, not as two samples */
  paired: z.boolean(),
  /** size of the change over the size of the earlier value; null where that is 0 */
  relative: z.number().nullable(),
  verdict: z.enum(CHANGE_VERDICTS),
  origin: originSchema.nullable(),
  simulated: z.boolean(),
})
export type BriefChange = z.infer<typeof changeSchema>

/** Why two values of a data point are not compared. */
export const INCOMPARABLE = ['missing_now', 'missing_before', 'partial', 'same_source'] as const

const scoreSchema = z.object({
  /** per cent; null below the coverage from which a score is shown */
  score: z.number().nullable(),
  band: z.enum(BANDS).nullable(),
  scored: z.int(),
  reported: z.int(),
  dataPoints: z.int(),
  /** data points that have a benchmark, so that they could be scored */
  scorable: z.int(),
  /** scored data points from which a score is shown */
  needed: z.int(),
})

const leverSchema = z.object({ code: z.string(), dataPoint: z.string(), name: z.string(), unit: z.string() })

const burdensSchema = z.object({
  period: z.string(),
  /** ids of the measures that count, by topic */
  topics: z.array(z.object({ topic: z.string(), measures: z.array(z.string()) })),
  draws: z.int(),
  /** from the most burdened to the least */
  districts: z.array(
    z.object({
      zone: z.string(),
      name: z.string(),
      measures: z.int(),
      /** 0 (least burdened in everything) to 1 (most) */
      score: z.number(),
      rank: z.number(),
      /** 95 % of the ranks when topics and measures are weighted at random */
      rankInterval: interval,
    }),
  ),
  /** districts that may be the most burdened: their interval includes rank 1 */
  worst: z.array(z.string()),
})
export type BriefBurdens = z.infer<typeof burdensSchema>

const peerSchema = z.object({
  code: z.string(),
  dataPoint: z.string(),
  name: z.string(),
  unit: z.string(),
  period: z.string(),
  value: z.number(),
  peers: z.array(z.object({ city: z.string(), value: z.number(), source: z.string() })),
  median: z.number(),
  /** peers whose value is worse than the city's; null where neither way is better */
  better: z.int().nullable(),
})

/** One finding as a code with its parameters; the page and the printed sheet make the sentence. */
const headlineSchema = z.discriminatedUnion('code', [
  z.object({ code: z.literal('score'), score: z.number(), scored: z.int(), dataPoints: z.int() }),
  z.object({ code: z.literal('score_withheld'), scored: z.int(), dataPoints: z.int(), needed: z.int() }),
  z.object({ code: z.literal('score_change'), before: z.number(), now: z.number(), dataPoints: z.int() }),
  z.object({ code: z.literal('improved'), change: changeSchema }),
  z.object({ code: z.literal('declined'), change: changeSchema }),
  z.object({ code: z.literal('no_change'), tested: z.int() }),
  z.object({ code: z.literal('no_comparison') }),
  z.object({ code: z.literal('worst_off'), name: z.string(), rank: interval, districts: z.int(), measures: z.int() }),
  z.object({ code: z.literal('worst_off_several'), names: z.array(z.string()), measures: z.int() }),
  z.object({ code: z.literal('worst_off_open'), candidates: z.int(), districts: z.int() }),
  z.object({ code: z.literal('targets'), reached: z.int(), onCourse: z.int(), behind: z.int(), targets: z.int() }),
])
export type Headline = z.infer<typeof headlineSchema>

/** GET /api/v1/brief?period: what a mayor asks within a minute; every figure is backed by another address. */
export const briefResponse = z.object({
  city: reportResponse.shape.city,
  period: indicatorValueSchema.shape.period,
  /** the same period a year earlier */
  before: z.string(),
  computedAt: z.iso.datetime({ offset: true }),
  score: scoreSchema,
  /** scores of both periods over the data points that are scored in both; null below the stated coverage */
  scoreChange: z.object({ dataPoints: z.int(), before: z.number().nullable(), now: z.number().nullable() }),
  changes: z.object({
    improvements: z.array(changeSchema).max(5),
    declines: z.array(changeSchema).max(5),
    /** the largest changes without a known uncertainty */
    undetermined: z.array(changeSchema).max(5),
    /** changes that were tested together */
    tested: z.int(),
    notDistinguishable: z.int(),
    uncertaintyUnknown: z.int(),
    incomparable: z.record(z.enum(INCOMPARABLE), z.int()),
  }),
  goals: reportResponse.shape.goals,
  peers: z.array(peerSchema),
  /** null where fewer than three measures are known in enough districts */
  burdens: burdensSchema.nullable(),
  levers: z.object({
    /** scored data points below four points, the largest gain first */
    improve: z
      .array(
        leverSchema.extend({
          value: z.number(),
          benchmark: z.number(),
          points: z.int(),
          /** what the score of the scored data points would gain at the benchmark, percentage points */
          gain: z.number(),
        }),
      )
      .max(5),
    /** data points with a benchmark and no value */
    report: z.array(leverSchema.extend({ benchmark: z.number() })),
    /** the score of the scored data points, were one more of them reported: at its lowest and at its highest */
    ifReported: interval.nullable(),
    /** reported data points without a benchmark, which nothing but a benchmark could score */
    withoutBenchmark: z.int(),
  }),
  headlines: z.array(headlineSchema),
})
export type BriefResponse = z.infer<typeof briefResponse>
