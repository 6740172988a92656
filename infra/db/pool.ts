import pg from 'pg'

/** bigint and numeric counts fit a JavaScript number in every table of ours; pg hands them over as text otherwise. */
const INT8 = 20
const NUMERIC = 1700
pg.types.setTypeParser(INT8, Number)
pg.types.setTypeParser(NUMERIC, Number)

export type Pool = pg.Pool
export type PoolClient = pg.PoolClient
/** What a query needs: a pool, or the client that holds a transaction. */
export type Queryable = Pick<pg.PoolClient, 'query'>

/** How to reach the database: a server's URL, or what the embedded one says pg needs. */
export type DatabaseAddress = { readonly url: string } | { readonly embedded: pg.PoolConfig }

/** Then probes follow each other by a second, and ten without an answer end the connection (libuv's settings). */
const KEEP_ALIVE_MS = 30_000

/** What a process that was stopped, or whose host is gone, has locked is free after it. Far more than is computed between two statements. */
export const IDLE_IN_TRANSACTION_MS = 60_000

export type PoolOptions = {
  readonly max: number
  /** shown in pg_stat_activity */
  readonly applicationName: string
  /** a query that takes longer is given up by the server */
  readonly statementTimeoutMs?: number
  /** a transaction without a statement for longer is rolled back by the server: one of a process that hangs keeps its locks */
  readonly idleInTransactionMs?: number
  /** what goes wrong on an idle connection; pg replaces the connection by itself */
  readonly onIdleError: (error: Error) => void
}

/**
 * A pool of its own for each part, so that bulk loads never starve readers. Its clients are pipelined: a query is sent
 * without waiting for the answer to the one before, and the server takes them in order.
 */
export function createPool(address: DatabaseAddress, options: PoolOptions): Pool {
  const pool = new pg.Pool({
    ...('url' in address ? { connectionString: address.url } : address.embedded),
    max: options.max,
    pipeline: true,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    // a server that is gone without closing is noticed while a connection waits for an answer
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ...(options.statementTimeoutMs !== undefined && { statement_timeout: options.statementTimeoutMs }),
    ...(options.idleInTransactionMs !== undefined && {
      idle_in_transaction_session_timeout: options.idleInTransactionMs,
    }),
  })
  pool.on('error', options.onIdleError)
  // A connection may break between two queries of a transaction: the next query says so. Without a listener it would
  // end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/**
 * Runs `work` in one transaction; what it throws rolls everything back.
 * @param begin may set what holds for the transaction, in the same round trip
 */
export async function inTransaction<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  begin = 'begin',
): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    // Waited for: after a BEGIN that was cancelled, what was sent behind it would be committed statement by statement.
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError
    })
    throw error
  } finally {
    client.release(broken)
  }
}

/** in_failed_sql_transaction: what failed was another statement before this one. */
const FAILED_BEFORE = '25P02'

/**
 * Statements of one transaction that need nothing of each other's answers: sent at once, they take one round trip.
 * @throws what failed first, once none of them is under way any more: what comes later would run after the rollback
 */
export async function together<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(work)
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []))
  if (failures.length > 0)
    throw failures.find((error) => (error as { code?: unknown } | null)?.code !== FAILED_BEFORE) ?? failures[0]
  return results.map((result) => (result.status === 'fulfilled' ? result.value : undefined)) as never
}
