/**
 * Many clients on the one session that the embedded database has.
 *
 * States of a client:
 *
 *     startup  --startup packet-->  ready  --X, disconnect, time limit-->  gone
 *
 * States of the session:
 *
 *     free     --first batch in the queue-->  owned by that client
 *     owned    --ReadyForQuery says 'I'-->    free, and the next client in the queue has its turn
 *     owned    --its client disconnects, or is idle in its transaction for too long-->  rolled back, then free
 *
 * A batch is everything a client sent up to a Sync, a simple Query or a Flush, and runs as one call. A client keeps
 * the session from its first batch until ReadyForQuery reports that no transaction is open, so transactions never
 * interleave; a client that holds a session-level advisory lock keeps the session as well. The queue is first in, first
 * out, one batch at a time.
 */
import { explainRefusals, readStatus } from './answer.ts'
import type { Engine } from './engine.ts'
import type { Batch, Run } from './inbox.ts'
import { type Client, newClient, UNTOUCHED } from './session-client.ts'
import { SessionSettings } from './session-settings.ts'
import {
  authenticationOk,
  backendKey,
  closeStatement,
  errorResponse,
  parameterStatus,
  readyForQuery,
  type Status,
  syncFrame,
} from './wire.ts'

export interface SessionOptions {
  engine: Engine
  /** Longest time a transaction may wait for its client, in ms. */
  idleInTransactionMs: number
  /** Bytes for a client, and how many of the bytes it sent have been dealt with. */
  send(client: number, parts: Buffer[], consumed: number): void
  /** The client's connection ends after what was sent so far. */
  hangUp(client: number): void
  /** The WebAssembly has trapped; nothing can run any more. */
  failed(cause: unknown): void
}

const REPORTED = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
  'is_superuser',
]

/** Answers larger than this are handed on while the statement still runs. */
const SEND_BYTES = 1024 * 1024

export class Session {
  readonly #options: SessionOptions
  readonly #engine: Engine
  readonly #clients = new Map<number, Client>()
  readonly #queue: Client[] = []
  readonly #settings: SessionSettings
  /** ParameterStatus sent to every client. */
  readonly #reported: ReadonlyMap<string, string>
  #owner: Client | undefined
  #status: Status = 'I'
  /** The owner sent a Flush and owes a Sync. */
  #midBatch = false
  #pinned = false
  #unnamedOwner: number | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #scheduled = false
  #failed = false
  #drained: (() => void) | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#engine = options.engine
    this.#settings = new SessionSettings((sql) => this.#ask(sql))
    const [values = []] = this.#ask(`select ${REPORTED.map((name) => `current_setting('${name}')`).join(', ')}`)
    this.#reported = new Map(REPORTED.map((name, index) => [name, values[index] ?? '']))
  }

  connect(id: number): void {
    this.#clients.set(id, newClient(id, this.#settings.base, this.#options.idleInTransactionMs))
  }

  receive(id: number, bytes: Buffer): void {
    const client = this.#clients.get(id)
    if (!client || client.gone) return
    for (const batch of client.inbox.read(bytes)) {
      if (!this.#handshake(client, batch)) client.batches.push(batch)
    }
    this.#enqueue(client)
  }

  /** The client has sent everything; what it sent before still runs. */
  finish(id: number): void {
    const client = this.#clients.get(id)
    if (!client || client.gone) return
    client.batches.push({ kind: 'terminate', consumed: 0 })
    this.#enqueue(client)
  }

  disconnect(id: number): void {
    const client = this.#clients.get(id)
    if (!client) return
    client.gone = true
    client.batches.length = 0
    this.#enqueue(client)
  }

  /** Runs the batches already sent, rolls back open transactions and accepts nothing more. */
  async close(): Promise<void> {
    for (const client of this.#clients.values()) this.disconnect(client.id)
    if (this.#clients.size > 0 && !this.#failed) {
      await new Promise<void>((resolve) => {
        this.#drained = resolve
      })
    }
    clearTimeout(this.#idleTimer)
  }

  /** Runs internal statements while no client has a transaction open; returns false when one has. */
  between(work: (engine: Engine) => void): boolean {
    if (this.#owner || this.#failed) return false
    this.#guard(() => work(this.#engine))
    this.#unnamedOwner = undefined
    return true
  }

  #enqueue(client: Client): void {
    if (!client.queued && client !== this.#owner && (client.batches.length > 0 || client.gone)) {
      client.queued = true
      this.#queue.push(client)
    }
    this.#schedule()
  }

  /** One turn per iteration of the event loop, so that messages of other clients are read between turns. */
  #schedule(): void {
    if (this.#scheduled || this.#failed) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#guard(() => this.#turn())
    })
  }

  #guard(work: () => void): void {
    if (this.#failed) return
    try {
      work()
    } catch (cause) {
      this.#failed = true
      clearTimeout(this.#idleTimer)
      this.#options.failed(cause)
      this.#drained?.()
    }
  }

  #turn(): void {
    const client = this.#owner ?? this.#queue.shift()
    if (!client) return
    if (client !== this.#owner) client.queued = false
    if (client.gone) this.#remove(client)
    else {
      const batch = client.batches.shift()
      if (batch) this.#runBatch(client, batch)
    }
    if (this.#owner ? this.#owner.batches.length > 0 || this.#owner.gone : this.#queue.length > 0) this.#schedule()
  }

  /** Handles batches that need no turn; false when the batch has to wait for one. */
  #handshake(client: Client, batch: Batch): boolean {
    if (batch.kind === 'reply') this.#options.send(client.id, [batch.bytes], batch.consumed)
    else if (batch.kind === 'cancel') this.#cancel(client, batch)
    else if (batch.kind === 'startup') this.#greet(client, batch)
    else return false
    return true
  }

  #runBatch(client: Client, batch: Batch): void {
    clearTimeout(this.#idleTimer)
    if (batch.kind === 'broken') this.#dismiss(client, { code: '08P01', message: batch.message })
    else if (batch.kind !== 'run') this.#remove(client)
    else if (this.#owner === client || this.#own(client)) this.#answer(client, batch)
  }

  #answer(client: Client, batch: Run): void {
    client.touched = {
      settings: client.touched.settings || batch.touched.settings,
      temporary: client.touched.temporary || batch.touched.temporary,
      advisory: client.touched.advisory || batch.touched.advisory,
    }
    const output = this.#execute(client, batch)
    this.#options.send(client.id, output, batch.consumed)
    this.#endTurn(client, batch)
  }

  /** Gives the session to the client with its own settings; false when its startup packet asked for impossible ones. */
  #own(client: Client): boolean {
    this.#settings.load(client.settings)
    if (client.wanted) {
      try {
        client.settings = this.#settings.change(client.wanted)
      } catch (cause) {
        const { code, message } = cause as Error & { code?: string }
        if (!code) throw cause
        this.#settings.restore()
        this.#dismiss(client, { code, message })
        return false
      }
      client.wanted = undefined
    }
    this.#owner = client
    return true
  }

  #execute(client: Client, batch: Run): Buffer[] {
    // all clients share one unnamed statement: restore this client's if another client has overwritten it
    if (batch.needsUnnamed && this.#unnamedOwner !== client.id && client.unnamed) {
      this.#engine.run(client.unnamed, () => {})
      this.#unnamedOwner = client.id
    }
    if (batch.unnamed !== undefined) {
      client.unnamed = batch.unnamed ?? undefined
      this.#unnamedOwner = batch.unnamed ? client.id : undefined
    }
    let output: Buffer[] = []
    let waiting = 0
    let tail = Buffer.alloc(0)
    this.#engine.run(batch.bytes, (part) => {
      tail = part.length >= 6 ? Buffer.from(part.subarray(-6)) : Buffer.concat([tail, part]).subarray(-6)
      output.push(part)
      waiting += part.length
      if (waiting < SEND_BYTES || batch.refusals.length > 0) return
      this.#options.send(client.id, output, 0)
      output = []
      waiting = 0
    })
    this.#midBatch = batch.ends === 'flush'
    if (!this.#midBatch) this.#status = readStatus(tail, batch.bytes)
    return batch.refusals.length > 0 ? [explainRefusals(Buffer.concat(output), batch.refusals)] : output
  }

  #endTurn(client: Client, batch: Run): void {
    if (this.#midBatch || this.#status !== 'I') {
      this.#waitForOwner(client)
      return
    }
    if (client.touched.settings) {
      this.#quietly('reset role')
      this.#quietly('reset session authorization')
      client.settings = this.#settings.capture()
    }
    if (client.touched.temporary) this.#quietly('discard temp')
    if (client.touched.advisory) {
      const [[held] = []] = this.#ask("select count(*) from pg_locks where locktype = 'advisory'")
      this.#pinned = held !== '0'
    }
    if (batch.forgets) this.#closeStatements(client)
    client.touched = UNTOUCHED
    if (this.#pinned) {
      this.#waitForOwner(client)
      return
    }
    this.#owner = undefined
    this.#enqueue(client)
  }

  #waitForOwner(client: Client): void {
    if (client.batches.length > 0 || client.gone) return
    this.#idleTimer = setTimeout(() => this.#guard(() => this.#expire(client)), client.idleMs)
  }

  /** The owner's transaction has been idle for too long. */
  #expire(client: Client): void {
    const message = this.#pinned
      ? `an advisory lock of this client was held without a statement for ${client.idleMs} ms`
      : 'terminating connection due to idle-in-transaction timeout'
    const code = '25P03' // idle_in_transaction_session_timeout
    this.#dismiss(client, { code, message })
    this.#schedule()
  }

  #dismiss(client: Client, { code, message }: { code: string; message: string }): void {
    this.#options.send(client.id, [errorResponse({ severity: 'FATAL', code, message })], 0)
    this.#remove(client)
  }

  #remove(client: Client): void {
    clearTimeout(this.#idleTimer)
    if (this.#owner === client) this.#abandon()
    client.gone = true
    this.#closeStatements(client)
    this.#clients.delete(client.id)
    this.#options.hangUp(client.id)
    if (this.#clients.size === 0) this.#drained?.()
  }

  /** Resets whatever state the owner left the session in. */
  #abandon(): void {
    if (this.#midBatch) this.#engine.run(syncFrame, () => {})
    this.#quietly('rollback')
    if (this.#pinned) this.#quietly('select pg_advisory_unlock_all()')
    const touched = this.#owner?.touched
    if (touched?.temporary) this.#quietly('discard temp')
    if (touched?.settings) this.#settings.restore()
    this.#midBatch = false
    this.#pinned = false
    this.#status = 'I'
    this.#owner = undefined
  }

  #greet(client: Client, batch: Extract<Batch, { kind: 'startup' }>): void {
    const idle = Number(batch.settings.get('idle_in_transaction_session_timeout'))
    if (idle > 0) client.idleMs = idle
    if (batch.settings.size > 0) client.wanted = batch.settings
    const parameters = [...this.#reported].map(([name, value]) =>
      parameterStatus(name, batch.settings.get(name) ?? value),
    )
    const greeting = [authenticationOk, ...parameters, backendKey(client.id, client.secret), readyForQuery('I')]
    this.#options.send(client.id, [Buffer.concat(greeting)], batch.consumed)
  }

  /** A running statement cannot be interrupted; a waiting one can be cancelled. */
  #cancel(client: Client, batch: Extract<Batch, { kind: 'cancel' }>): void {
    const target = this.#clients.get(batch.id)
    if (target && target.secret === batch.secret) {
      const waiting = target.batches.findIndex((each) => each.kind === 'run' && each.ends === 'sync')
      const [cancelled] = waiting < 0 || target === this.#owner ? [] : target.batches.splice(0, waiting + 1).slice(-1)
      if (cancelled?.kind === 'run') {
        const error = errorResponse({
          severity: 'ERROR',
          code: '57014', // query_canceled
          message: 'canceling statement due to user request',
        })
        this.#options.send(target.id, [error, readyForQuery('I')], cancelled.consumed)
      }
    }
    this.#remove(client)
  }

  #ask(sql: string): (string | null)[][] {
    this.#unnamedOwner = undefined // a simple query drops the unnamed statement
    return this.#engine.query(sql)
  }

  #quietly(sql: string): void {
    try {
      this.#ask(sql)
    } catch (cause) {
      if (!(cause as { code?: string }).code) throw cause // a trap, not an SQL error
    }
  }

  #closeStatements(client: Client): void {
    const names = client.inbox.forget()
    if (names.length > 0) this.#engine.run(Buffer.concat([...names.map(closeStatement), syncFrame]), () => {})
  }
}
