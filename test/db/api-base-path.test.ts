/** A city that a reverse proxy publishes below a path: both kinds of proxies, and every address that leaves the city. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { belowBasePath, withoutBasePath } from '#api/http/base-path.ts'
import { createSecretBox } from '#domain/notifications/secrets/secret-box.ts'
import { KEY, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
beforeAll(async () => {
  api = await openTestApi({
    basePath: '/city',
    trustProxy: '127.0.0.1',
    notify: {
      send: async () => ({ ok: false, retry: false, error: 'no receiver is reached in this test' }),
      secrets: createSecretBox(KEY),
      publicKey: async () => 'a-public-key',
      publicUrl: 'https://example.org/city/',
    },
  })
})
afterAll(() => api?.close())

const get = (url: string, headers: Record<string, string> = {}) => api.app.inject({ url, headers })

test('a request with and without the prefix reaches the same route', async () => {
  for (const url of ['/api/v1/city', '/city/api/v1/city']) {
    const response = await get(url)
    expect([response.statusCode, response.json().name], url).toEqual([200, 'Testville'])
  }
  // the prefix comes off once, and only as a whole part
  for (const url of ['/city/city/api/v1/city', '/cityapi/v1/city']) expect((await get(url)).statusCode, url).toBe(404)
  const rewrite = withoutBasePath('/city')
  expect(['/city?view=now', '/citywide', '/'].map((url) => rewrite({ url }))).toEqual(['/?view=now', '/citywide', '/'])
})

test('the prefix without a slash leads to the first page', async () => {
  const response = await get('/city?view=now')
  expect([response.statusCode, response.headers.location]).toEqual([308, '/city/?view=now'])
})

test('addresses in answers begin with the prefix', async () => {
  const { links } = (await get('/api/v1/city')).json()
  expect(links).toMatchObject({ zones: '/city/api/v1/zones', documentation: '/city/docs' })
  const document = (await get('/openapi.json')).json()
  expect(document.servers).toEqual([{ url: '/city' }])
  expect(Object.keys(document.paths)).toContain('/api/v1/zones')
  expect((await get('/docs/')).headers.location).toBe('/city/docs')
  const addresses = [...(await get('/docs')).body.matchAll(/href="([^"#]+)"/g)].map(([, address]) => address)
  expect(addresses.filter((address) => address !== 'data:,')).toEqual([
    '/city/',
    '/city/openapi.json',
    '/city/docs/try',
  ])
  expect((await get('/docs/try')).body).toContain('src="/city/docs/try/static/swagger-ui-bundle.js"')
  expect((await get('/nowhere', { accept: 'text/html' })).body).toContain('href="/city/"')
})

test('feeds name the public address', async () => {
  expect((await get('/api/v1/alerts/atom.xml')).body).toContain('https://example.org/city/api/v1/alerts/atom.xml')
  expect((await get('/api/v1/alerts/rss.xml')).body).toContain('<link>https://example.org/city</link>')
})

test('addresses of a base map begin with the prefix, whatever else it says stays', () => {
  const style = {
    glyphs: '/api/v1/city/base-map/files/{fontstack}/{range}.pbf',
    sources: {
      city: { tiles: ['/api/v1/city/base-map/tiles/city.pmtiles/{z}/{x}/{y}?v=1', 'https://tiles.example/a'] },
    },
    layers: [{ id: 'land', minzoom: 3 }],
  }
  expect(belowBasePath('/city', style)).toEqual({
    glyphs: '/city/api/v1/city/base-map/files/{fontstack}/{range}.pbf',
    sources: {
      city: { tiles: ['/city/api/v1/city/base-map/tiles/city.pmtiles/{z}/{x}/{y}?v=1', 'https://tiles.example/a'] },
    },
    layers: [{ id: 'land', minzoom: 3 }],
  })
})

test('the cookie of a session is for the prefix alone', async () => {
  const signIn = (proto: string) =>
    api.app.inject({
      method: 'POST',
      url: '/api/v1/session',
      remoteAddress: '127.0.0.1',
      headers: { host: 'example.org', origin: `${proto}://example.org`, 'x-forwarded-proto': proto },
      payload: { key: KEY },
    })
  expect(String((await signIn('https')).headers['set-cookie'])).toMatch(
    /^__Secure-citywell=[\w-]{43}; Max-Age=43200; Path=\/city\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const plain = String((await signIn('http')).headers['set-cookie'])
  expect(plain).toMatch(/^citywell=[\w-]{43}; Max-Age=43200; Path=\/city\/; HttpOnly; SameSite=Lax$/)
  const cookie = plain.split(';', 1)[0] ?? ''
  expect((await get('/city/api/v1/session', { cookie })).json()).toMatchObject({ role: 'administrator' })
})
