/** A TCP proxy that can be cut or held back: the server behind it is unreachable, or slow, for whoever goes through it. */
import { connect, createServer, type Socket } from 'node:net'

export type Proxy = {
  readonly port: number
  /** breaks every connection and refuses new ones */
  cut(): void
  restore(): void
  /** from now on nothing of what clients send goes on; what the server sends does */
  swallowRequests(): void
  /** all clients together get no more than this through to the server from now on; undefined: as much as there is */
  limitTo(bytesPerSecond: number | undefined): void
  close(): Promise<void>
}

export async function openProxy(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let open = true
  let swallowing = false
  let limit: number | undefined
  let freeMs = 0
  /** Passes a chunk on once there is time for it on the line that all clients share; nothing more is read before that. */
  const passSlowly = (from: Socket, to: Socket, chunk: Buffer, bytesPerSecond: number): void => {
    from.pause()
    const now = performance.now()
    freeMs = Math.max(freeMs, now) + (chunk.length / bytesPerSecond) * 1000
    setTimeout(() => {
      if (to.destroyed) return
      if (to.write(chunk)) from.resume()
    }, freeMs - now)
  }
  const server = createServer((client) => {
    if (!open) {
      client.destroy()
      return
    }
    const upstream = connect(port, host)
    for (const [a, b] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(a)
      a.on('error', () => b.destroy())
      a.on('close', () => {
        sockets.delete(a)
        b.destroy()
      })
      a.on('data', (chunk: Buffer) => {
        if (swallowing && a === client) return
        if (limit !== undefined && a === client) return passSlowly(a, b, chunk, limit)
        if (!b.write(chunk)) a.pause()
      })
      a.on('end', () => b.end())
      b.on('drain', () => a.resume())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = (): void => {
    open = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    cut,
    restore: () => {
      open = true
      swallowing = false
    },
    swallowRequests: () => {
      swallowing = true
    },
    limitTo: (bytesPerSecond) => {
      limit = bytesPerSecond
      freeMs = 0
    },
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
