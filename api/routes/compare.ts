import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { COMPARISONS, compareResponse } from '#model/api/compare.ts'
import { type CompareDeps, compareTwo } from '../compare/compare.ts'
import { keyParam, periodParam } from '../http/params.ts'

export const compareRoutes =
  (deps: CompareDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/compare',
      {
        schema: {
          tags: ['indicators'],
          summary: 'Two periods, two districts or two groups of a survey: differences with interval, p and effect',
          querystring: z.object({
            kind: z.enum(COMPARISONS),
            a: keyParam.describe('a period, the key of a zone, or a category of `by`'),
            b: keyParam.describe('what it is compared with: the difference is b less a'),
            period: periodParam.default('last-30d').describe('of two districts'),
            survey: keyParam.optional().describe('of groups and districts; absent: the newest'),
            by: keyParam.optional().describe('characteristic of the two groups, e.g. sex'),
          }),
          response: { 200: compareResponse },
        },
      },
      ({ query }) => compareTwo(deps, query),
    )
  }
