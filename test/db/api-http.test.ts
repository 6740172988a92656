import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib'
import type { InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hostRule } from '#api/http/host-names.ts'
import { openMqttSource } from '#api/live/mqtt-source.ts'
import { createPool } from '#infra/db/pool.ts'
import { createLog } from '#infra/runtime/log.ts'
import { authorized, KEY, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'citywell-dashboard-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>the page</title>')
  await writeFile(join(folder, 'map-preload.json'), '["assets/map-77.js"]')
  await writeFile(join(folder, 'assets/map-77.js'), 'plain')
  await writeFile(join(folder, 'assets/map-77.js.br'), brotliCompressSync('plain'))
  await writeFile(join(folder, 'assets/app-3f2a.js'), `export const text = '${'x'.repeat(5_000)}'`)
  api = await openTestApi({ dashboard: folder, acceptsHost: hostRule('127.0.0.1') })
})
afterAll(async () => {
  await api.close()
  await rm(folder, { recursive: true })
})
const html = { accept: 'text/html,*/*' }

test('a backup of a city whose database is a server is not made here, and the answer says how it is', async () => {
  const response = await api.app.inject({ method: 'POST', url: '/api/v1/backup', headers: authorized })
  expect(response.statusCode).toBe(409)
  expect(response.json()).toMatchObject({ code: 'BACKUP_ELSEWHERE' })
})

describe('health', () => {
  test('alive', async () => {
    expect((await api.app.inject('/health')).json()).toEqual({ status: 'alive' })
  })

  test('ready when database, schema and live feed are', async () => {
    await expect
      .poll(async () => (await api.app.inject('/ready')).json())
      .toMatchObject({ status: 'ready', missing: [] })
  })

  test('a schema that is behind is named', async () => {
    const { rows } = await api.pool.query('delete from schema_migration where name like $1 returning name', ['004%'])
    const response = await api.app.inject('/ready')
    expect(response.statusCode).toBe(503)
    expect(response.json()).toMatchObject({
      missing: ['migrations'],
      parts: { migrations: { detail: expect.stringContaining(rows[0].name) } },
    })
    await api.pool.query('insert into schema_migration (name) values ($1)', [rows[0].name])
  })

  test('metrics are those of Prometheus', async () => {
    const response = await api.app.inject('/metrics')
    expect(response.headers['content-type']).toContain('text/plain')
    expect(response.body).toMatch(
      /citywell_http_request_duration_seconds_count\{method="GET",route="\/health",status="200"\} 1/,
    )
    expect(response.body).toMatch(/citywell_api_pool_connections \d/)
  })
})

describe('when the database is unreachable', () => {
  let away: TestApi
  beforeAll(async () => {
    // Nothing listens on port 9 (discard) of loopback.
    const pool = createPool(
      { url: 'postgres://nobody@127.0.0.1:9/none' },
      { max: 1, applicationName: 'test', onIdleError: () => {} },
    )
    away = await openTestApi({ pool })
  })
  afterAll(() => away.close())

  test('/ready says so, /health and /metrics go on', async () => {
    const ready = await away.app.inject('/ready')
    expect([ready.statusCode, ready.json().missing]).toEqual([503, expect.arrayContaining(['database', 'migrations'])])
    expect((await away.app.inject('/health')).statusCode).toBe(200)
    expect((await away.app.inject('/metrics')).statusCode).toBe(200)
  })

  test.each(['/api/v1/city', '/api/v1/things', '/api/v1/ingest/ledger', '/api/v1/coverage'])(
    '%s is a 503',
    async (url) => {
      const response = await away.app.inject(url)
      expect(response.statusCode).toBe(503)
      expect(response.json()).toMatchObject({
        code: 'DATABASE_UNAVAILABLE',
        detail: expect.stringContaining('can be sent again'),
      })
      expect(response.headers['retry-after']).toBeDefined()
    },
  )
})

// A lock that another session holds is what takes long here. The embedded database has one session and no timer.
test('a statement that takes too long is a 504 that says what to do', async ({ skip }) => {
  if (api.database.kind === 'embedded') skip('the embedded database cannot interrupt a statement')
  const pool = api.database.poolFor({ statementTimeoutMs: 100 })
  const impatient = await openTestApi({ pool })
  const holder = await api.pool.connect()
  await holder.query('begin; lock table city in access exclusive mode')
  const response = await impatient.app.inject('/api/v1/city')
  await holder.query('rollback')
  holder.release()
  expect(response.json()).toMatchObject({
    status: 504,
    code: 'QUERY_TIMEOUT',
    detail: expect.stringContaining('shorter'),
  })
  await impatient.close()
})

describe('addresses', () => {
  test('an unknown one below /api is a problem, whatever is accepted', async () => {
    const response = await api.app.inject({ url: '/api/v1/nonsense', headers: html })
    expect(response.statusCode).toBe(404)
    expect(response.json()).toMatchObject({ code: 'NOT_FOUND', instance: '/api/v1/nonsense' })
  })

  test('one that cannot be read is a problem too', async () => {
    const response = await api.app.inject('/api/v1/things/%zz')
    expect(response.statusCode).toBe(400)
    expect(response.headers['content-type']).toContain('problem+json')
  })

  test('the page is served at / with any query; any other address of a page is not found', async () => {
    for (const url of ['/', '/?view=report&layer=air']) {
      const response = await api.app.inject({ url, headers: html })
      expect([response.statusCode, response.body]).toEqual([200, expect.stringContaining('the page')])
      expect(response.headers['cache-control']).toBe('no-cache')
    }
    for (const url of ['/nonsense', '/zones/west?layer=air']) {
      const response = await api.app.inject({ url, headers: html })
      expect([response.statusCode, response.body]).toEqual([404, expect.stringContaining('Page not found')])
    }
  })

  test('a missing file is not the page', async () => {
    expect((await api.app.inject({ url: '/assets/gone.js', headers: html })).statusCode).toBe(404)
    expect((await api.app.inject({ url: '/../package.json', headers: html })).statusCode).toBe(404)
  })

  test('files with a hash are kept for ever, and compressed', async () => {
    const response = await api.app.inject({ url: '/assets/app-3f2a.js', headers: { 'accept-encoding': 'br' } })
    expect(response.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-encoding': 'br',
    })
  })

  test('a file that the build has compressed is sent as it is', async () => {
    const headers = { 'accept-encoding': 'gzip, br' }
    const response = await api.app.inject({ url: '/assets/map-77.js', headers })
    expect(response.headers).toMatchObject({
      'content-encoding': 'br',
      'cache-control': expect.stringContaining('immutable'),
    })
    expect(response.rawPayload).toEqual(brotliCompressSync('plain'))
    expect(brotliDecompressSync(response.rawPayload).toString()).toBe('plain')
    const plain = await api.app.inject({ url: '/assets/map-77.js', headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.body).toBe('plain')
  })

  test('the page names what the map needs, for the map only', async () => {
    const linksOf = async (url: string) => (await api.app.inject({ url, headers: html })).headers['link']
    const links = '<api/v1/things>; rel=preload; as=fetch; crossorigin, <assets/map-77.js>; rel=modulepreload'
    expect(await linksOf('/')).toContain(links)
    expect(await linksOf('/?view=map&layer=energy')).toContain(links)
    expect(await linksOf('/?view=people')).toBeUndefined()
  })
})

describe('when the broker is unreachable', () => {
  test('/ready says so, and a replay marks nothing', async () => {
    const live = openMqttSource({ url: 'mqtt://127.0.0.1:9', log: createLog('test', 'silent') })
    const lonely = await openTestApi({ live })
    await lonely.pool.query(
      `insert into rejected_message (source, topic, payload, reason, full_bytes) values ('s', 't', 'x', 'not_json', 1)`,
    )
    const ready = await lonely.app.inject('/ready')
    expect([ready.statusCode, ready.json().missing]).toEqual([503, ['live']])
    const request = {
      ...{ method: 'POST', url: '/api/v1/ingest/rejected/replay' },
      ...{ payload: { all: true }, headers: authorized },
    } as const
    const response = await lonely.app.inject(request)
    expect(response.json()).toMatchObject({ status: 503, code: 'BROKER_UNAVAILABLE' })
    const { rows } = await lonely.pool.query('select replayed_at from rejected_message')
    expect(rows).toEqual([{ replayed_at: null }])
    await lonely.close()
    await live.close()
  })
})

describe('security', () => {
  test('a name that is not ours is refused: a page elsewhere may have pointed it at us', async () => {
    const response = await api.app.inject({ url: '/api/v1/city', headers: { host: 'evil.example:8080' } })
    expect(response.json()).toMatchObject({ status: 421, code: 'HOST_UNKNOWN' })
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080', 'LOCALHOST']) {
      expect((await api.app.inject({ url: '/api/v1/city', headers: { host } })).statusCode).toBe(200)
    }
  })

  test('other origins are not let in', async () => {
    const response = await api.app.inject({ url: '/api/v1/city', headers: { origin: 'https://evil.example' } })
    expect(response.headers['access-control-allow-origin']).toBeUndefined()
    expect(response.headers['content-security-policy']).toContain("default-src 'none'")
    expect(response.headers['x-content-type-options']).toBe('nosniff')
  })

  test('the key never comes back', async () => {
    const headers = { authorization: `Bearer ${KEY}x` }
    const response = await api.app.inject({
      method: 'POST',
      url: '/api/v1/ingest/rejected/replay',
      payload: {},
      headers,
    })
    expect([response.statusCode, response.body.includes(KEY)]).toEqual([401, false])
  })
})

describe('requests that nobody means', () => {
  const problem = async (request: string | InjectOptions) => {
    const response = await api.app.inject(request)
    expect(response.headers['content-type']).toContain('application/problem+json')
    return { ...response.json(), allow: response.headers['allow'] }
  }
  const replayUrl = '/api/v1/ingest/rejected/replay'
  const replay = (payload: object) => problem({ method: 'POST', url: replayUrl, payload, headers: authorized })

  test.each([
    '/api/v1/things?zone=a%00b',
    '/api/v1/ingest/rejected?topic=%00',
    '/api/v1/things/%00/history',
    '/api/v1/zones/a%00',
    '/api/v1/indicators/%00?period=2026',
    '/api/v1/surveys/%00/estimates?question=a',
  ])('a NUL in %s is an invalid request, or an address that does not exist', async (url) => {
    expect(await problem(url)).toMatchObject({ status: expect.toSatisfy((status) => status === 400 || status === 404) })
  })

  test.each(['a\u0000b', 'a\ud800b'])(
    'text that no database can hold is refused with where it stands',
    async (text) => {
      expect(await replay({ reason: 'x', topic: text })).toMatchObject({
        ...{ status: 400, code: 'REQUEST_INVALID' },
        detail: expect.stringContaining('body.topic'),
      })
    },
  )

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('period=%s is no period', async (period) => {
    const url = `/api/v1/indicators/scoreboard?period=${period}`
    expect(await problem(url)).toMatchObject({ status: 400, code: 'PERIOD_INVALID' })
  })

  test('a misspelled condition does not mean everything', async () => {
    expect(await replay({ reasn: 'x' })).toMatchObject({ status: 400, detail: expect.stringContaining('reasn') })
    expect(await replay({})).toMatchObject({ status: 400, detail: expect.stringContaining('"all": true') })
    expect(await replay({ all: true, reason: 'x' })).toMatchObject({ status: 400, errors: [{ field: 'all' }] })
  })

  test('a method that an address does not have is 405, and Allow says which it has', async () => {
    expect(await problem({ method: 'DELETE', url: '/api/v1/city' })).toMatchObject({
      ...{ status: 405, code: 'METHOD_NOT_ALLOWED', allow: 'GET, HEAD' },
    })
    expect(await problem({ method: 'GET', url: replayUrl })).toMatchObject({ status: 405, allow: 'POST' })
    expect(await problem({ method: 'PUT', url: '/api/v1/nothing' })).toMatchObject({ status: 404 })
    // QUERY (RFC 10008) without a body, and a body of an unknown type: the method comes first
    expect(await problem({ method: 'QUERY', url: '/api/v1/city' })).toMatchObject({ status: 405, allow: 'GET, HEAD' })
    const xml = { 'content-type': 'text/xml' }
    const request = { method: 'POST', url: '/api/v1/city', headers: xml, payload: '<a/>' } as const
    expect(await problem(request)).toMatchObject({ status: 405 })
    // a literal address has its own methods, not those of /registry/things/{key}
    const confirm = '/api/v1/registry/things/confirm'
    expect(await problem({ method: 'PUT', url: confirm })).toMatchObject({ status: 405, allow: 'POST' })
  })

  test('a parameter that is too long is refused by its name', async () => {
    expect(await problem(`/api/v1/registry/things/${'x'.repeat(5_000)}`)).toMatchObject({
      ...{ status: 400, errors: [{ field: 'key' }] },
    })
  })

  test('the document names every content type, and describes tuples and requests as others read them', async () => {
    const document = (await api.app.inject('/openapi.json')).json()
    const typesOf = (path: string): string[] => Object.keys(document.paths[path].get.responses[200].content).sort()
    const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    expect(typesOf('/api/v1/city/map')).toEqual(['application/geo+json'])
    expect(typesOf('/api/v1/indicators/export')).toEqual(['application/json', xlsx, 'text/csv'])
    expect(typesOf('/api/v1/indicators/sheet')).toEqual([xlsx, 'text/csv'])
    expect(typesOf('/api/v1/reports/{file}')).toEqual(['application/pdf'])
    const { bounds } = document.paths['/api/v1/city'].get.responses[200].content['application/json'].schema.properties
    expect(bounds).toEqual({ type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4 })
    expect(JSON.stringify(document)).not.toContain('"readOnly":true')
  })

  test('every error carries the id under which the log has it', async () => {
    const [first, second] = [await problem('/api/v1/nothing'), await problem('/api/v1/nothing')]
    expect(first.requestId).toMatch(/^[0-9a-f-]{36}$/)
    expect(second.requestId).not.toBe(first.requestId)
  })
})

describe('clients that break off', () => {
  test('an upload that is not completed is neither an outage of the database nor an error in the log', async () => {
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
    const own = await openTestApi({ log })
    await own.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = own.app.server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const head = `POST /api/v1/voices HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{"a`
    socket.write(head)
    await sleep(100)
    socket.destroy()
    await sleep(200)
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200)
    expect(lines).toEqual([])
    // and one that goes on for ever is cut off (Node's own default would be five minutes)
    expect(own.app.server.requestTimeout).toBe(60_000)
    await own.close()
  })
})

describe('clients that have left', () => {
  test('a request that is read after its connection was reset is not carried out, and no error', async () => {
    const lines: string[] = []
    const log = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) })
    const own = await openTestApi({ log })
    await own.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = own.app.server.address() as AddressInfo
    const gone = new Promise<void>((done) => {
      // the connection is lost between the head of the request and the first of our hooks
      own.app.server.prependListener('request', ({ socket }) => {
        socket.once('close', () => done())
        socket.destroy()
      })
    })
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write('POST /api/v1/session HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n')
    await gone
    await sleep(100)
    expect(lines).toEqual([])
    await own.close()
  })
})

describe('documentation', () => {
  test('OpenAPI 3.1: the stable names are there, every operation says what it does and answers', async () => {
    const document = (await api.app.inject('/openapi.json')).json()
    expect(document.openapi).toBe('3.1.0')
    // what programs outside rely on; others may come next to them
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/city',
        '/api/v1/coverage',
        '/api/v1/datastreams/{id}/observations',
        '/api/v1/indicators',
        '/api/v1/indicators/scoreboard',
        '/api/v1/indicators/{code}',
        '/api/v1/indicators/{code}/values/{period}',
        '/api/v1/ingest/ledger',
        '/api/v1/ingest/rejected',
        '/api/v1/ingest/rejected/replay',
        '/api/v1/live',
        '/api/v1/surveys',
        '/api/v1/surveys/{id}/estimates',
        '/api/v1/things',
        '/api/v1/wellbeing',
        '/api/v1/zones',
        '/health',
        '/ready',
      ]),
    )
    type Operation = { summary?: string; tags?: string[]; responses: Record<string, unknown> }
    for (const [path, operations] of Object.entries<Record<string, Operation>>(document.paths)) {
      for (const [method, { summary, tags, responses }] of Object.entries(operations)) {
        expect({ path, method, summary, tags }).toMatchObject({
          summary: expect.any(String),
          tags: [expect.any(String)],
        })
        expect(Object.keys(responses).some((status) => status.startsWith('2'))).toBe(true)
      }
    }
    const text = JSON.stringify(document)
    for (const [, name] of text.matchAll(/#\/components\/schemas\/([^"]+)/g)) {
      expect(Object.keys(document.components.schemas)).toContain(name)
    }
    expect(document.paths['/api/v1/things/{key}'].patch.security).toEqual([{ key: [] }])
  })

  test('the page for people is whole: no script, and nothing from elsewhere', async () => {
    const page = (await api.app.inject('/docs')).body
    expect(page).toContain('/api/v1/coverage')
    expect(page).not.toMatch(/<script|https?:\/\/|@import|url\(/)
  })
})

describe('what no route sees', () => {
  /** Sends bytes as they are. @returns status and problem */
  async function answerTo(text: string) {
    const socket = connect((api.app.server.address() as AddressInfo).port, '127.0.0.1')
    socket.write(text)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(chunk)
    const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
    expect(head).toContain('application/problem+json')
    const [, length] = /content-length: (\d+)/i.exec(head) ?? []
    expect(Buffer.byteLength(body)).toBe(Number(length))
    return { line: head.split('\r\n')[0], problem: JSON.parse(body) }
  }
  beforeAll(async () => {
    if (!api.app.server.listening) await api.app.listen({ port: 0, host: '127.0.0.1' })
  })
  const of = (line: string, ...headers: string[]): string => `${[line, ...headers].join('\r\n')}\r\n\r\n`
  const close = 'connection: close'

  test.each([
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000\u0001', 400],
    ['a tunnel', of('CONNECT localhost:22 HTTP/1.1', 'host: localhost'), 405],
    ['a method that does not exist', of('FOO /health HTTP/1.1', 'host: localhost', close), 400],
    [
      'two lengths',
      of('POST /api/v1/voices HTTP/1.1', 'host: localhost', 'content-length: 1', 'content-length: 2'),
      400,
    ],
    ['long header lines', of('GET /health HTTP/1.1', 'host: localhost', `x: ${'a'.repeat(20_000)}`, close), 431],
    ['two hosts', of('GET /health HTTP/1.1', 'host: localhost', 'host: evil.example', close), 400],
  ])('%s is answered with a problem', async (_, text, status) => {
    const { line, problem } = await answerTo(text)
    expect(line).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(problem).toMatchObject({ status, code: 'REQUEST_INVALID', type: 'urn:citywell:error:REQUEST_INVALID' })
    expect(problem.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  test.each([
    ['leads out', '/../../etc/passwd'],
    ['leads out of a folder', '/assets/../../../x'],
    ['is hidden', '/.env'],
    ['is longer than a file name', `/${'a'.repeat(300)}`],
    ['is longer than a path', `/assets/${'a'.repeat(5_000)}`],
  ])('a path that %s does not exist', async (_, path) => {
    const { line, problem } = await answerTo(of(`GET ${path} HTTP/1.1`, 'host: localhost', close))
    expect(line).toMatch(/^HTTP\/1.1 404 /)
    expect(problem.code).toBe('NOT_FOUND')
  })
})
