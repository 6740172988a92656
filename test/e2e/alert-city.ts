/**
 * A city of its own as `npm start` runs it, seen from outside: meters publish over MQTT, an operator who has signed in uses the
 * HTTP API, and whoever is to be notified has a real HTTP or SMTP server.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { expect } from 'vitest'
import { createScope } from '#infra/runtime/scope.ts'
import type { Incident, IncidentDetail, IncidentsResponse } from '#model/api/alerts.ts'
import type { Notifications } from '#model/api/notifications.ts'
import type { NotificationEvent } from '#model/notifications/event.ts'
import { makeCertificate, openHttpReceiver, openMailServer } from '#test/db/notification-servers.ts'
import { dataDirWithDatabase } from './shared.ts'
import { newDataDir, removeDataDir, startSystem } from './system.ts'

export const OPERATOR = 'ines@city.example'
const PASSWORD = 'correct horse battery'
/** Of local time and UTC, one is never mistaken for the other. */
export const TIME_ZONE = 'Asia/Kathmandu'
const SQUARE = [
  [
    [85.3, 27.7],
    [85.32, 27.7],
    [85.32, 27.72],
    [85.3, 27.72],
    [85.3, 27.7],
  ],
]

type Meter = { readonly kind: 'pump' | 'probe'; readonly interval: number; readonly gateway?: string }
export type Meters = Readonly<Record<string, Meter & { readonly validTo?: string }>>
type Answers = Parameters<typeof openHttpReceiver>[0]
/** Seconds after the first value of the meter, in its own clock, and watts. */
type Reading = readonly [seconds: number, watts: number]

export async function startAlertCity(meters: Meters) {
  const scope = createScope()
  try {
    return await openAlertCity(scope, meters)
  } catch (error) {
    await scope.close()
    throw error
  }
}

async function openAlertCity(scope: ReturnType<typeof createScope>, meters: Meters) {
  const pack = await writePack(meters)
  scope.defer(() => removeDataDir(pack))
  const dataDir = await dataDirWithDatabase()
  scope.defer(() => removeDataDir(dataDir))
  const receiver = async (answers?: Answers) => {
    const server = await openHttpReceiver(answers)
    scope.defer(() => server.close())
    return server
  }
  const [heartbeat, certificate] = [await receiver(), await makeCertificate()]
  const mailServer = await openMailServer(certificate)
  scope.defer(() => mailServer.close())
  await writeFile(join(pack, '_ca.pem'), certificate.cert)
  const env = {
    ...{ CITY: pack, SIMULATE: 'off', BACKFILL_DAYS: '0' },
    ...{ SMTP_URL: mailServer.url, SMTP_FROM: 'alerts@city.example', NODE_EXTRA_CA_CERTS: join(pack, '_ca.pem') },
    ...{ NOTIFY_PRIVATE_ADDRESSES: '127.0.0.1', HEARTBEAT_URL: heartbeat.url },
  }
  let system = await startSystem({ dataDir, env })
  const key = system.key()
  const ports = { PORT: `${system.port}`, MQTT_PORT: `${system.mqttPort}` }
  scope.defer(() => system.stop())
  const client = await connectAsync(`mqtt://127.0.0.1:${system.mqttPort}`, { reconnectPeriod: 200 })
  scope.defer(() => client.endAsync(true))
  const call = await signIn(system.url, key)
  const seen = await receiver()
  await call('POST', '/receivers', webhook('Control room', seen.url))

  const begun = new Map<string, number>()
  const beginOf = (meter: string): number => {
    const begin = begun.get(meter) ?? Date.now()
    begun.set(meter, begin)
    return begin
  }
  const at = (meter: string, seconds: number): string => new Date(beginOf(meter) + 1000 * seconds).toISOString()
  const send = (meter: string, payload: object) =>
    client.publishAsync(`city/energy/${meter}`, JSON.stringify(payload), { qos: 1 })

  return {
    ...{ call, receiver, heartbeat, mails: mailServer.mails, at, send },
    /** Values of a meter in one message, as a gateway sends that has buffered them. */
    publish: (meter: string, ...readings: readonly Reading[]) =>
      send(
        meter,
        readings.map(([seconds, watts]) => ({ time: at(meter, seconds), active_power: watts })),
      ),
    /** What the control room was sent about a subject, in its order. */
    told: (subject: string): NotificationEvent[] =>
      eventsOf(seen.received).filter((event) => event.subject.id === subject),
    allTold: (): NotificationEvent[] => eventsOf(seen.received),
    incidents: async (meter: string): Promise<Incident[]> =>
      (await call<IncidentsResponse>('GET', `/incidents?thing=${meter}`)).incidents,
    everyIncident: async (): Promise<Incident[]> =>
      (await call<IncidentsResponse>('GET', '/incidents?limit=500')).incidents,
    incident: (id: string) => call<IncidentDetail>('GET', `/incidents/${id}`),
    notifications: (query = '') => call<Notifications>('GET', `/notifications${query}`),
    /** Killed, so that nothing is tidied up; it starts again with another registry. */
    restart: async (changed: Meters): Promise<void> => {
      await system.stop('SIGKILL')
      await writeThings(pack, changed)
      system = await startSystem({ dataDir, env: { ...env, ...ports } })
    },
    close: () => scope.close(),
  }
}
export type AlertCity = Awaited<ReturnType<typeof startAlertCity>>

export const webhook = (name: string, url: string, settings: object = {}) => ({
  ...{ channel: 'webhook', name, config: { url }, groupSeconds: 0, maxPerHour: 1_000 },
  ...settings,
})

/** Incidents that webhooks were about; tests of receivers are about none. */
export const eventsOf = (received: readonly { readonly body: string }[]): NotificationEvent[] =>
  received
    .flatMap(({ body }) => (JSON.parse(body) as { data: { events: NotificationEvent[] } }).data.events)
    .filter(({ test }) => !test)

/** @returns requests with the session of an operator */
async function signIn(url: string, key: string) {
  let cookie = ''
  const call = async <T = unknown>(
    method: string,
    path: string,
    body?: object,
    more: Record<string, string> = {},
  ): Promise<T> => {
    const headers = { origin: url, cookie, ...(body && { 'content-type': 'application/json' }), ...more }
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    expect(response.ok, `${method} ${path}: ${text}`).toBe(true)
    cookie =
      response.headers
        .getSetCookie()
        .map((each) => each.split(';')[0])
        .join('; ') || cookie
    return (
      text === '' ? undefined : response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
    ) as T
  }
  const account = { name: OPERATOR, role: 'operator' }
  const authorization = { authorization: `Bearer ${key}` }
  const { temporaryPassword: current } = await call<{ temporaryPassword: string }>(
    'POST',
    '/accounts',
    account,
    authorization,
  )
  await call('POST', '/session', { name: OPERATOR, password: current })
  await call('PUT', '/account/password', { current, next: PASSWORD })
  return call
}

async function writePack(meters: Meters): Promise<string> {
  const pack = await newDataDir()
  const city = {
    ...{ name: 'Testville', timeZone: TIME_ZONE, centre: [85.31, 27.71], population: 1_000 },
    sources: [{ name: 'native', topic: 'city/#', format: 'native' }],
  }
  const zone = { key: 'middle', name: 'Middle', population: 1_000 }
  const feature = { type: 'Feature', properties: zone, geometry: { type: 'Polygon', coordinates: SQUARE } }
  await writeFile(join(pack, 'city.json'), JSON.stringify(city))
  await writeFile(join(pack, 'zones.geojson'), JSON.stringify({ type: 'FeatureCollection', features: [feature] }))
  await writeThings(pack, meters)
  return pack
}

async function writeThings(pack: string, meters: Meters): Promise<void> {
  const rows = Object.entries(meters).map(([key, { kind, interval, gateway = '', validTo = '' }]) =>
    [key, `Meter ${key}`, 'energy', kind, 'unknown', '', 85.31, 27.71, '', interval, gateway, validTo].join(','),
  )
  const head = 'key,name,domain,kind,grade,device,lon,lat,geometry,expected_interval_s,gateway,validTo'
  await writeFile(join(pack, 'things.csv'), `${[head, ...rows].join('\n')}\n`)
}
