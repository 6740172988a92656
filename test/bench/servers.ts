/** The broker and the database that a bench runs against: real servers where there are some, else the embedded ones. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { escapeIdentifier } from 'pg'
import { migrate } from '#infra/db/migrate.ts'
import { createPool, type DatabaseAddress, type Pool } from '#infra/db/pool.ts'
import type { Scope } from '#infra/runtime/scope.ts'
import { hasMosquitto, startMosquitto } from '../delivery/mosquitto.ts'

export async function openBroker(scope: Scope): Promise<{ kind: string; url: string }> {
  if (process.env['MQTT_URL']) return { kind: 'server in MQTT_URL', url: process.env['MQTT_URL'] }
  if (hasMosquitto) {
    const broker = await startMosquitto()
    scope.defer(() => broker.close())
    return { kind: 'Mosquitto', url: broker.url }
  }
  const { openEmbeddedBroker } = await import('#infra/embedded/broker/broker.ts')
  const broker = await openEmbeddedBroker({ port: 0 })
  scope.defer(() => broker.close())
  return { kind: 'embedded (aedes)', url: broker.url }
}

export type BenchDatabase = { readonly kind: string; readonly pool: Pool; readonly url: string | undefined }

/**
 * A database of the bench's own, migrated; gone with the scope, unless `kept` names it: then it stays on the server for the
 * next run. `url`: another process can reach it.
 */
export async function openDatabase(scope: Scope, kept?: string): Promise<BenchDatabase> {
  const { address, kind } = await openAddress(scope, kept)
  const pool = createPool(address, { max: 6, applicationName: 'bench', onIdleError: () => {} })
  scope.defer(() => pool.end())
  await migrate(pool)
  return { kind, pool, url: 'url' in address ? address.url : undefined }
}

async function openAddress(scope: Scope, kept?: string): Promise<{ kind: string; address: DatabaseAddress }> {
  const serverUrl = process.env['DATABASE_URL']
  if (!serverUrl) {
    if (kept) throw new Error('a database that is kept needs a server: set DATABASE_URL')
    const { openEmbeddedDatabase } = await import('#infra/embedded/database/database.ts')
    const database = await openEmbeddedDatabase({})
    scope.defer(() => database.close())
    return { kind: 'embedded (in memory)', address: { embedded: database.poolConfig } }
  }
  const admin = createPool({ url: serverUrl }, { max: 1, applicationName: 'bench admin', onIdleError: () => {} })
  scope.defer(() => admin.end())
  const name = kept ? `citywell_bench_${kept}` : `citywell_bench_${process.pid}`
  const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
  if (rowCount === 0) await admin.query(`create database ${escapeIdentifier(name)}`)
  if (!kept) scope.defer(() => admin.query(`drop database ${name} with (force)`).then(() => {}))
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return { kind: 'server in DATABASE_URL', address: { url: url.toString() } }
}

export type Publisher = {
  published(): number
  /** messages that the broker has acknowledged to it */
  owned(): number
  /** it may have published so many in all */
  allow(messages: number): void
  /** it publishes so many messages a second from now on */
  keepPace(rate: number): void
  stop(): void
}

export async function startPublisher(
  url: string,
  things: number,
  clientId: string,
  name = 'bench',
): Promise<Publisher> {
  const child = fork(join(import.meta.dirname, 'publisher.ts'), [url, String(things), clientId, name])
  let published = 0
  let owned = 0
  await new Promise<void>((resolve) => {
    child.on('message', (message: { connected?: boolean; published?: number; owned?: number }) => {
      if (message.connected) resolve()
      published = message.published ?? published
      owned = message.owned ?? owned
    })
  })
  return {
    published: () => published,
    owned: () => owned,
    allow: (credit) => child.send({ credit }),
    keepPace: (rate) => child.send({ rate }),
    stop: () => child.kill(),
  }
}
