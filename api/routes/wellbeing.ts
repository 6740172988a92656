import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { wellbeingChange as changeResponse, wellbeingResponse } from '#model/api/wellbeing.ts'
import { keyParam, periodParam } from '../http/params.ts'
import { requireZone } from '../queries/zones.ts'
import { wellbeingChange } from '../wellbeing/change.ts'
import { readWeights, WEIGHTS_PATTERN } from '../wellbeing/weights.ts'
import { type WellbeingDeps, wellbeing } from '../wellbeing/wellbeing.ts'

const weights = z.string().max(600).default('').meta({
  pattern: WEIGHTS_PATTERN,
  description: 'weights of dimensions and factors, 0 to 10, e.g. cost:2,environment:0.5; 1 where not named',
})
const changeQuery = z.object({
  baseline: keyParam.describe('id of the earlier survey'),
  followup: keyParam.describe('id of the later survey'),
  zone: keyParam.optional(),
  weights,
})
const query = z.object({
  period: periodParam.default('last-30d'),
  zone: keyParam.optional(),
  weights,
  seed: z
    .string()
    .regex(/^\d{1,9}$/)
    .default('1')
    .describe('of the Monte Carlo draws'),
})

export const wellbeingRoutes =
  (deps: WellbeingDeps): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/wellbeing',
      {
        schema: {
          tags: ['wellbeing'],
          summary: 'Digital wellbeing: index, dimensions and factors as perceived, with what is measured next to them',
          querystring: query,
          response: { 200: wellbeingResponse },
        },
      },
      async ({ query: { period, zone, weights, seed } }) => {
        if (zone !== undefined) await requireZone(deps.pool, zone)
        return wellbeing(deps, { period, zone, weights: readWeights(weights), seed: Number(seed) })
      },
    )
    app.get(
      '/wellbeing/change',
      {
        schema: {
          tags: ['wellbeing'],
          summary: 'From a baseline survey to a follow-up: change with interval and significance, on shared questions',
          querystring: changeQuery,
          response: { 200: changeResponse },
        },
      },
      async ({ query: { zone, weights, ...surveys } }) => {
        if (zone !== undefined) await requireZone(deps.pool, zone)
        return wellbeingChange(deps, { ...surveys, zone, weights: readWeights(weights) })
      },
    )
  }
