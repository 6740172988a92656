import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import { GRANTED_ROLES, type GrantedRole, grantedRoleSchema } from '#model/access/roles.ts'
import { basePathOf, isBasePath } from '#model/basics/base-path.ts'
import { AppError } from '#model/basics/errors.ts'
import type { ClientTls } from '#model/mqtt/broker-url.ts'
import { isSafeToLog } from './log.ts'

/** The bundled, fictional city. */
const DEMO_CITY = resolve(import.meta.dirname, '../../simulators/cities/demo')

const PASSWORD_HINT = 'percent-encode @ / : ? and # in user name and password'
const port = z.coerce.number().int().min(0).max(65_535)
/** The content of a file that is named. */
const file = z.string().transform((path, context) => {
  try {
    return readFileSync(path)
  } catch (error) {
    context.addIssue({ code: 'custom', message: `${path} cannot be read (${(error as NodeJS.ErrnoException).code})` })
    return z.NEVER
  }
})
const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine(isSafeToLog, `is not a URL; ${PASSWORD_HINT}`)
    .refine(
      (url) => URL.canParse(url) && protocols.includes(new URL(url).protocol),
      `must begin with ${protocols.join(' or ')}`,
    )

const addressesOf = (text: string): string[] => text.split(',').map((entry) => entry.trim())
function isSubnet(entry: string): boolean {
  const [address = '', prefix, ...rest] = entry.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return rest.length === 0 && bits > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
}

const ROLE_MAPPING = new RegExp(`^[^=,]+=(${GRANTED_ROLES.join('|')})(,[^=,]+=(${GRANTED_ROLES.join('|')}))*$`)

/** A provider that is reached without TLS could be anybody. */
function isTrustworthy(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname))
}

const environmentSchema = z.object({
  DATABASE_URL: urlOf('postgres:', 'postgresql:').optional(),
  ESTIMATOR_URL: urlOf('postgres:', 'postgresql:').optional(),
  MQTT_URL: urlOf('mqtt:', 'mqtts:', 'ws:', 'wss:').optional(),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(8080),
  MQTT_HOST: z.string().min(1).default('127.0.0.1'),
  MQTT_PORT: port.default(1883),
  MQTT_USERNAME: z.string().min(1).optional(),
  MQTT_PASSWORD: z.string().min(12, 'at least 12 characters').optional(),
  MQTT_ANONYMOUS: z.enum(['on', 'off']).default('on'),
  MQTT_CA: file.optional(),
  MQTT_CERT: file.optional(),
  MQTT_KEY: file.optional(),
  MQTT_TLS_PORT: port.optional(),
  MQTT_TLS_CERT: file.optional(),
  MQTT_TLS_KEY: file.optional(),
  MQTT_TLS_CA: file.optional(),
  CITY: z.string().min(1).default(DEMO_CITY),
  DATA_DIR: z.string().min(1).default('.data'),
  SIMULATE: z.enum(['on', 'off']).optional(),
  BACKFILL_DAYS: z.coerce.number().int().min(0).max(390).default(30),
  PUBLIC_ACCESS: z.enum(['on', 'off']).default('on'),
  OIDC_ISSUER: z
    .url()
    .refine((url) => isTrustworthy(url), 'must begin with https:// (http:// on this machine only)')
    .optional(),
  OIDC_CLIENT_ID: z.string().min(1).optional(),
  OIDC_CLIENT_SECRET: z.string().min(1).optional(),
  OIDC_ROLE_CLAIM: z.string().min(1).default('roles'),
  OIDC_ROLES: z
    .string()
    .regex(ROLE_MAPPING, 'group=role, separated by commas, e.g. city-admins=administrator,ops=operator')
    .optional(),
  OIDC_NAME: z.string().min(1).max(60).optional(),
  CITYWELL_KEY: z.string().min(16, 'at least 16 characters').optional(),
  HEALTH_PORT: port.optional(),
  TRUST_PROXY: z
    .string()
    .regex(/^[0-9a-f:.,/ ]+$/i, 'addresses or subnets separated by commas, e.g. 127.0.0.1,10.0.0.0/8')
    .optional(),
  CLIENT_REQUESTS: z.coerce.number().int().min(0).max(1_000_000).optional(),
  HEAVY_REQUESTS: z.coerce.number().int().min(1).max(100).optional(),
  ALLOWED_HOSTS: z
    .string()
    .regex(
      /^(\*|[a-z0-9.[\]:-]+(\s*,\s*[a-z0-9.[\]:-]+)*)$/i,
      'names separated by commas, e.g. city.example, or * for any',
    )
    .optional(),
  PUBLIC_URL: urlOf('http:', 'https:')
    .refine(
      (url) => !/[?#]/.test(url) && isBasePath(basePathOf(url)),
      'a path is letters, digits, . _ ~ - and /, and not one of the city itself such as /api',
    )
    .optional(),
  SMTP_URL: urlOf('smtp:', 'smtps:').optional(),
  SMTP_FROM: z
    .string()
    .regex(/^([^<>\r\n]{0,100}<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/, 'an address, or Name <address>')
    .optional(),
  NOTIFY_PRIVATE_ADDRESSES: z
    .string()
    .refine(
      (text) => addressesOf(text).every(isSubnet),
      'addresses or subnets separated by commas, e.g. 10.1.2.3,10.2.0.0/16',
    )
    .optional(),
  HEARTBEAT_URL: urlOf('http:', 'https:').optional(),
  HEARTBEAT_MINUTES: z.coerce.number().int().min(1).max(1_440).default(5),
  CERTIFICATES: z.string().min(1).optional(),
  WORKER_NAME: z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, - and _')
    .default('ingest'),
})
const checkedSchema = environmentSchema
  .refine((env) => (env.MQTT_USERNAME === undefined) === (env.MQTT_PASSWORD === undefined), {
    path: ['MQTT_USERNAME'],
    message: 'is set together with MQTT_PASSWORD, or neither is',
  })
  .refine((env) => (env.SMTP_URL === undefined) === (env.SMTP_FROM === undefined), {
    path: ['SMTP_URL'],
    message: 'is set together with SMTP_FROM, or neither is',
  })
  .refine(
    (env) =>
      new Set([env.MQTT_TLS_PORT, env.MQTT_TLS_CERT, env.MQTT_TLS_KEY].map((value) => value === undefined)).size === 1,
    { path: ['MQTT_TLS_PORT'], message: 'is set together with MQTT_TLS_CERT and MQTT_TLS_KEY, or none is' },
  )
  .refine((env) => (env.MQTT_CERT === undefined) === (env.MQTT_KEY === undefined), {
    path: ['MQTT_CERT'],
    message: 'is set together with MQTT_KEY, or neither is',
  })
  .refine((env) => env.MQTT_TLS_CA === undefined || env.MQTT_TLS_PORT !== undefined, {
    path: ['MQTT_TLS_CA'],
    message: 'is for the listener of MQTT_TLS_PORT, which is not set',
  })

const withOidc = checkedSchema.refine(
  (env) =>
    new Set([env.OIDC_ISSUER, env.OIDC_CLIENT_ID, env.OIDC_ROLES].map((value) => value === undefined)).size === 1,
  { path: ['OIDC_ISSUER'], message: 'is set together with OIDC_CLIENT_ID and OIDC_ROLES, or none of them is' },
)

/** Names of the variables, as the documentation lists them. */
export const ENVIRONMENT_VARIABLES: readonly string[] = Object.keys(environmentSchema.shape)

/** How notifications leave the city; nothing of it is needed while there is no receiver. */
export type NotifyConfig = {
  /** where the city is reached from outside: links begin with it, and its path is the prefix of all addresses; absent: messages have none */
  readonly publicUrl: string | undefined
  /** mail server and sender */
  readonly mail: { readonly url: string; readonly from: string } | undefined
  /** private addresses and subnets that webhooks may reach */
  readonly privateAddresses: readonly string[]
  /** is called while notifications are being sent, so that its silence shows that they are not */
  readonly heartbeat: { readonly url: string; readonly everyMinutes: number } | undefined
}

/** An OpenID Connect provider whose accounts may sign in. */
export type OidcConfig = {
  readonly issuer: string
  readonly clientId: string
  /** absent: a public client, protected by PKCE alone */
  readonly clientSecret: string | undefined
  /** claim of the ID token that holds groups or roles */
  readonly roleClaim: string
  /** in order: the first value that the claim has decides */
  readonly roles: readonly { readonly value: string; readonly role: GrantedRole }[]
  /** as the page calls it */
  readonly name: string
}

/** Everything a process takes from its environment, read once by its main file. */
export type Config = {
  /** absent: the embedded database in `dataDir` */
  readonly databaseUrl: string | undefined
  /** the database with the login that may read answers of surveys; absent: databaseUrl */
  readonly estimatorUrl: string | undefined
  /** absent: the embedded broker on `mqttPort` */
  readonly mqttUrl: string | undefined
  /** how clients of `mqttUrl` verify it and present themselves */
  readonly mqttClientTls: ClientTls
  readonly host: string
  readonly port: number
  /** address of the embedded broker, independent of `host` */
  readonly mqttHost: string
  readonly mqttPort: number
  /** what clients of the embedded broker must present; absent: nothing, then it listens on loopback only */
  readonly mqttCredentials: { readonly username: string; readonly password: string } | undefined
  /** whether clients of the embedded broker are admitted that present nothing */
  readonly mqttAnonymous: boolean
  /** the listener of the embedded broker with TLS, PEM; with `ca` every client needs a certificate */
  readonly mqttTls:
    | { readonly port: number; readonly cert: Buffer; readonly key: Buffer; readonly ca?: Buffer }
    | undefined
  /** folder of the city pack */
  readonly city: string
  readonly dataDir: string
  readonly simulate: boolean
  readonly backfillDays: number
  /** whether everybody may read what the city publishes */
  readonly publicAccess: boolean
  /** absent: local accounts only, and no call to another host */
  readonly oidc: OidcConfig | undefined
  /** what changes state needs it; absent: the first start makes one and prints it */
  readonly key: string | undefined
  /** where a process without an HTTP interface of its own answers /health, /ready and /metrics; absent: nowhere */
  readonly healthPort: number | undefined
  /** proxies whose word on the address of a client is taken; absent: none, a client is who connects */
  readonly trustProxy: string | undefined
  /** requests of one client in 10 s, and heavy ones at a time; absent: the defaults of the API */
  readonly requestLimits: { readonly clientRequests: number | undefined; readonly heavyRequests: number | undefined }
  /** names by which browsers reach the server beyond this machine's own; `*` for any */
  readonly allowedHosts: readonly string[]
  readonly notify: NotifyConfig
  /** certificates (PEM) whose expiry alert rules look at */
  readonly certificates: readonly string[]
  /** stable name of an ingest worker: its MQTT session carries it */
  readonly workerName: string
}

/**
 * Reads the environment. Empty variables count as absent, as `docker compose` passes them.
 * @throws AppError CONFIG_INVALID naming every variable that is wrong
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const read = withOidc.safeParse(present)
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new AppError('CONFIG_INVALID', `the environment has ${problems.join('; ')}`)
  }
  const env = read.data
  return {
    databaseUrl: env.DATABASE_URL,
    estimatorUrl: env.ESTIMATOR_URL,
    mqttUrl: env.MQTT_URL,
    mqttClientTls: {
      ...(env.MQTT_CA && { ca: env.MQTT_CA.toString() }),
      ...(env.MQTT_CERT && { cert: env.MQTT_CERT.toString() }),
      ...(env.MQTT_KEY && { key: env.MQTT_KEY.toString() }),
    },
    host: env.HOST,
    port: env.PORT,
    mqttHost: env.MQTT_HOST,
    mqttPort: env.MQTT_PORT,
    mqttCredentials:
      env.MQTT_USERNAME !== undefined && env.MQTT_PASSWORD !== undefined
        ? { username: env.MQTT_USERNAME, password: env.MQTT_PASSWORD }
        : undefined,
    mqttAnonymous: env.MQTT_ANONYMOUS === 'on',
    mqttTls:
      env.MQTT_TLS_PORT !== undefined && env.MQTT_TLS_CERT && env.MQTT_TLS_KEY
        ? {
            ...{ port: env.MQTT_TLS_PORT, cert: env.MQTT_TLS_CERT, key: env.MQTT_TLS_KEY },
            ...(env.MQTT_TLS_CA && { ca: env.MQTT_TLS_CA }),
          }
        : undefined,
    city: resolve(env.CITY),
    dataDir: resolve(env.DATA_DIR),
    simulate: env.SIMULATE === undefined ? env.MQTT_URL === undefined : env.SIMULATE === 'on',
    backfillDays: env.BACKFILL_DAYS,
    publicAccess: env.PUBLIC_ACCESS === 'on',
    oidc: oidcOf(env),
    key: env.CITYWELL_KEY,
    healthPort: env.HEALTH_PORT,
    trustProxy: env.TRUST_PROXY,
    requestLimits: { clientRequests: env.CLIENT_REQUESTS, heavyRequests: env.HEAVY_REQUESTS },
    allowedHosts: env.ALLOWED_HOSTS?.split(',').map((name) => name.trim()) ?? [],
    notify: {
      publicUrl: env.PUBLIC_URL,
      mail: env.SMTP_URL && env.SMTP_FROM ? { url: env.SMTP_URL, from: env.SMTP_FROM } : undefined,
      privateAddresses: env.NOTIFY_PRIVATE_ADDRESSES === undefined ? [] : addressesOf(env.NOTIFY_PRIVATE_ADDRESSES),
      heartbeat: env.HEARTBEAT_URL ? { url: env.HEARTBEAT_URL, everyMinutes: env.HEARTBEAT_MINUTES } : undefined,
    },
    certificates: env.CERTIFICATES?.split(',').map((file) => resolve(file.trim())) ?? [],
    workerName: env.WORKER_NAME,
  }
}

function oidcOf(env: z.infer<typeof environmentSchema>): OidcConfig | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_ROLES: roles } = env
  if (issuer === undefined || clientId === undefined || roles === undefined) return undefined
  return {
    ...{ issuer, clientId, clientSecret: env.OIDC_CLIENT_SECRET, roleClaim: env.OIDC_ROLE_CLAIM },
    roles: roles.split(',').map((pair) => {
      const [value = '', role] = pair.split('=')
      return { value, role: grantedRoleSchema.parse(role) }
    }),
    name: env.OIDC_NAME ?? new URL(issuer).hostname,
  }
}
