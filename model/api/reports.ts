import { z } from 'zod'
import { attributionSchema } from '../city/base-map.ts'
import {
  dataPointValueSchema,
  groupScoreSchema,
  indicatorValueSchema,
  scoreSchema,
} from '../indicators/catalogue/schema.ts'
import { progressSchema } from '../indicators/goals.ts'
import { originSchema } from '../observation/origin.ts'
import { DATA_QUALITIES, seriesResponse } from './indicators.ts'

/** A check of model/indicators/verify/verify.ts that asks something. */
export const findingSchema = z.object({
  rule: z.string(),
  severity: z.enum(['error', 'query']),
  /** null: the whole report */
  code: z.string().nullable(),
  dataPoint: z.string(),
  field: z.string(),
  text: z.string(),
})

/** GET /api/v1/indicators/verification?period */
export const verificationResponse = z.object({
  period: z.string(),
  /** data points with a value, and how many of them a verifier has confirmed */
  reported: z.int(),
  verified: z.int(),
  dataPoints: z.int(),
  findings: z.array(findingSchema),
})

/** POST /api/v1/indicators/sheet?period (key needed): what came in */
export const sheetImported = z.object({
  /** rows recorded as a new version */
  recorded: z.int(),
  /** rows equal to what is known */
  unchanged: z.int(),
  /** rows that state nothing */
  empty: z.int(),
  /** what a verifier will ask, and empty rows where a value is known and stays */
  queries: z.array(findingSchema),
})
/** One cell of an upload that cannot be taken. Row 1 is the heading. */
export const sheetProblem = z.object({
  row: z.int(),
  code: z.string(),
  dataPoint: z.string(),
  field: z.string(),
  value: z.string(),
  reason: z.string(),
})
export type SheetProblem = z.infer<typeof sheetProblem>
/** 422 of the upload, with the fields of RFC 9457: nothing was recorded */
export const sheetRefused = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  problems: z.array(sheetProblem),
})

/** GET /api/v1/indicators/:code/values/:period/history, newest first */
export const historyResponse = z.object({
  code: z.string(),
  period: z.string(),
  versions: z.array(
    z.object({
      id: z.int(),
      at: z.iso.datetime({ offset: true }),
      by: z.string(),
      dataPoint: z.string(),
      zone: z.string(),
      numerator: z.number().nullable(),
      denominator: z.number().nullable(),
      value: z.number().nullable(),
      unit: z.string(),
      source: z.string(),
      dataQuality: z.string(),
      verified: z.boolean(),
      note: z.string(),
      /** fields that differ from the version before; empty for the first */
      changed: z.array(z.string()),
    }),
  ),
})
export type HistoryResponse = z.infer<typeof historyResponse>

/** What U4SSC distinguishes in a report. */
export const REPORT_STATUSES = [
  'reported_verified',
  'reported_not_verified',
  'partially_reported',
  'not_reported',
] as const
export type ReportStatus = (typeof REPORT_STATUSES)[number]

const reportValue = dataPointValueSchema.omit({ evidence: true }).extend({
  benchmark: z.number().nullable(),
  benchmarkBasis: z.string(),
  /** stated by the city; what Citywell computed names its origin instead */
  source: z.string().nullable(),
  dataQuality: z.enum(DATA_QUALITIES).nullable(),
  verified: z.boolean(),
  note: z.string(),
  /** the year a reported value stands for, where it is not the period's own */
  year: z.string().nullable(),
  origin: originSchema.nullable(),
})
/** What the city wants of one data point, and how far it is. */
const reportGoal = z.object({
  code: z.string(),
  dataPoint: z.string(),
  name: z.string(),
  unit: z.string(),
  /** of the period of the report */
  value: z.number().nullable(),
  /** the city's own, and the score against it */
  benchmark: z.number().nullable(),
  score: scoreSchema.nullable(),
  target: z.number().nullable(),
  targetYear: z.int().nullable(),
  /** with the baseline; null without a target */
  progress: progressSchema.nullable(),
  /** the newest whole period, which progress is counted to */
  latest: z.object({ period: z.string(), value: z.number().nullable() }).nullable(),
  trend: seriesResponse.shape.trend,
  source: z.string(),
})
export type ReportGoal = z.infer<typeof reportGoal>

/** GET /api/v1/indicators/report?period: everything a printed report says */
export const reportResponse = z.object({
  city: z.object({
    name: z.string(),
    country: z.string(),
    population: z.number().nullable(),
    simulated: z.boolean(),
    /** whose data the maps of the city show */
    mapAttribution: attributionSchema,
  }),
  period: indicatorValueSchema.shape.period,
  computedAt: z.iso.datetime({ offset: true }),
  indicators: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      dimension: z.string(),
      subDimension: z.string(),
      category: z.string(),
      tier: z.enum(['core', 'advanced']),
      status: z.enum(REPORT_STATUSES),
      values: z.array(reportValue).min(1),
    }),
  ),
  groups: z.array(groupScoreSchema),
  goals: z.array(reportGoal),
  statuses: z.record(z.enum(REPORT_STATUSES), z.int()),
  verification: verificationResponse,
})
export type ReportResponse = z.infer<typeof reportResponse>
export type ReportIndicator = ReportResponse['indicators'][number]
