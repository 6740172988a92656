import { z } from 'zod'

const sums = z.object({ n: z.number(), good: z.number(), suspect: z.number(), total: z.number() })

/** POST /api/v1/reconciliation (key needed): compares raw observations with the rollups, now */
export const reconciliationBody = z.strictObject({
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  by: z.string().trim().min(1).max(100).default('operator'),
})

/** GET /api/v1/reconciliation: the newest comparisons of raw with rollup, of every night and on demand */
export const reconciliationResponse = z.object({
  reconciliations: z.array(
    z.object({
      id: z.number(),
      startedAt: z.iso.datetime({ offset: true }),
      /** null: under way, or ended with its process */
      finishedAt: z.iso.datetime({ offset: true }).nullable(),
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
      by: z.string(),
      days: z.number().nullable(),
      /** Datastreams times days */
      compared: z.number().nullable(),
      observations: z.number().nullable(),
      /** days left out because they were not rolled up yet */
      pending: z.number().nullable(),
      differing: z.number().nullable(),
      /** the first of them */
      differences: z
        .array(z.object({ day: z.string(), datastreamId: z.number(), raw: sums, hourly: sums, daily: sums }))
        .nullable(),
      /** number of rollups compared with what their definitions give; null: a run of before this was done */
      rollups: z.number().nullable(),
      /** the first of them: buckets of a rollup on a day, and the columns that differ */
      rollupDifferences: z
        .array(
          z.object({
            rollup: z.string(),
            day: z.string(),
            datastreamId: z.number(),
            buckets: z.number(),
            columns: z.array(z.string()),
          }),
        )
        .nullable(),
      /** why the comparison came to no result; null: it did, or is under way */
      failure: z.string().nullable(),
    }),
  ),
})
export type ReconciliationResponse = z.infer<typeof reconciliationResponse>
