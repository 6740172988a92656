/** Credentials of devices: issued and revoked over HTTP, in force at the embedded broker and at Mosquitto. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { selectLogins } from '#domain/devices/credentials.ts'
import { followLogins } from '#domain/devices/follow-logins.ts'
import { mosquittoFiles } from '#domain/devices/mosquitto.ts'
import { DeviceLogins } from '#infra/devices/device-logins.ts'
import { hashSecret } from '#infra/devices/secret.ts'
import { openEmbeddedBroker } from '#infra/embedded/broker/broker.ts'
import { createLog } from '#infra/runtime/log.ts'
import { hasMosquitto, startMosquitto } from '../delivery/mosquitto.ts'
import { addThing, authorized, openTestApi, type TestApi } from './api-fixture.ts'

let api: TestApi
const opened: { close(): unknown }[] = []
beforeAll(async () => {
  api = await openTestApi()
  await addThing(api.pool, { key: 'school' }, 'pm2_5')
  await addThing(api.pool, { key: 'tower:1' }, 'pm2_5')
  await api.pool.query(
    `insert into thing_registration select id, 'tele/tower/SENSOR', 'topic:tele/tower' from thing where key = 'tower:1'`,
  )
})
afterAll(() => api.close())
afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close()
})

const call = async (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) =>
  api.app.inject({ method, url: `/api/v1/registry${path}`, headers: authorized, ...(payload && { payload }) })
const issue = async (key: string, body: object = {}) => (await call('POST', `/things/${key}/credentials`, body)).json()
async function connect(url: string, login: object): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, protocolVersion: 4, ...login }, false)
  client.on('error', () => {})
  opened.push({ close: () => client.end(true) })
  return client
}

test('the secret is shown once and stored as a hash; topics and user name have defaults', async () => {
  const issued = await issue('tower:1', { note: 'roof' })
  expect(issued).toMatchObject({ thing: 'tower:1', topics: ['city/+/tower:1', 'tele/tower/SENSOR'], note: 'roof' })
  expect(issued.username).toMatch(/^tower-1\.[0-9a-f]{6}$/)
  // 256 bits
  expect(Buffer.from(issued.secret, 'base64url')).toHaveLength(32)
  const { secret: _, ...listed } = issued
  expect((await call('GET', '/things/tower:1/credentials')).json()).toEqual({ credentials: [listed] })
  const tables = await api.pool.query(
    `select (select jsonb_agg(c) from device_credential c) || (select jsonb_agg(c) from registry_change c) || (select jsonb_agg(c) from audit_entry c) as all`,
  )
  expect(JSON.stringify(tables.rows)).not.toContain(issued.secret)
  expect((await call('GET', `/changes?subject=${encodeURIComponent('tower:1')}`)).json().changes).toMatchObject([
    { action: 'credential.issue', after: { username: issued.username } },
  ])
  expect((await call('DELETE', `/credentials/${issued.id}`)).statusCode).toBe(204)
  expect((await call('DELETE', `/credentials/${issued.id}`)).json()).toMatchObject({ status: 404 })
})

test('topics that are not a device’s own are refused, and user names that are taken', async () => {
  for (const topic of ['#', '+/air/school', 'citywell/x', '$SYS/x', 'a/#/b', 'a b'])
    expect([topic, (await issue('school', { topics: [topic] })).code]).toEqual([topic, 'VALUE_INVALID'])
  const first = await issue('school', { username: 'school' })
  expect(await issue('school', { username: 'school' })).toMatchObject({ status: 409, code: 'KEY_TAKEN' })
  expect(await issue('school', { username: 'citywell' })).toMatchObject({ code: 'KEY_TAKEN' })
  expect(await issue('school', { username: 'a:b' })).toMatchObject({ status: 400 })
  expect(await issue('unknown')).toMatchObject({ status: 404 })
  await call('DELETE', `/credentials/${first.id}`)
})

test('issued, it is in force at the embedded broker; revoked, the device is disconnected', async () => {
  const logins = new DeviceLogins()
  const stop = followLogins({ pool: api.pool, logins, log: createLog('test', 'silent'), pollMs: 20 })
  const broker = await openEmbeddedBroker({ port: 0, devices: logins, anonymous: false })
  opened.push(broker, { close: stop })
  const { id, username, secret } = await issue('school')
  await expect.poll(() => logins.find(username) !== undefined).toBe(true)
  const device = await connect(broker.publicUrl, { username, password: secret })
  await device.publishAsync('city/air/school', '1', { qos: 1 })
  const end = new Promise<void>((resolve) => device.once('close', () => resolve()))
  await call('DELETE', `/credentials/${id}`)
  await end
  await expect(connect(broker.publicUrl, { username, password: secret })).rejects.toMatchObject({ code: 4 })
})

test('a Thing that is deleted takes its credentials along, one that is merged leaves them to the other', async () => {
  await addThing(api.pool, { key: 'old' }, 'pm10')
  await addThing(api.pool, { key: 'gone' }, 'pm10')
  await issue('gone', { username: 'gone' })
  await call('DELETE', '/things/gone?confirm=gone')
  await issue('old', { username: 'old' })
  await call('POST', '/things/old/merge', { into: 'school' })
  const { credentials } = (await call('GET', '/things/school/credentials')).json()
  expect(credentials.map(({ username }: { username: string }) => username)).toEqual(['old'])
  expect((await selectLogins(api.pool)).map(({ username }) => username)).toEqual(['old'])
  await call('DELETE', `/credentials/${credentials[0].id}`)
})

describe.skipIf(!hasMosquitto)('Mosquitto', () => {
  test('reads the files, and admits a device to its own topics', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'citywell-credentials-'))
    opened.push({ close: () => rm(folder, { recursive: true }) })
    const { username, secret } = await issue('school')
    const city = { username: 'city', password: 'pass:word/with@characters#' }
    const files = mosquittoFiles(await selectLogins(api.pool), {
      username: city.username,
      secret: hashSecret(city.password),
    })
    if (api.database.url === undefined) {
      for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    } else {
      const url = `mqtt://${city.username}:${encodeURIComponent(city.password)}@127.0.0.1:1`
      const env = { ...process.env, DATABASE_URL: api.database.url, MQTT_URL: url }
      await promisify(execFile)(process.execPath, ['domain/devices/main.ts', '--to', folder], { env })
      expect((await stat(join(folder, 'passwords'))).mode & 0o777).toBe(0o600)
      expect(await readFile(join(folder, 'acl'), 'utf8')).toBe(files.acl)
    }
    const mosquitto = await startMosquitto(
      `max_queued_messages 1000\nallow_anonymous false\npassword_file ${join(folder, 'passwords')}\nacl_file ${join(folder, 'acl')}`,
    )
    opened.push(mosquitto)
    const reader = await connect(mosquitto.url, city)
    const heard: string[] = []
    reader.on('message', (topic) => heard.push(topic))
    await reader.subscribeAsync('#', { qos: 1 })
    await expect(connect(mosquitto.url, { username, password: 'wrong' })).rejects.toMatchObject({ code: 5 })
    await expect(connect(mosquitto.url, {})).rejects.toMatchObject({ code: 5 })
    const device = await connect(mosquitto.url, { username, password: secret })
    for (const topic of ['city/air/other', 'citywell/observations/air'])
      await device.publishAsync(topic, '1', { qos: 0 })
    await device.publishAsync('city/air/school', '1', { qos: 1 })
    await expect.poll(() => heard).toEqual(['city/air/school'])
  })
})
