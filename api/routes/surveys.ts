import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { estimatesResponse, surveysResponse } from '#model/api/indicators.ts'
import { coreIndicatorsResponse, dividesResponse } from '#model/api/people.ts'
import { keyParam } from '../http/params.ts'
import type { ApiDeps } from './deps.ts'

const list = (description: string) =>
  z
    .string()
    .max(200)
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .meta({ description })

const question = keyParam.describe('column of the question, or the ITU indicator it answers')
const category = keyParam.optional().describe('share of this answer; absent: the answers that count as yes')
const estimatesQuery = z.object({
  question,
  category,
  by: list('break down by these columns, separated by commas, e.g. zone,sex').default([]),
})
const indicatorsQuery = z.object({
  by: list('characteristics, one table each; absent: all of them; empty: none').optional(),
})
const dividesQuery = z.object({
  question,
  category,
  by: list('compare by one characteristic, or by two crossed, e.g. sex,disability'),
  reference: list('categories of the group to compare with, e.g. male').optional(),
})

export const surveyRoutes =
  ({ surveys }: Pick<ApiDeps, 'surveys'>): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['surveys']
    app.get(
      '/surveys',
      { schema: { tags, summary: 'Surveys and their questions', response: { 200: surveysResponse } } },
      () => surveys.list(),
    )
    app.get(
      '/surveys/:id/estimates',
      {
        schema: {
          tags,
          summary: 'Estimates with interval and n; small cells are suppressed with their complements',
          params: z.object({ id: keyParam }),
          querystring: estimatesQuery,
          response: { 200: estimatesResponse },
        },
      },
      ({ params, query: { question, category, by } }) =>
        surveys.estimates(params.id, { question, by, ...(category !== undefined && { category }) }),
    )
    app.get(
      '/surveys/:id/indicators',
      {
        schema: {
          tags,
          summary: 'ITU core indicators HH1 to HH19 that the survey answers, by its characteristics',
          params: z.object({ id: keyParam }),
          querystring: indicatorsQuery,
          response: { 200: coreIndicatorsResponse },
        },
      },
      ({ params, query: { by } }) => surveys.coreIndicators(params.id, by),
    )
    app.get(
      '/surveys/:id/divides',
      {
        schema: {
          tags,
          summary: 'Gaps, parity ratios, concentration and affordability between groups, each with interval and n',
          params: z.object({ id: keyParam }),
          querystring: dividesQuery,
          response: { 200: dividesResponse },
        },
      },
      ({ params, query }) => surveys.divides(params.id, query),
    )
  }
