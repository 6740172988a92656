import type { Pool, PoolClient } from '#infra/db/pool.ts'

export type Fault = 'kill' | 'stall'

/**
 * The database as a process sees it that may be killed (kill -9) or stopped (SIGSTOP, a long pause) at any statement: before it
 * is sent, or after the database has carried it out. The server ends the transactions of a killed process.
 */
export type FaultyPool = {
  readonly pool: Pool
  /** the next fault: at that many of the following points, from 0 */
  arm(fault: Fault, atPoint: number): void
  /** another point at which faults happen: sending */
  point(): Promise<void>
  /** whether a fault has happened */
  readonly state: 'running' | 'killed' | 'stalled'
  /** a process that was stopped goes on */
  resume(): void
  /** resolves when a fault happens */
  failed(): Promise<void>
}

export function createFaultyPool(pool: Pool): FaultyPool {
  let state: FaultyPool['state'] = 'running'
  let armed: { fault: Fault; left: number } | undefined
  let resumed = Promise.withResolvers<void>()
  let failed = Promise.withResolvers<void>()
  const clients = new Set<PoolClient>()

  function begin(fault: Fault): void {
    armed = undefined
    state = fault === 'kill' ? 'killed' : 'stalled'
    if (fault === 'kill') for (const client of clients) destroy(client)
    failed.resolve()
  }
  async function point(): Promise<void> {
    if (armed && state === 'running' && armed.left-- <= 0) begin(armed.fault)
    while (state === 'stalled') await resumed.promise
    if (state === 'killed') await new Promise<never>(() => {})
  }
  async function through<T>(work: () => Promise<T>): Promise<T> {
    await point()
    const settled = await work().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error
      },
    )
    await point()
    return settled()
  }

  const faultyClient = (client: PoolClient): PoolClient =>
    ({
      query: (...query: Parameters<Pool['query']>) =>
        through(() => client.query(...query) as unknown as Promise<unknown>),
      release: (error?: Error) => {
        clients.delete(client)
        client.release(error)
      },
    }) as unknown as PoolClient
  const faulty = {
    query: (...query: Parameters<Pool['query']>) => through(() => pool.query(...query) as unknown as Promise<unknown>),
    connect: () =>
      through(async () => {
        const client = await pool.connect()
        clients.add(client)
        return faultyClient(client)
      }),
  }
  return {
    pool: faulty as unknown as Pool,
    arm: (fault, atPoint) => {
      armed = { fault, left: atPoint }
    },
    point,
    get state() {
      return state
    },
    resume: () => {
      if (state !== 'stalled') return
      state = 'running'
      failed = Promise.withResolvers<void>()
      resumed.resolve()
      resumed = Promise.withResolvers<void>()
    },
    failed: () => failed.promise,
  }
}

/** As the kernel does when a process dies: without a word to the server. */
function destroy(client: PoolClient): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } }
  client.removeAllListeners('error').on('error', () => {})
  connection.stream.destroy()
  client.release(new Error('killed'))
}
