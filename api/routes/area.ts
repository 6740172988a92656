import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { areaResponse } from '#model/api/area.ts'
import { AppError } from '#model/basics/errors.ts'
import { type AreaDeps, createArea } from '../area/area.ts'
import { createEquity, type EquityDeps } from '../equity/equity.ts'
import { ringParam, zonesParam } from './area-params.ts'

const query = z.object({ polygon: ringParam.optional(), zones: zonesParam.optional() })

export const areaRoutes =
  (deps: EquityDeps & Pick<AreaDeps, 'surveys'>): FastifyPluginAsyncZod =>
  async (app) => {
    const describe = createArea({ ...deps, equity: createEquity(deps) })
    app.get(
      '/area',
      {
        schema: {
          tags: ['city'],
          summary: 'An area that is drawn, or several zones together: people, burdens, survey estimates and devices',
          querystring: query,
          response: { 200: areaResponse },
        },
      },
      ({ query: { polygon, zones } }) => {
        if (polygon && !zones) return describe({ ring: polygon })
        if (zones && !polygon) return describe({ zones })
        throw new AppError('REQUEST_INVALID', 'give either polygon or zones')
      },
    )
  }
