/**
 * The embedded database: PostgreSQL 17 with TimescaleDB in a thread of this process, for `pg` exactly like a server.
 *
 *     opening  --ready-->  open  --close()-->  closing  -->  closed
 *     opening  --files cannot be used-->  closed (DATA_DIR_IN_USE, DATA_DIR_DAMAGED, DATABASE_FAILED is thrown)
 *     open     --the WebAssembly traps or its thread dies-->  every client gets an error, and the folder is opened again
 *     open     --that happens more than RESTARTS times in RESTART_WINDOW_MS-->  failed: `onFailure` is called once
 *
 * Every committed row is in the folder, so a new thread continues where the old one stopped; statements in progress
 * fail with DATABASE_FAILED, which may be retried (infra/db/retry.ts). A database in memory cannot be recovered.
 *
 * docs/embedded.md says what it does not do that a server does.
 */

import type { Duplex } from 'node:stream'
import { Worker } from 'node:worker_threads'
import { MINUTE_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { type DataFolder, damaged, takeDataFolder } from '../data-folder.ts'
import { ClientStream } from './client-stream.ts'
import type { FromWorker, ToWorker, WorkerOptions } from './worker-messages.ts'

export interface EmbeddedDatabaseOptions {
  /** Folder that holds the data; created when missing. Undefined: in memory, gone with the process. */
  dataDir?: string | undefined
  /** Tar file that a database in memory starts from (engine.ts). */
  image?: string | undefined
  /** Told every `tellMs` (15 s) that it is not open yet. However long that takes, opening goes on: recovery is repeated if it is interrupted. */
  onWaiting?: (seconds: number) => void
  tellMs?: number
  log?: { info(message: string): void; error(message: string): void }
  /** The database broke down too often and is lost to this process (committed rows are not): every query fails from now on. */
  onFailure?: (error: AppError) => void
  /** Longest time a transaction may wait for its client before it is rolled back. */
  idleInTransactionMs?: number
  /** Wait for the disk at each commit (default), so that commits survive a power failure too. */
  syncToDisk?: boolean
}

export interface EmbeddedDatabase {
  /** For the `stream` option of `pg`. */
  stream: () => Duplex
  /** What to give to `new pg.Pool({ ...poolConfig })`. */
  poolConfig: { stream: () => Duplex; user: string; database: string; ssl: false }
  /** Runs what was sent, rolls back what is open, writes everything to the folder and frees it. */
  close(): Promise<void>
}

const IDLE_IN_TRANSACTION_MS = MINUTE_MS
const RESTARTS = 3
const RESTART_WINDOW_MS = 600_000
const TELL_MS = 15_000
const CLOSE_LIMIT_MS = 15_000

/** Opens or creates the database. Throws AppError DATA_DIR_IN_USE, DATA_DIR_DAMAGED or DATABASE_FAILED. */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions = {}): Promise<EmbeddedDatabase> {
  const folder = options.dataDir === undefined ? undefined : takeDataFolder(options.dataDir)
  const supervisor = new Supervisor(folder, options)
  try {
    await supervisor.opened
    folder?.markCreated()
  } catch (cause) {
    await supervisor.close()
    if (!options.dataDir || folder?.fresh) throw cause
    throw damaged(options.dataDir, `the database did not open (${(cause as Error).message})`, cause)
  }
  const stream = () => supervisor.stream()
  return {
    stream,
    poolConfig: { stream, user: 'postgres', database: 'template1', ssl: false },
    close: () => supervisor.close(),
  }
}

/** Keeps a thread with the database running, and the folder taken for as long as it does. */
class Supervisor {
  readonly opened: Promise<void>
  readonly #folder: DataFolder | undefined
  readonly #options: EmbeddedDatabaseOptions
  #connection: Connection
  #failures: number[] = []
  #restarting: Promise<void> | undefined
  #closed: Promise<void> | undefined

  constructor(folder: DataFolder | undefined, options: EmbeddedDatabaseOptions) {
    this.#folder = folder
    this.#options = options
    this.#connection = this.#open()
    this.opened = this.#connection.opened
  }

  stream(): Duplex {
    return this.#connection.stream()
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  #open(): Connection {
    return new Connection(this.#folder, this.#options, (error) => this.#failed(error))
  }

  #failed(error: AppError): void {
    const { log, onFailure } = this.#options
    log?.error(error.message)
    const now = performance.now()
    this.#failures = [...this.#failures.filter((at) => now - at < RESTART_WINDOW_MS), now]
    if (this.#closed) return
    if (!this.#folder || this.#failures.length > RESTARTS) onFailure?.(error)
    else this.#restarting = this.#restart()
  }

  async #restart(): Promise<void> {
    await this.#connection.terminate()
    if (this.#closed) return
    const next = this.#open()
    this.#connection = next
    try {
      await next.opened
      this.#options.log?.info('the embedded database is open again, with every committed row')
    } catch (cause) {
      this.#options.onFailure?.(cause as AppError)
    }
  }

  async #close(): Promise<void> {
    await this.#restarting
    await this.#connection.close()
    this.#folder?.release()
  }
}

/** One thread with the database, and the clients that speak to it. */
class Connection {
  readonly opened: Promise<void>
  readonly #worker: Worker
  readonly #onFailure: (error: AppError) => void
  readonly #streams = new Map<number, ClientStream>()
  #nextId = 1
  #state: 'opening' | 'open' | 'closing' | 'closed' | 'failed' = 'opening'
  #settleOpen: (error?: Error) => void = () => {}
  #settleClose: () => void = () => {}
  #closed: Promise<void> | undefined

  constructor(folder: DataFolder | undefined, options: EmbeddedDatabaseOptions, onFailure: (error: AppError) => void) {
    this.#onFailure = onFailure
    const workerData: WorkerOptions = {
      folder: folder?.files,
      image: options.image,
      syncToDisk: options.syncToDisk ?? true,
      idleInTransactionMs: options.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS,
    }
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, execArgv: [] })
    const start = performance.now()
    this.opened = new Promise((resolve, reject) => {
      const teller = setInterval(
        () => options.onWaiting?.(Math.round((performance.now() - start) / 1000)),
        options.tellMs ?? TELL_MS,
      )
      this.#settleOpen = (error) => {
        clearInterval(teller)
        if (error) reject(error)
        else resolve()
      }
    })
    this.#worker.on('message', (message: FromWorker) => this.#receive(message))
    this.#worker.on('error', (error) => this.#fail(error.message))
    this.#worker.on('exit', (code) => this.#fail(`its thread ended with code ${code}`))
  }

  stream(): Duplex {
    const id = this.#nextId++
    const stream = new ClientStream(id, (message, transfer) => this.#post(message, transfer))
    if (this.#state !== 'open') {
      stream.connect = () => stream
      process.nextTick(() => stream.destroy(new AppError('DATABASE_FAILED', `the embedded database is ${this.#state}`)))
      return stream
    }
    this.#streams.set(id, stream)
    stream.once('close', () => this.#streams.delete(id))
    return stream
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  /** Ends the thread without regard for what it does. */
  async terminate(): Promise<void> {
    if (this.#state !== 'failed') this.#state = 'closed'
    await this.#worker.terminate()
  }

  async #close(): Promise<void> {
    if (this.#state === 'open') {
      this.#state = 'closing'
      const closed = new Promise<void>((resolve) => {
        this.#settleClose = resolve
      })
      this.#worker.postMessage({ type: 'close' } satisfies ToWorker)
      const limit = setTimeout(this.#settleClose, CLOSE_LIMIT_MS)
      await closed
      clearTimeout(limit)
    }
    await this.terminate()
    this.#breakStreams()
  }

  #post(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    if (this.#state === 'open' || this.#state === 'closing') this.#worker.postMessage(message, transfer)
  }

  #receive(message: FromWorker): void {
    if (message.type === 'data') this.#streams.get(message.id)?.receive(message.parts, message.consumed)
    else if (message.type === 'hangUp') this.#streams.get(message.id)?.hangUp()
    else if (message.type === 'failed') this.#fail(message.message)
    else if (message.type === 'closed') this.#settleClose()
    else {
      this.#state = 'open'
      this.#settleOpen()
    }
  }

  #fail(what: string): void {
    if (this.#state === 'failed' || this.#state === 'closed') return
    const before = this.#state
    this.#state = 'failed'
    const error = new AppError(
      'DATABASE_FAILED',
      `the embedded database has stopped: ${what}. Every committed row is in the data folder`,
    )
    this.#settleOpen(error)
    this.#settleClose()
    this.#breakStreams(error)
    if (before !== 'opening') this.#onFailure(error)
  }

  #breakStreams(error?: Error): void {
    for (const stream of this.#streams.values()) stream.destroy(error)
    this.#streams.clear()
  }
}
