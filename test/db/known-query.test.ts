/** A parameter that a route does not have is refused by its name, on every route of the table. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newAccount } from './access-fixture.ts'
import { addThing, openTestApi, type TestApi } from './api-fixture.ts'

/** What others link to with parameters of their own, or what answers with a file. All other routes are the API. */
const PAGES_AND_FILES = [
  ...['GET /', 'GET /*', 'GET /voice', 'GET /street', 'GET /questionnaire', 'GET /docs', 'GET /docs/'],
  'GET /api/v1/city/base-map/files/*',
  // whatever an identity provider adds must be ignored: RFC 6749, 4.1.2
  'GET /api/v1/session/oidc/callback',
]
const isPageOrFile = (route: string): boolean => {
  const asGet = route.replace(/^HEAD /, 'GET ')
  return PAGES_AND_FILES.includes(asGet) || asGet.startsWith('GET /docs/try')
}

let api: TestApi
let cookie: string
beforeAll(async () => {
  const dashboard = mkdtempSync(join(tmpdir(), 'citywell-dashboard-'))
  for (const page of ['index.html', 'voice.html', 'street.html', 'questionnaire.html'])
    writeFileSync(join(dashboard, page), '<p>page')
  api = await openTestApi({ dashboard })
  await addThing(api.pool, { key: 'air-1' }, 'pm2_5')
  cookie = (await newAccount(api, 'admin', { role: 'administrator' })).browser.cookie() ?? ''
})
afterAll(() => api?.close())

const VALUES: Readonly<Record<string, string>> = { ':key': 'air-1', ':period': '2026', ':file': 'x.pdf', ':tag': 'en' }
const addressOf = (url: string): string =>
  url.replace(/:[a-zA-Z]+/g, (name) => VALUES[name] ?? '1').replace('*', 'index.html')

async function answer(route: string, query: string) {
  const [method = '', path = ''] = route.split(' ')
  const url = `${addressOf(path)}?${query}`
  const headers = { cookie, host: 'localhost', origin: 'http://localhost' }
  const response = await api.app.inject({ method: method as 'GET', url, headers })
  const isProblem = response.headers['content-type']?.toString().startsWith('application/problem+json')
  const problem = isProblem && method !== 'HEAD' ? response.json() : undefined
  return { status: response.statusCode, problem: problem as { code: string; detail: string } | undefined }
}
const isUnknown = (detail: string | undefined): boolean => detail?.includes('is not a parameter') ?? false

test('every route of the API refuses a misspelled parameter and names it; pages and files do not', async () => {
  const routes = [...api.app.routeAccess.keys()]
  expect(routes.length).toBeGreaterThan(150)
  const wrong: string[] = []
  for (const route of routes) {
    for (const name of ['perod', '__proto__', '$filter', 'utm_source']) {
      const { status, problem } = await answer(route, `${name}=2025`)
      const isRefused = status === 400 && (route.startsWith('HEAD ') || problem?.detail.startsWith(`"${name}" is not`))
      if (isPageOrFile(route) ? isUnknown(problem?.detail) || status === 400 : !isRefused)
        wrong.push(`${route}?${name}: ${status} ${problem?.detail}`)
    }
  }
  expect(wrong).toEqual([])
})

test('every parameter of the document is one that its route has', async () => {
  type Operation = { parameters?: { name: string; in: string }[] }
  const document = (await api.app.inject('/openapi.json')).json() as {
    paths: Record<string, Record<string, Operation>>
  }
  let tried = 0
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, { parameters = [] }] of Object.entries(operations)) {
      const names = parameters.filter((each) => each.in === 'query').map(({ name }) => name)
      // an invalid one in front: no stream begins, and no change is made
      const query = [...names, 'perod'].map((name) => `${name}=\u00a7`).join('&')
      const route = `${method.toUpperCase()} ${path.replace('{*}', '*').replace(/\{(\w+)\}/g, ':$1')}`
      if (isPageOrFile(route)) continue
      const { problem } = await answer(route, encodeURI(query))
      expect(problem?.detail, route).toBe(
        `"perod" is not a parameter; ${names.length === 0 ? 'there are none here' : `valid are ${names.join(', ')}`}`,
      )
      tried += names.length
    }
  }
  expect(tried).toBeGreaterThan(100)
})

test('the problem lists each unknown parameter as a field, and a value is not repeated', async () => {
  const response = await api.app.inject('/api/v1/indicators/scoreboard?perod=2025&key=a-secret')
  expect(response.json()).toMatchObject({
    ...{ status: 400, code: 'REQUEST_INVALID' },
    errors: [
      { field: 'perod', value: null, problem: expect.stringContaining('period') },
      { field: 'key', value: null },
    ],
  })
  expect(JSON.stringify(response.json().errors)).not.toContain('a-secret')
})

test('credentials come first: who may not read a route is not told its parameters', async () => {
  const response = await api.app.inject('/api/v1/ingest/archive?perod=2025')
  expect(response.json()).toMatchObject({ status: 401, code: 'KEY_REQUIRED' })
})
