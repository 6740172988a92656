import { z } from 'zod'

/** One thing that a process needs to do its work. */
export const partSchema = z.object({ ok: z.boolean(), detail: z.string() })
export type Part = z.infer<typeof partSchema>

/** /ready: 200 when every part is there, 503 otherwise. */
export const readyResponse = z.object({
  status: z.enum(['ready', 'not_ready']),
  /** the parts that are missing */
  missing: z.array(z.string()),
  /** by name: database, migrations, live; with an ingest in the same process also broker, subscription, writers, in_flight, and these with `:<name>` for each other broker */
  parts: z.record(z.string(), partSchema),
})
export type ReadyResponse = z.infer<typeof readyResponse>

export function readiness(parts: Readonly<Record<string, Part>>): ReadyResponse {
  const missing = Object.entries(parts).flatMap(([name, { ok }]) => (ok ? [] : [name]))
  return { status: missing.length === 0 ? 'ready' : 'not_ready', missing, parts }
}
