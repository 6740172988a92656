/**
 * The stream that `pg` uses as its socket; its other end is the thread of the embedded database.
 *
 * All writes of one iteration of the event loop are sent as one message. While UNANSWERED_BYTES are in flight, the writer
 * waits until the database has processed them.
 */
import { PgSocket } from './pg-socket.ts'
import type { ToWorker } from './worker-messages.ts'

const UNANSWERED_BYTES = 16 * 1024 * 1024

type Done = (error?: Error | null) => void

export class ClientStream extends PgSocket {
  readonly #id: number
  readonly #post: (message: ToWorker, transfer?: ArrayBuffer[]) => void
  #outgoing: Uint8Array[] = []
  #scheduled = false
  #unanswered = 0
  #held: Done | undefined
  readonly #incoming: Buffer[] = []
  #reading = false
  #hungUp = false

  constructor(id: number, post: (message: ToWorker, transfer?: ArrayBuffer[]) => void) {
    super({ allowHalfOpen: false }) // like a socket of pg: when the database hangs up, this side closes too
    this.#id = id
    this.#post = post
  }

  override connect(): this {
    process.nextTick(() => {
      if (this.destroyed) return
      this.#post({ type: 'connect', id: this.#id })
      this.emit('connect')
    })
    return this
  }

  // from the database

  receive(parts: readonly Uint8Array[], consumed: number): void {
    for (const part of parts) this.#incoming.push(Buffer.from(part.buffer, part.byteOffset, part.byteLength))
    if (this.#reading) this.#deliver()
    this.#unanswered -= consumed
    if (this.#held && this.#unanswered < UNANSWERED_BYTES) {
      const done = this.#held
      this.#held = undefined
      done()
    }
  }

  hangUp(): void {
    this.#hungUp = true
    if (this.#reading) this.#deliver()
  }

  // Duplex

  override _write(chunk: Buffer, _: BufferEncoding, done: Done): void {
    this.#send([chunk], done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    )
  }

  override _read(): void {
    this.#reading = true
    this.#deliver()
  }

  override _final(done: Done): void {
    this.#flush()
    this.#post({ type: 'finish', id: this.#id })
    done()
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#outgoing = []
    this.#post({ type: 'disconnect', id: this.#id })
    this.#held?.(error)
    this.#held = undefined
    done(error)
  }

  #send(chunks: Buffer[], done: Done): void {
    for (const chunk of chunks) {
      this.#outgoing.push(chunk)
      this.#unanswered += chunk.length
    }
    if (!this.#scheduled) {
      this.#scheduled = true
      process.nextTick(() => this.#flush())
    }
    if (this.#unanswered < UNANSWERED_BYTES) done()
    else this.#held = done
  }

  #flush(): void {
    this.#scheduled = false
    if (this.#outgoing.length === 0) return
    const bytes = new Uint8Array(this.#outgoing.reduce((sum, chunk) => sum + chunk.length, 0))
    let offset = 0
    for (const chunk of this.#outgoing) {
      bytes.set(chunk, offset)
      offset += chunk.length
    }
    this.#outgoing = []
    this.#post({ type: 'data', id: this.#id, bytes }, [bytes.buffer])
  }

  #deliver(): void {
    while (this.#reading && this.#incoming.length > 0) this.#reading = this.push(this.#incoming.shift())
    if (this.#hungUp && this.#incoming.length === 0 && this.#reading) {
      this.#reading = false
      this.push(null)
    }
  }
}
