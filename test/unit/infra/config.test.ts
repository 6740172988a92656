import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadConfig } from '#infra/runtime/config.ts'
import { withoutPasswords, withoutSecret } from '#infra/runtime/log.ts'
import { basePathOf } from '#model/basics/base-path.ts'

test('an empty environment runs everything here, on loopback, simulated', () => {
  expect(loadConfig({})).toMatchObject({
    databaseUrl: undefined,
    mqttUrl: undefined,
    host: '127.0.0.1',
    port: 8080,
    mqttPort: 1883,
    simulate: true,
    backfillDays: 30,
  })
})

test('a broker of its own means no simulator unless it is asked for', () => {
  expect(loadConfig({ MQTT_URL: 'mqtt://broker:1883' }).simulate).toBe(false)
  expect(loadConfig({ MQTT_URL: 'mqtt://broker:1883', SIMULATE: 'on' }).simulate).toBe(true)
})

// RFC 3986, 3.2: the authority ends at the first slash, so what follows it in a password is no longer a password.
test.each([
  'postgres://city:p/hunter2@db:5432/city',
  'postgres://city:12/hunter2@db/city',
  'postgres://city:12?hunter2@db/city',
  'postgres://city:12#hunter2@db/city',
])('a password that breaks the URL is refused and never shown: %s', (url) => {
  const read = () => loadConfig({ DATABASE_URL: url })
  expect(read).toThrow(/DATABASE_URL: .*percent-encode/)
  expect(read).not.toThrow(/hunter2/)
  expect(withoutSecret(url)).toBe('(unreadable URL)')
})

test('a percent-encoded password is accepted and hidden', () => {
  const url = 'postgres://city:p%40ss%2Fw%3Ard@db:5432/city'
  expect(loadConfig({ DATABASE_URL: url }).databaseUrl).toBe(url)
  expect(withoutSecret(url)).toBe('postgres://city:***@db:5432/city')
  expect(withoutSecret('postgres://db/city?user=city&password=hunter2')).not.toContain('hunter2')
})

test.each([
  ['mqtt://t0ken-hunter2@broker.example', 'mqtt://***@broker.example'],
  ['postgres://city@db/city', 'postgres://city@db/city'],
])('a login without a password is a token, except at PostgreSQL: %s', (url, shown) => {
  expect(withoutSecret(url)).toBe(shown)
})

test('URLs in messages of others lose their passwords', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[A-Za-z0-9!$%&*+,;=@/._~-]{1,30}$/),
      fc.constantFrom('postgres', 'mqtts', 'https'),
      (password, scheme) => {
        const text = withoutPasswords(
          `{"msg":"cannot reach ${scheme}://city:${password}@db.example:5432/x?y=1, retrying"}`,
        )
        expect(text).toBe(`{"msg":"cannot reach ${scheme}://city:***@db.example:5432/x?y=1, retrying"}`)
      },
    ),
    { seed: 11 },
  )
})

test('the log has no password of a URL and no client of the database, wherever they stand', () => {
  const { stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { createLog } from '#infra/runtime/log.ts'
       const log = createLog('test')
       const error = Object.assign(new Error('no answer of mqtts://city:hunter2@broker'), {
         code: 'E1', input: 'postgres://city:hunter2@db', client: { connectionParameters: { user: 'hunter2' } },
       })
       log.warn(error)
       log.warn({ deep: { deeper: { at: 'wss://city:hunter2@broker/mqtt' } } }, 'to mqtt://city:hunter2@broker')`,
    ],
    { encoding: 'utf8' },
  )
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines).toMatchObject([
    { err: { code: 'E1', message: 'no answer of mqtts://city:***@broker', input: 'postgres://city:***@db' } },
    { deep: { deeper: { at: 'wss://city:***@broker/mqtt' } }, msg: 'to mqtt://city:***@broker' },
  ])
  expect(stderr).not.toContain('hunter2')
})

test('allowed host names are read as a list', () => {
  expect(loadConfig({ ALLOWED_HOSTS: 'city.example, www.city.example' }).allowedHosts).toEqual([
    'city.example',
    'www.city.example',
  ])
  expect(() => loadConfig({ ALLOWED_HOSTS: 'https://city.example' })).toThrow(
    /ALLOWED_HOSTS: names separated by commas/,
  )
})

test('the path of the public address is no path of the city itself', () => {
  const path = (url: string) => basePathOf(loadConfig({ PUBLIC_URL: url }).notify.publicUrl)
  expect(path('https://example.org')).toBe('')
  expect(path('https://example.org/')).toBe('')
  expect(path('https://example.org/city/')).toBe('/city')
  expect(path('https://example.org/services/city')).toBe('/services/city')
  for (const wrong of ['/api/', '/docs', '/voice/city', '//example.net/', '/a b', '/city?x=1', '/city#x'])
    expect(() => path(`https://example.org${wrong}`), wrong).toThrow(/PUBLIC_URL: a path is/)
})

test('empty variables count as absent', () => {
  expect(loadConfig({ DATABASE_URL: '', PORT: '' })).toMatchObject({ databaseUrl: undefined, port: 8080 })
})

test('every wrong variable is named, and no value that may hold a secret is echoed', () => {
  const read = () => loadConfig({ PORT: '99999', DATABASE_URL: 'mysql://u:hunter2@db/x', CITYWELL_KEY: 'short' })
  expect(read).toThrow(/PORT: .*DATABASE_URL|DATABASE_URL: .*PORT/s)
  expect(read).toThrow(/CITYWELL_KEY: at least 16 characters/)
  expect(read).not.toThrow(/hunter2/)
})

test('the broker stays on loopback whatever HOST says', () => {
  expect(loadConfig({ HOST: '0.0.0.0' })).toMatchObject({ host: '0.0.0.0', mqttHost: '127.0.0.1' })
})

test('credentials of the broker come in pairs, and the password is long enough', () => {
  const MQTT_PASSWORD = 'hunter2hunter2'
  expect(loadConfig({ MQTT_USERNAME: 'devices', MQTT_PASSWORD }).mqttCredentials).toEqual({
    username: 'devices',
    password: MQTT_PASSWORD,
  })
  expect(() => loadConfig({ MQTT_USERNAME: 'devices' })).toThrow(/MQTT_USERNAME: is set together with MQTT_PASSWORD/)
  expect(() => loadConfig({ MQTT_PASSWORD })).toThrow(/MQTT_USERNAME: is set together with MQTT_PASSWORD/)
  const short = () => loadConfig({ MQTT_USERNAME: 'devices', MQTT_PASSWORD: 'hunter2' })
  expect(short).toThrow(/MQTT_PASSWORD: at least 12 characters/)
  expect(short).not.toThrow(/hunter2/)
})
