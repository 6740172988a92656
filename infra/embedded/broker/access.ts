/**
 * Who may connect to the embedded broker, and what only the city's own clients may do.
 *
 * The city's own clients (ingest, live feed, feeds, simulator) authenticate with a secret that is generated at each start.
 * Client identifiers beginning with `citywell-` and topics below `citywell/` are theirs: a client that connected as the ingest
 * would take over its session with every message queued in it, and one that published to the live feed would be on every map.
 * A device with credentials of its own (infra/devices/device-logins.ts) publishes to its own topics, and nobody else does.
 * Beyond loopback everybody needs a user name and a password, or a certificate.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Aedes, Client } from 'aedes'
import { AppError } from '#model/basics/errors.ts'
import { OWN_ROOT } from '#model/mqtt/live-feed.ts'
import { isReplayTopic } from '#model/mqtt/replay-topic.ts'
import { covers, filterProblem, matches } from '#model/mqtt/topic-filters.ts'
import type { DeviceLogin, DeviceLogins } from '../../devices/device-logins.ts'
import { isSecret } from '../../devices/secret.ts'
import type { Publishers } from './publishers.ts'
import { type RefusalReason, type Refusals, RefusedError } from './refusals.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

const RESERVED_CLIENT_ID = 'citywell-'
// A message to a group reaches nobody: `$share` and `$queue` are for filters (MQTT 5, 4.8.2), and MQTT 3.1.1 has neither.
const SHARED = ['$share/', '$queue/']
const RESERVED_TOPICS = [OWN_ROOT, '$SYS', ...SHARED]
const CITY_USER = 'citywell'
const SECRET_BYTES = 24
/** CONNACK return codes (MQTT 3.1.1, 3.2.2.3) */
const UNAVAILABLE = 3
const BAD_CREDENTIALS = 4
const NOT_AUTHORISED = 5

export const newCityCredentials = (): Credentials => ({
  username: CITY_USER,
  password: randomBytes(SECRET_BYTES).toString('hex'),
})

/** @throws AppError CONFIG_INVALID when other machines could publish without a password or certificate */
export function assertNotOpen(host: string, { isProtected }: { readonly isProtected: boolean }): void {
  if (isProtected || isLoopback(host)) return
  throw new AppError(
    'CONFIG_INVALID',
    `MQTT_HOST=${host} lets other machines reach the MQTT broker: set MQTT_USERNAME and MQTT_PASSWORD (at least 12 characters), or MQTT_ANONYMOUS=off to admit only devices with credentials, or leave MQTT_HOST at 127.0.0.1`,
  )
}

function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase()
  if (isIP(bare) === 4) return bare.startsWith('127.')
  return bare === '::1' || bare === 'localhost'
}

/** Host and port by which a client on this machine reaches a server that listens on `host`. */
export function reachableAddress(host: string, port: number): string {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare === '0.0.0.0' || bare === '::') return `127.0.0.1:${port}`
  return `${bare.includes(':') ? `[${bare}]` : bare}:${port}`
}

export interface AccessOptions {
  city: Credentials
  /** What every other client must present that is no device of the registry; absent: nothing. */
  credentials: Credentials | undefined
  /** Whether clients are admitted that present nothing, where there are no `credentials`. */
  anonymous: boolean
  /** Credentials of devices. */
  devices: DeviceLogins | undefined
  publishers: Publishers
  refusals: Refusals
  /** What speaks against another client that is not the city's own. */
  admit(client: Client): { reason: RefusalReason; detail: string } | undefined
  /** Calls back when the client may publish its next message. */
  pace(client: Client, proceed: () => void): void
}

type Refuse = (reason: RefusalReason, returnCode: number, detail: string) => void
type Identity =
  | { readonly kind: 'city' | 'shared' | 'anonymous' }
  | { readonly kind: 'device'; readonly login: DeviceLogin }
/** Whose session a client identifier names: another's would bring the messages queued in it. */
const ownerOf = (identity: Identity): string =>
  identity.kind === 'device' ? `device ${identity.login.thingId}` : identity.kind

/** Changes `authenticate`, `authorizePublish`, `authorizeSubscribe` and `authorizeForward` of this broker. */
export function controlAccess(aedes: Aedes, options: AccessOptions): void {
  const { refusals, admit, devices, publishers, pace } = options
  const identities = new WeakMap<Client, Identity>()
  const isOwn = (client: Client | null): boolean => client !== null && identities.get(client)?.kind === 'city'
  const loginOf = (client: Client | null): DeviceLogin | undefined => {
    const identity = client && identities.get(client)
    return identity?.kind === 'device' ? identity.login : undefined
  }
  const owners = new Map<string, { owner: string; client: Client }>()
  aedes.on('clientDisconnect', (client) => {
    if (client.clean && owners.get(client.id)?.client === client) owners.delete(client.id)
  })

  aedes.authenticate = (client, username, password, done) => {
    const refuse: Refuse = (reason, returnCode, detail) => {
      refusals.count(reason, `MQTT client ${client.id}`, detail)
      done(Object.assign(new RefusedError(detail), { returnCode }) as never, false)
    }
    const given = { username: username ?? '', password: password?.toString() ?? '' }
    const identity = identify(client, given, options, refuse)
    if (!identity) return
    if (identity.kind !== 'city') {
      if (client.id.startsWith(RESERVED_CLIENT_ID))
        return refuse(
          'client_id',
          NOT_AUTHORISED,
          `client identifiers beginning with ${RESERVED_CLIENT_ID} are reserved`,
        )
      const owner = ownerOf(identity)
      const known = owners.get(client.id)
      if (known && known.owner !== owner)
        return refuse('client_id', NOT_AUTHORISED, 'the client identifier is that of another device')
      const full = admit(client)
      if (full) return refuse(full.reason, UNAVAILABLE, full.detail)
      owners.set(client.id, { owner, client })
    }
    identities.set(client, identity)
    done(null, true)
  }

  // Also what a client leaves as its will, which is published when its connection ends.
  aedes.authorizePublish = (client, packet, done) => {
    if (isOwn(client)) return done(null)
    const detail = publishProblem(packet.topic, loginOf(client), devices)
    if (detail !== undefined) {
      refusals.count('topic', `MQTT client ${client?.id ?? ''}`, detail)
      return done(new RefusedError(detail))
    }
    // a will whose client is forgotten
    if (!client) return done(null)
    publishers.note(packet.topic, loginOf(client)?.username ?? client.id)
    pace(client, () => done(null))
  }

  aedes.authorizeSubscribe = (client, subscription, done) => {
    const detail = isOwn(client) ? undefined : subscribeProblem(subscription.topic, loginOf(client))
    if (detail === undefined) return done(null, subscription)
    refusals.count('topic', `MQTT client ${client?.id ?? ''}`, detail)
    // SUBACK 0x80
    done(null, null)
  }

  // A replay publishes payloads that only holders of the key may read; a device reads its own topics.
  aedes.authorizeForward = (client, packet) => {
    if (isOwn(client)) return packet
    if (isReplayTopic(packet.topic)) return null
    const login = loginOf(client)
    return login && !login.topics.some((filter) => matches(filter, packet.topic)) ? null : packet
  }

  // Revoked or changed: the connection ends, and the next one is judged anew.
  devices?.onChange(() => {
    for (const client of Object.values((aedes as unknown as { clients: Record<string, Client> }).clients)) {
      const login = loginOf(client)
      if (login && !isSameLogin(login, devices.find(login.username))) client.close()
    }
  })
}

function identify(client: Client, given: Credentials, options: AccessOptions, refuse: Refuse): Identity | undefined {
  const { city, credentials, anonymous, devices } = options
  if (isSame(given, city)) return { kind: 'city' }
  const name = certificateName(client)
  const certified = name === undefined ? undefined : devices?.find(name)
  if (certified) return { kind: 'device', login: certified }
  const login = devices?.find(given.username)
  if (login) {
    if (isSecret(given.password, login.secret)) return { kind: 'device', login }
    refuse('credentials', BAD_CREDENTIALS, 'bad user name or password')
    return undefined
  }
  if (credentials && isSame(given, credentials)) return { kind: 'shared' }
  if (!credentials && anonymous) return { kind: 'anonymous' }
  if (devices && !devices.isRead) refuse('credentials', UNAVAILABLE, 'the registry has not been read yet')
  else refuse('credentials', BAD_CREDENTIALS, 'bad user name or password')
  return undefined
}

/** The common name of a client certificate that was verified. */
function certificateName({ conn }: Client): string | undefined {
  if (!(conn instanceof TLSSocket) || !conn.authorized) return undefined
  const name = conn.getPeerCertificate().subject?.CN
  return typeof name === 'string' ? name : undefined
}

/** What speaks against publishing to this topic. */
function publishProblem(
  topic: string,
  login: DeviceLogin | undefined,
  devices: DeviceLogins | undefined,
): string | undefined {
  const reserved = RESERVED_TOPICS.find((root) => topic.startsWith(root))
  if (reserved !== undefined) return `publishing to ${reserved} is reserved`
  if (login)
    return login.topics.some((filter) => matches(filter, topic))
      ? undefined
      : `publishing to ${topic.slice(0, 100)} is not allowed for this device`
  return devices?.reserves(topic)
    ? `publishing to ${topic.slice(0, 100)} is reserved for the device with its credentials`
    : undefined
}

/** What speaks against subscribing to this: granted, it would never get a message. */
function subscribeProblem(filter: string, login: DeviceLogin | undefined): string | undefined {
  if (SHARED.some((root) => filter.startsWith(root)))
    return `subscribing to ${filter.slice(0, 100)}: this broker has no shared subscriptions`
  if (login && !login.topics.some((own) => covers(own, filter)))
    return `subscribing to ${filter.slice(0, 100)} is not its own`
  return filterProblem(filter)?.slice(0, 200)
}

const isSameLogin = (before: DeviceLogin, now: DeviceLogin | undefined): boolean =>
  now !== undefined &&
  before.id === now.id &&
  before.thingId === now.thingId &&
  before.topics.length === now.topics.length &&
  before.topics.every((filter, index) => filter === now.topics[index])

/** Takes as long for any wrong answer: digests have one length, and both parts are always compared. */
function isSame(given: Credentials, expected: Credentials): boolean {
  const username = timingSafeEqual(digest(given.username), digest(expected.username))
  const password = timingSafeEqual(digest(given.password), digest(expected.password))
  return username && password
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
