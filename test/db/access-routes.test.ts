/** Every registered route with every role, over HTTP: what the tables of model/access and api/access say is what the server does. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Access } from '#api/access/routes.ts'
import { createToken } from '#domain/access/tokens.ts'
import { GRANTED_ROLES, ROLE_PERMISSIONS, ROLES, type Role } from '#model/access/roles.ts'
import { addThing, KEY, NOW, openTestApi, type TestApi } from './api-fixture.ts'

type Answer = { readonly status: number; readonly code: string | undefined }
type City = { readonly api: TestApi; readonly url: string; readonly tokens: ReadonlyMap<Role, string> }
const YEAR_MS = 365 * 86_400_000

async function openCity(publicAccess: boolean): Promise<City> {
  const dashboard = mkdtempSync(join(tmpdir(), 'citywell-dashboard-'))
  for (const page of ['index.html', 'voice.html', 'questionnaire.html']) writeFileSync(join(dashboard, page), '<p>page')
  const api = await openTestApi({ publicAccess, dashboard })
  await addThing(api.pool, { key: 'air-1' }, 'pm2_5')
  const tokens = new Map<Role, string>()
  for (const role of GRANTED_ROLES) {
    const token = { name: role, role, permissions: null, restriction: null, createdBy: null }
    const expiresAt = new Date(NOW.getTime() + YEAR_MS)
    tokens.set(role, (await createToken(api.pool, { ...token, expiresAt }, NOW)).secret)
  }
  return { api, tokens, url: await api.app.listen({ port: 0, host: '127.0.0.1' }) }
}

/** Values that lead to something or to nothing; without a body no change is carried out. */
const VALUES: Readonly<Record<string, string>> = {
  ':id': '999999999',
  ':key': 'air-1',
  ':code': 'x',
  ':period': '2026',
  ':file': 'x.pdf',
}
const addressOf = (url: string): string =>
  url.replace(/:[a-zA-Z]+/g, (name) => VALUES[name] ?? '1').replace('*', 'index.html')

async function send({ url, tokens }: City, route: string, role: Role): Promise<Answer> {
  const [method = '', path = ''] = route.split(' ')
  const stop = new AbortController()
  const token = tokens.get(role)
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}${addressOf(path)}`, { method, headers, redirect: 'manual', signal: stop.signal })
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') && method !== 'HEAD'
  const code = isProblem ? ((await response.json()) as { code: string }).code : undefined
  // an event stream has no end
  stop.abort()
  return { status: response.status, code }
}

/** What the tables say, and nothing else. */
function expected(access: Access, role: Role, isPublic: boolean): 'allowed' | 401 | 403 {
  const refused = role === 'public' ? 401 : 403
  if (access === 'open' || access === 'anyone') return 'allowed'
  // a token has no account
  if (access === 'account') return refused
  const permission = typeof access === 'string' ? access : access[0]
  if (role === 'public' && !isPublic) return 401
  return ROLE_PERMISSIONS[role].includes(permission) ? 'allowed' : refused
}

const CODES: Readonly<Record<number, readonly string[]>> = {
  401: ['KEY_REQUIRED'],
  403: ['PERMISSION_MISSING', 'ACCOUNT_REQUIRED'],
}

/** One line for each answer that is not what the table says. */
async function deviations(city: City, role: Role, isPublic: boolean): Promise<string[]> {
  const lines = [...city.api.app.routeAccess].map(async ([route, access]) => {
    const wanted = expected(access, role, isPublic)
    const { status, code } = await send(city, route, role)
    const isRefused = status === 401 || status === 403
    if (wanted === 'allowed') return isRefused ? [`${route}: ${role} is refused with ${status} ${code}`] : []
    const isRight = status === wanted && (route.startsWith('HEAD') || CODES[wanted]?.includes(code ?? ''))
    return isRight ? [] : [`${route}: ${role} gets ${status} ${code} instead of ${wanted}`]
  })
  return (await Promise.all(lines)).flat()
}

let open: City
let closed: City
beforeAll(async () => {
  ;[open, closed] = await Promise.all([openCity(true), openCity(false)])
})
afterAll(async () => {
  await open?.api.close()
  await closed?.api.close()
})

describe.each([true, false])('with public access %s', (isPublic) => {
  let city: City
  beforeAll(() => {
    city = isPublic ? open : closed
  })

  test.each(ROLES)('every route answers %s as the table says', async (role) => {
    expect(city.api.app.routeAccess.size).toBeGreaterThan(100)
    expect(await deviations(city, role, isPublic)).toEqual([])
  })

  test('what is open to the world, written out', async () => {
    const statusOf = async (route: string) => (await send(city, route, 'public')).status
    expect(await statusOf('GET /api/v1/things')).toBe(isPublic ? 200 : 401)
    expect(await statusOf('GET /api/v1/live')).toBe(isPublic ? 200 : 401)
    expect(await statusOf('GET /metrics')).toBe(isPublic ? 200 : 401)
    expect(await statusOf('GET /api/v1/indicators/sheet?period=2026&format=csv')).toBe(isPublic ? 200 : 401)
    expect(await statusOf('PATCH /api/v1/registry/things/air-1')).toBe(401)
    expect(await statusOf('GET /api/v1/ingest/archive')).toBe(401)
    for (const route of ['GET /', 'GET /index.html', 'GET /docs', 'GET /openapi.json', 'GET /health'])
      expect(await statusOf(route), route).toBe(200)
  })
})

describe('credentials', () => {
  const get = (path: string, authorization?: string) =>
    closed.api.app.inject({ url: path, headers: authorization === undefined ? {} : { authorization } })
  const newToken = async (lifeMs: number) => {
    const token = { name: 'short', role: 'operator', restriction: null, createdBy: null } as const
    const expiresAt = new Date(NOW.getTime() + lifeMs)
    return createToken(closed.api.pool, { ...token, permissions: ['payloads'], expiresAt }, NOW)
  }

  test('the key is an administrator; another key, another scheme and a made-up token are nobody', async () => {
    expect((await get('/api/v1/things', `Bearer ${KEY}`)).statusCode).toBe(200)
    for (const wrong of [`Bearer ${KEY}x`, 'Basic YTpi', 'Bearer cw_made-up', 'Bearer'])
      expect((await get('/api/v1/things', wrong)).json(), wrong).toMatchObject({ status: 401, code: 'KEY_REQUIRED' })
  })

  test('a token has no more permissions than it was given', async () => {
    const { secret } = await newToken(1000)
    expect((await get('/api/v1/ingest/archive?source=x', `Bearer ${secret}`)).statusCode).toBe(200)
    expect((await get('/api/v1/things', `Bearer ${secret}`)).json()).toMatchObject({
      status: 403,
      code: 'PERMISSION_MISSING',
      detail: expect.stringContaining('"read"'),
    })
  })

  test('an expired and a revoked token are refused, and only a hash of a token is stored', async () => {
    const expired = await newToken(0)
    expect((await get('/api/v1/ingest/archive?source=x', `Bearer ${expired.secret}`)).statusCode).toBe(401)
    const revoked = await newToken(1000)
    await closed.api.pool.query('update service_token set revoked_at = now() where id = $1', [revoked.id])
    expect((await get('/api/v1/ingest/archive?source=x', `Bearer ${revoked.secret}`)).statusCode).toBe(401)
    const { rows } = await closed.api.pool.query('select t::text as line from service_token t')
    expect(rows.map(({ line }) => line).join('\n')).not.toContain(revoked.secret)
  })
})
