/**
 * The address of an embedded database that is not open yet: until it is, connections are refused as by a server that is
 * starting, so that the parts that need the database can start first and report that it is missing. Those parts end before
 * it, although it was opened after them: whoever made the address closes what is behind it.
 *
 *     empty  --hold()-->  held  --open()-->  open
 *     any    --close()-->  closed
 */
import type { Duplex } from 'node:stream'
import type { DatabaseAddress } from '../../db/pool.ts'
import type { EmbeddedDatabase } from './database.ts'
import { PgSocket } from './pg-socket.ts'

export type DeferredDatabase = {
  readonly address: DatabaseAddress
  /** from here on `close` closes it */
  hold(database: EmbeddedDatabase): void
  /** from here on connections to the address are accepted */
  open(): void
  close(): Promise<void>
}

export function deferDatabase(): DeferredDatabase {
  let held: EmbeddedDatabase | undefined
  let isOpen = false
  const stream = (): Duplex => (isOpen && held ? held.stream() : new RefusedConnection())
  return {
    address: { embedded: { stream, user: 'postgres', database: 'template1', ssl: false } },
    hold: (database) => {
      held = database
    },
    open: () => {
      isOpen = true
    },
    close: async () => held?.close(),
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
