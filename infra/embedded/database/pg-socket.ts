import { Duplex } from 'node:stream'

/** A stream that `pg` accepts as its net.Socket: the methods of a socket that have no effect on a stream. */
export abstract class PgSocket extends Duplex {
  abstract connect(): this

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}
