import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { airLimitsResponse, airStandardsResponse } from '#model/api/air-limits.ts'
import { exceedancesResponse } from '#model/api/exceedances.ts'
import {
  goalsResponse,
  indicatorsResponse,
  reportedValueBody,
  seriesResponse,
  zoneValuesResponse,
} from '#model/api/indicators.ts'
import { indicatorValueSchema, scoreboardSchema } from '#model/indicators/catalogue/schema.ts'
import { goalBody } from '#model/indicators/goals.ts'
import { keyParam, periodParam } from '../http/params.ts'
import { requireZoneEver } from '../queries/zones.ts'
import type { ApiDeps } from './deps.ts'

const periodQuery = z.object({ period: periodParam.default('last-30d') })
const codeParams = z.object({ code: keyParam })

const seriesQuery = z.object({
  periods: z.string().max(600).optional().describe('periods separated by commas; or every, from and to'),
  every: z.enum(['year', 'quarter', 'month']).optional(),
  from: z.string().max(7).optional().describe('a year or month: 2024 or 2026-01'),
  to: z.string().max(7).optional().describe('a year or month, which is in it'),
  zone: keyParam.optional(),
  dataPoint: keyParam.optional(),
  targetYear: z.coerce.number().int().min(1970).max(2200).optional().describe('project the trend to the middle of it'),
})

export const indicatorRoutes =
  ({ pool, indicators }: Pick<ApiDeps, 'pool' | 'indicators'>): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['indicators']
    app.get(
      '/indicators',
      { schema: { tags, summary: 'The 91 U4SSC indicators', response: { 200: indicatorsResponse } } },
      async () => indicators.list(),
    )
    app.get(
      '/indicators/scoreboard',
      {
        schema: {
          tags,
          summary: 'All values and scores of a period',
          querystring: periodQuery,
          response: { 200: scoreboardSchema },
        },
      },
      ({ query }) => indicators.scoreboard(query),
    )
    app.get(
      '/indicators/goals',
      { schema: { tags, summary: 'The city’s own benchmarks and targets', response: { 200: goalsResponse } } },
      async () => ({ goals: await indicators.goals() }),
    )
    app.put(
      '/indicators/:code/goals',
      {
        schema: {
          tags,
          summary: 'Set or take back the city’s own benchmark and target; earlier versions are kept',
          params: codeParams,
          querystring: z.object({ by: z.string().trim().min(1).max(100).default('operator') }),
          body: goalBody,
          response: { 200: goalsResponse },
        },
      },
      async ({ params, query, body }) => {
        await indicators.setGoal(params.code, body, query.by)
        return { goals: await indicators.goals() }
      },
    )
    app.get(
      '/indicators/:code',
      {
        schema: {
          tags,
          summary: 'An indicator with its evidence, for the city or a zone',
          params: codeParams,
          querystring: periodQuery.extend({ zone: keyParam.optional() }),
          response: { 200: indicatorValueSchema },
        },
      },
      async ({ params, query }) => {
        if (query.zone !== undefined) await requireZoneEver(pool, query.zone)
        return indicators.evaluate(params.code, query)
      },
    )
    app.get(
      '/indicators/:code/zones',
      {
        schema: {
          tags,
          summary: 'An indicator in each zone',
          params: codeParams,
          querystring: periodQuery.extend({ dataPoint: keyParam.optional() }),
          response: { 200: zoneValuesResponse },
        },
      },
      ({ params, query }) => indicators.zoneValues(params.code, query),
    )
    app.get(
      '/indicators/:code/series',
      {
        schema: {
          tags,
          summary: 'An indicator over time, with baseline, trend, projection and change',
          params: codeParams,
          querystring: seriesQuery,
          response: { 200: seriesResponse },
        },
      },
      async ({ params, query }) => {
        if (query.zone !== undefined) await requireZoneEver(pool, query.zone)
        return indicators.series(params.code, query)
      },
    )
    app.get(
      '/air-quality/exceedances',
      {
        schema: {
          tags: ['air quality'],
          summary: 'WHO 2021 levels against stations, zones and the city',
          querystring: z.object({ period: periodParam.default('last-365d') }),
          response: { 200: exceedancesResponse },
        },
      },
      ({ query }) => indicators.exceedances(query),
    )
    app.get(
      '/air-quality/standards',
      {
        schema: {
          tags: ['air quality'],
          summary: 'Air quality standards with their levels and sources, the city’s own first',
          response: { 200: airStandardsResponse },
        },
      },
      async () => ({ standards: await indicators.airStandards() }),
    )
    app.get(
      '/air-quality/limits',
      {
        schema: {
          tags: ['air quality'],
          summary: 'One standard against stations, zones and the city in a calendar year, with the exceedances left',
          querystring: z.object({
            year: z.coerce.number().int().min(1970).max(2100).optional().describe('default: this year'),
            standard: keyParam.optional().describe('key of a standard; default: what applies in the year'),
          }),
          response: { 200: airLimitsResponse },
        },
      },
      ({ query }) => indicators.airLimits(query),
    )
    app.put(
      '/indicators/:code/values/:period',
      {
        schema: {
          tags,
          summary: 'Report a value; earlier versions are kept',
          params: codeParams.extend({ period: periodParam }),
          body: reportedValueBody,
          response: { 200: indicatorValueSchema },
        },
      },
      async ({ params, body }) => {
        if (body.zone !== undefined) await requireZoneEver(pool, body.zone)
        return indicators.report(params.code, params.period, body, 'api')
      },
    )
  }
