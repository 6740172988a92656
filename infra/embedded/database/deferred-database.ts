/**
 * The address of an embedded database that is not open yet: until it is, connections are refused as by a server that is
 * starting, so that the parts that need the database can start first and report that it is missing.
 *
 *     closed  --open()-->  open
 */
import type { Duplex } from 'node:stream'
import type { DatabaseAddress } from '../../db/pool.ts'
import type { EmbeddedDatabase } from './database.ts'
import { PgSocket } from './pg-socket.ts'

export type DeferredDatabase = {
  readonly address: DatabaseAddress
  open(database: EmbeddedDatabase): void
}

export function deferDatabase(): DeferredDatabase {
  let opened: EmbeddedDatabase | undefined
  const stream = (): Duplex => opened?.stream() ?? new RefusedConnection()
  return {
    address: { embedded: { stream, user: 'postgres', database: 'template1', ssl: false } },
    open: (database) => {
      opened = database
    },
  }
}

class RefusedConnection extends PgSocket {
  override connect(): this {
    process.nextTick(() => {
      this.destroy(Object.assign(new Error('the embedded database is being opened'), { code: 'ECONNREFUSED' }))
    })
    return this
  }

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    done()
  }
}
