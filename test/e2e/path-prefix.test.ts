/** The pages of a city behind a reverse proxy that publishes it below a path, and takes the path off. */
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSecretBox } from '#domain/notifications/secrets/secret-box.ts'
import { DASHBOARD, ensureDashboard } from '#start/dashboard.ts'
import { addThing, KEY, openTestApi, type TestApi } from '#test/db/api-fixture.ts'
import { newVisitor, openAnotherPage, signInWithKey } from './page.ts'
import { sharedBrowser } from './shared.ts'
import { freePort } from './system.ts'

let api: TestApi
let proxy: Server
let browser: Browser
let origin: string
beforeAll(async () => {
  await ensureDashboard()
  const port = await freePort()
  origin = `http://127.0.0.1:${port}`
  api = await openTestApi({
    basePath: '/city',
    dashboard: DASHBOARD,
    clock: () => new Date(),
    notify: {
      send: async () => ({ ok: false, retry: false, error: 'no receiver is reached in this test' }),
      secrets: createSecretBox(KEY),
      publicKey: async () => 'a-public-key',
      publicUrl: `${origin}/city/`,
    },
  })
  await addThing(api.pool, { key: 'station', lon: -9.15, lat: 38.65, zone: 'west' }, 'pm2_5')
  await api.app.listen({ port: 0, host: '127.0.0.1' })
  proxy = await openProxy(port, (api.app.server.address() as AddressInfo).port)
  browser = await sharedBrowser()
})
afterAll(async () => {
  await browser?.close()
  proxy?.closeAllConnections()
  proxy?.close()
  await api?.close()
})

/** As `location /city/ { proxy_pass http://…/; }` of nginx: nothing else of this host is the city's. */
async function openProxy(port: number, behind: number): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const path = /^\/city(\/.*)$/.exec(incoming.url ?? '')?.[1]
    if (path === undefined) return outgoing.writeHead(404).end()
    const { method, headers } = incoming
    const forwarded = request({ port: behind, host: '127.0.0.1', path, method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return server
}

test('map, live feed, signing in and pages for residents work below the prefix', async () => {
  const visitor = await newVisitor(browser)
  const missing: string[] = []
  visitor.on('response', (response) => {
    if (response.status() >= 400) missing.push(`${response.status()} ${response.url()}`)
  })
  const { page, errors, foreign } = await openAnotherPage(visitor, `${origin}/city/`)
  await page.locator('canvas').first().waitFor()
  await page.getByText(/^Live/).first().waitFor()
  await signInWithKey(page, KEY)
  const cookies = await visitor.cookies(`${origin}/city/`)
  expect(cookies.map(({ name, path }) => [name, path])).toEqual([['citywell', '/city/']])
  await page.getByRole('link', { name: 'People' }).first().click()
  await page.getByRole('link', { name: 'My street' }).click()
  await page.waitForURL(`${origin}/city/street`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect({ errors, foreign, missing }).toEqual({ errors: [], foreign: [], missing: [] })
  await visitor.close()
})
