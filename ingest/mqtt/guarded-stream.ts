import { Duplex } from 'node:stream'
import type { FrameGuard } from './frame-guard.ts'

/** The network connection as the MQTT client sees it: what comes in has passed the guard, what goes out is untouched. */
export class GuardedStream extends Duplex {
  readonly #socket: Duplex

  constructor(socket: Duplex, guard: FrameGuard) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => {
      let more = true
      for (const part of guard.push(chunk)) more = this.push(part)
      if (!more) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done)
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#socket.write(Buffer.concat(chunks.map(({ chunk }) => chunk)), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
