import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { coverageResponse } from '#model/api/city.ts'
import { AppError } from '#model/basics/errors.ts'
import { PROPERTIES } from '#model/observation/properties.ts'
import { DAY_MS, keyParam, readWindow, windowParams } from '../http/params.ts'
import { plainJson } from '../http/plain-json.ts'
import { selectCoverage } from '../queries/coverage.ts'
import type { ApiDeps } from './deps.ts'

const MAX_CELLS = 20_000
const positionedNames = [...PROPERTIES.values()].filter((property) => property.positioned).map(({ name }) => name)

const coverageQuery = z.object({
  property: keyParam.default('rsrp').describe(`one of ${positionedNames.join(', ')}`),
  channel: z.string().max(100).optional().describe('radio generation: 3g, 4g, 5g; absent: all together'),
  resolution: z.coerce.number().int().min(6).max(10).default(9).describe('H3 resolution'),
  ...windowParams,
})

export const coverageRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    app.get(
      '/coverage',
      {
        schema: {
          tags: ['observations'],
          summary: 'Quantiles per H3 cell of what moving sensors measured; the last 30 days unless told otherwise',
          querystring: coverageQuery,
          response: { 200: coverageResponse },
        },
        serializerCompiler: plainJson,
      },
      async ({ query: { property, channel, resolution, ...window } }) => {
        const known = PROPERTIES.get(property)
        if (!known) throw new AppError('PROPERTY_UNKNOWN', property)
        if (!known.positioned) {
          throw new AppError(
            'REQUEST_INVALID',
            `property = "${property}": is measured in one place; coverage has ${positionedNames.join(', ')}`,
          )
        }
        const { from, to } = readWindow(window, clock(), 30 * DAY_MS)
        const { cells, total } = await selectCoverage(pool, {
          property,
          channel,
          resolution,
          from,
          to,
          limit: MAX_CELLS,
        })
        return {
          property,
          channel: channel ?? null,
          unit: known.unit,
          resolution,
          from: from.toISOString(),
          to: to.toISOString(),
          cells,
          truncated: total > cells.length,
          total,
        }
      },
    )
  }
