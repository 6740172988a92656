import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { streetsResponse, zoneTodayResponse } from '#model/api/street.ts'
import type { AirIndexes } from '../air-quality/index-of.ts'
import { createEquity, type EquityDeps } from '../equity/equity.ts'
import { memo } from '../http/memo.ts'
import { keyParam } from '../http/params.ts'
import { streets } from '../street/streets.ts'
import { zoneToday } from '../street/today.ts'

/** Streets change with the city pack. */
const STREETS_MS = 600_000

export const streetRoutes =
  (deps: EquityDeps & { readonly airIndexes: () => Promise<AirIndexes> }): FastifyPluginAsyncZod =>
  async (app) => {
    const { pool, clock } = deps
    const known = memo(STREETS_MS, clock, () => streets(pool))
    const today = { ...deps, equity: createEquity(deps) }
    app.get(
      '/streets',
      {
        schema: {
          tags: ['city'],
          summary: 'Streets by name, with the zones that they run through',
          response: { 200: streetsResponse },
        },
      },
      () => known(),
    )
    app.get(
      '/zones/:key/today',
      {
        schema: {
          tags: ['city'],
          summary: 'Air, noise, connection and services of a zone, for residents',
          params: z.object({ key: keyParam }),
          response: { 200: zoneTodayResponse },
        },
      },
      ({ params }) => zoneToday(today, params.key),
    )
  }
