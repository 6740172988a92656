import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { equityResponse } from '#model/api/equity.ts'
import { createEquity, type EquityDeps } from '../equity/equity.ts'
import { keyParam, periodParam } from '../http/params.ts'

export const equityRoutes =
  (deps: EquityDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const equity = createEquity(deps)
    app.get(
      '/equity',
      {
        schema: {
          tags: ['surveys'],
          summary: 'Who lives with which measured burden and service: by zone, income of the zone, or a characteristic',
          querystring: z.object({
            period: periodParam.default('last-30d'),
            by: keyParam.default('zone_income').describe('zone_income, zone, or a characteristic of the newest survey'),
          }),
          response: { 200: equityResponse },
        },
      },
      ({ query }) => equity(query),
    )
  }
