/** A TCP proxy that can be cut: the server behind it is away for whoever goes through it. */
import { connect, createServer, type Socket } from 'node:net'

export type Proxy = {
  readonly port: number
  /** breaks every connection and refuses new ones */
  cut(): void
  restore(): void
  /** from now on nothing of what clients send goes on; what the server sends does */
  swallowRequests(): void
  close(): Promise<void>
}

export async function openProxy(host: string, port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let open = true
  let swallowing = false
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
    close: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
