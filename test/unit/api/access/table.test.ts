/** Every route of the API has a row in the table of routes, and every row a route; docs/access.md shows the table. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { accessPage, DOCUMENT } from '#api/access/document.ts'
import { ROUTES } from '#api/access/routes.ts'
import { buildApp } from '#api/app.ts'
import type { ApiDeps } from '#api/routes/deps.ts'
import { createLog } from '#infra/runtime/log.ts'

/** Stands for every part of the outside: routes are only registered here, none is asked. */
const unused: unknown = new Proxy(() => unused, { get: () => unused, apply: () => unused })

async function buildStub(): Promise<FastifyInstance> {
  const deps = {
    ...{ pool: unused, indicators: unused, surveys: unused, microdata: unused, airIndexes: unused },
    live: { listen: () => () => {}, subscribed: () => true },
    key: 'a-key-for-the-tests-0123456789',
    log: createLog('test', 'silent'),
    clock: () => new Date(0),
    dashboard: mkdtempSync(join(tmpdir(), 'citywell-dashboard-')),
  } as unknown as ApiDeps
  return buildApp(deps)
}

async function registeredRoutes(): Promise<string[]> {
  const app = await buildStub()
  await app.ready()
  const routes = [...app.routeAccess.keys()]
  await app.close()
  return routes
}

test('every route has a row, and every row a route', async () => {
  const registered = (await registeredRoutes()).filter((route) => !route.startsWith('HEAD '))
  expect(registered.length).toBeGreaterThan(60)
  const rows = registered.map((route) => (route.startsWith('GET /docs/try') ? 'GET /docs/try/*' : route))
  expect([...new Set(rows)].sort()).toEqual(Object.keys(ROUTES).sort())
})

test('an app with routes that have no row does not become ready, and says what to add', async () => {
  const app = await buildStub()
  app.post('/api/v1/made-up', async () => 'never')
  app.get('/api/v1/also-made-up', async () => 'never')
  await expect(app.ready()).rejects.toThrow(
    /POST \/api\/v1\/made-up, GET \/api\/v1\/also-made-up. Add "'POST \/api\/v1\/made-up': '<permission>'"/,
  )
})

test('docs/access.md is up to date: run node api/access/document.ts', () => {
  expect(readFileSync(DOCUMENT, 'utf8')).toBe(accessPage())
})
