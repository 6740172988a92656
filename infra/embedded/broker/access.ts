/**
 * Who may connect to the embedded broker, and what only the city's own clients may do.
 *
 * The city's own clients (ingest, live feed, feeds, simulator) authenticate with a secret that is generated at each start.
 * Client identifiers beginning with `citywell-` and topics below `citywell/` are theirs: a client that connected as the ingest
 * would take over its session with every message queued in it, and one that published to the live feed would be on every map.
 * Beyond loopback everybody else needs a user name and a password.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { Aedes, Client } from 'aedes'
import { AppError } from '#model/basics/errors.ts'
import { OWN_ROOT } from '#model/mqtt/live-feed.ts'
import { isReplayTopic } from '#model/mqtt/replay-topic.ts'
import { type RefusalReason, type Refusals, RefusedError } from './refusals.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
}

const RESERVED_CLIENT_ID = 'citywell-'
const RESERVED_TOPICS = [OWN_ROOT, '$SYS']
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

/** @throws AppError CONFIG_INVALID when other machines could publish without a password */
export function assertNotOpen(host: string, credentials: Credentials | undefined): void {
  if (credentials || isLoopback(host)) return
  throw new AppError(
    'CONFIG_INVALID',
    `MQTT_HOST=${host} lets other machines reach the MQTT broker: set MQTT_USERNAME and MQTT_PASSWORD (at least 12 characters), or leave MQTT_HOST at 127.0.0.1`,
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
  /** What every other client must present; absent: nothing. */
  credentials: Credentials | undefined
  refusals: Refusals
  /** What speaks against another client that is not the city's own. */
  admit(client: Client): { reason: RefusalReason; detail: string } | undefined
}

/** Changes `authenticate`, `authorizePublish` and `authorizeForward` of this broker. */
export function controlAccess(aedes: Aedes, { city, credentials, refusals, admit }: AccessOptions): void {
  const own = new WeakSet<Client>()

  aedes.authenticate = (client, username, password, done) => {
    const refuse = (reason: RefusalReason, returnCode: number, detail: string): void => {
      refusals.count(reason, `MQTT client ${client.id}`, detail)
      done(Object.assign(new RefusedError(detail), { returnCode }) as never, false)
    }
    const given = { username: username ?? '', password: password?.toString() ?? '' }
    if (isSame(given, city)) {
      own.add(client)
      return done(null, true)
    }
    if (credentials && !isSame(given, credentials))
      return refuse('credentials', BAD_CREDENTIALS, 'bad user name or password')
    if (client.id.startsWith(RESERVED_CLIENT_ID))
      return refuse('client_id', NOT_AUTHORISED, `client identifiers beginning with ${RESERVED_CLIENT_ID} are reserved`)
    const full = admit(client)
    if (full) return refuse(full.reason, UNAVAILABLE, full.detail)
    done(null, true)
  }

  // Also what a client leaves as its will, which is published when its connection ends.
  aedes.authorizePublish = (client, packet, done) => {
    const reserved = RESERVED_TOPICS.find((root) => packet.topic.startsWith(root))
    if (reserved === undefined || (client && own.has(client))) return done(null)
    const detail = `publishing to ${reserved} is reserved`
    refusals.count('topic', `MQTT client ${client?.id ?? ''}`, detail)
    done(new RefusedError(detail))
  }

  // A replay publishes payloads that only holders of the key may read.
  aedes.authorizeForward = (client, packet) => (isReplayTopic(packet.topic) && !own.has(client) ? null : packet)
}

/** Takes as long for any wrong answer: digests have one length, and both parts are always compared. */
function isSame(given: Credentials, expected: Credentials): boolean {
  const username = timingSafeEqual(digest(given.username), digest(expected.username))
  const password = timingSafeEqual(digest(given.password), digest(expected.password))
  return username && password
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
