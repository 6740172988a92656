import type { FastifyInstance } from 'fastify'
import { Gauge, Histogram, Registry } from 'prom-client'
import type { Pool } from '#infra/db/pool.ts'
import type { LedgerResponse } from '#model/api/ingest.ts'

type Sources = {
  pool: Pool
  clients: () => number
  subscribed: () => boolean
  ledger: () => Promise<LedgerResponse>
  /** the latest finished comparison of raw observations with rollups */
  reconciliation: () => Promise<{ finishedAt: string | null; differing: number | null } | undefined>
  /** of the process, where it has one already */
  registry: Registry | undefined
}

/** What Prometheus reads at /metrics. Gauges are read when asked, so nothing has to keep them up to date. */
export function createMetrics({
  pool,
  clients,
  subscribed,
  ledger,
  reconciliation,
  registry = new Registry(),
}: Sources) {
  const registers = [registry]
  const durations = new Histogram({
    name: 'citywell_http_request_duration_seconds',
    help: 'time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read())
      },
    })
  gauge('citywell_api_pool_connections', 'open connections of the API to the database', () => pool.totalCount)
  gauge('citywell_api_pool_idle', 'of them idle', () => pool.idleCount)
  gauge('citywell_api_pool_waiting', 'requests that wait for a connection', () => pool.waitingCount)
  gauge('citywell_live_clients', 'open event streams', clients)
  gauge('citywell_live_subscribed', '1 while the broker has confirmed our subscription', () => Number(subscribed()))
  registerLedger(registry, ledger)
  registerReconciliation(registry, reconciliation)
  return {
    registry,
    observe: (method: string, route: string, status: number, seconds: number) =>
      durations.observe({ method, route, status: String(status) }, seconds),
  }
}

const BOOKS = ['received', 'stored', 'duplicate', 'rejected', 'inFlight'] as const

function registerLedger(registry: Registry, ledger: () => Promise<LedgerResponse>): void {
  new Gauge({
    name: 'citywell_ingest_messages',
    help: 'messages by source: received = stored + duplicate + rejected + inFlight',
    labelNames: ['source', 'state'],
    registers: [registry],
    async collect() {
      // A database that is unreachable must not take the other metrics with it.
      const books = await ledger().catch(() => undefined)
      this.reset()
      for (const row of books?.sources ?? []) {
        for (const state of BOOKS) this.set({ source: row.source, state }, row[state])
      }
    },
  })
}

/** Absent until there was one: an alert can tell "differs" from "was not compared for two days". */
function registerReconciliation(registry: Registry, newest: Sources['reconciliation']): void {
  type Newest = NonNullable<Awaited<ReturnType<typeof newest>>>
  const gauge = (name: string, help: string, read: (last: Newest) => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const last = await newest().catch(() => undefined)
        if (last?.finishedAt) this.set(read(last))
        else this.remove()
      },
    })
  gauge(
    'citywell_reconciliation_differing',
    'Datastreams and days of which raw and rollup did not agree in the newest comparison',
    ({ differing }) => differing ?? 0,
  )
  gauge(
    'citywell_reconciliation_finished_seconds',
    'when the newest comparison of raw with rollup ended, in Unix time',
    ({ finishedAt }) => Date.parse(finishedAt ?? '') / 1000,
  )
}

export type Metrics = ReturnType<typeof createMetrics>

export function registerMetrics(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000)
  })
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}
