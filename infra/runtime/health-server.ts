import { createServer } from 'node:http'
import { type Part, readiness } from '#model/api/ready.ts'
import { AppError } from '#model/basics/errors.ts'

export type HealthChecks = {
  /** what the process needs to do its work, by name */
  parts(): Readonly<Record<string, Part>>
  /** metrics in the Prometheus text format */
  metrics(): Promise<string>
}

/**
 * /health, /ready and /metrics for a process that has no HTTP interface of its own.
 * @throws AppError PORT_TAKEN
 */
export async function openHealthServer(
  port: number,
  host: string,
  checks: HealthChecks,
): Promise<{ close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body)
    }
    if (request.url === '/health') return send(200, 'application/json', '{"status":"alive"}')
    if (request.url === '/metrics') return send(200, 'text/plain; version=0.0.4', await checks.metrics())
    if (request.url !== '/ready')
      return send(404, 'application/json', '{"title":"not found: /health, /ready, /metrics"}')
    const found = readiness(checks.parts())
    send(found.status === 'ready' ? 200 : 503, 'application/json', JSON.stringify(found))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new AppError('PORT_TAKEN', `port ${port} is taken by another program; set HEALTH_PORT to a free one`, {
              cause,
            })
          : cause,
      )
    })
    server.listen(port, host, resolve)
  })
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
