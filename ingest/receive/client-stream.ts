import { Duplex } from 'node:stream'
import type { PublishReader } from './publish-reader.ts'

/**
 * The network connection as the MQTT client sees it: incoming data without PUBLISH packets, which the reader has taken
 * out, and unchanged outgoing data. While the reader is stopped, nothing is read from the network.
 */
export class ClientStream extends Duplex {
  readonly #socket: Duplex
  readonly #reader: PublishReader

  constructor(socket: Duplex, reader: PublishReader) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    this.#reader = reader
    socket.on('data', (chunk: Buffer) => this.#take(() => reader.push(chunk)))
    socket.on('end', () => this.push(null))
    socket.on('error', (error) => this.destroy(error))
    socket.on('close', () => this.destroy())
  }

  /** Lets the reader continue. */
  proceed(): void {
    this.#take(() => this.#reader.resume())
    if (!this.#reader.stopped) this.#socket.resume()
  }

  #take(read: () => Buffer[]): void {
    try {
      let more = true
      for (const part of read()) more = this.push(part)
      if (!more || this.#reader.stopped) this.#socket.pause()
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  override _read(): void {
    if (!this.#reader.stopped) this.#socket.resume()
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
