import { z } from 'zod'
import { liveObservationSchema } from '../mqtt/live-feed.ts'

/**
 * GET /api/v1/live?domain — server-sent events:
 * `snapshot` once: { time, observations } with the latest of every Datastream; then `observations` { domain, observations }
 * as they are committed; `ledger` (LedgerResponse) every 5 s; `incident` (Incident) when one opens or changes; `shift` { revision } when the
 * shift log changes; a comment line every 15 s keeps proxies awake.
 */
export const liveSnapshot = z.object({
  time: z.iso.datetime({ offset: true }),
  observations: z.array(liveObservationSchema),
})
