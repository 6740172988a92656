import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { requireUnrestricted } from '#domain/access/within.ts'
import { reconciliationBody, reconciliationResponse } from '#model/api/reconciliation.ts'
import { AppError } from '#model/basics/errors.ts'
import { reconciliations, runReconciliation } from '../nightly/reconciliations.ts'
import type { ApiDeps } from './deps.ts'

const SHOWN = 14
/** A comparison of a year would hold the request for minutes: `npm run reconcile` is for that. */
const MAX_WINDOW_MS = 31 * 86_400_000

export const reconciliationRoutes =
  ({ pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>): FastifyPluginAsyncZod =>
  async (app) => {
    const tags = ['operations']
    app.get(
      '/reconciliation',
      {
        schema: {
          tags,
          summary: 'Raw against rollup: the newest comparisons',
          response: { 200: reconciliationResponse },
        },
      },
      async () => ({ reconciliations: await reconciliations(pool, SHOWN) }),
    )
    app.post(
      '/reconciliation',
      {
        schema: {
          tags,
          summary: 'Compare raw with rollup now',
          body: reconciliationBody,
          response: { 200: reconciliationResponse },
        },
      },
      async ({ actor, body }) => {
        requireUnrestricted(actor, 'the comparison of all data')
        const window = { from: new Date(body.from), to: new Date(body.to) }
        if (window.to.getTime() - window.from.getTime() > MAX_WINDOW_MS)
          throw new AppError('QUERY_TOO_LARGE', 'compare at most 31 days at a time; npm run reconcile has no limit')
        if (!(await runReconciliation({ pool, clock }, window, body.by)))
          throw new AppError('REQUEST_INVALID', 'another comparison is running; retry when it has finished')
        return { reconciliations: await reconciliations(pool, SHOWN) }
      },
    )
  }
