/**
 * What one client sent, cut into batches: everything up to a Sync, a simple Query or a Flush runs as one call.
 *
 * Names of prepared statements are replaced by names that are unique in the shared session, and texts are examined for
 * effects that outlive a transaction (see statement-rules.ts).
 */
import { effectOf, type StatementEffect } from './statement-rules.ts'
import { FRONTEND, frame, readStartup, readString, replaceString, STARTUP } from './wire.ts'

/** `consumed`: bytes of the client that are processed with the batch. */
export type Batch =
  | { kind: 'reply'; bytes: Buffer; consumed: number }
  | { kind: 'startup'; settings: ReadonlyMap<string, string>; consumed: number }
  | { kind: 'cancel'; id: number; secret: number; consumed: number }
  | { kind: 'terminate'; consumed: number }
  | { kind: 'broken'; message: string; consumed: number }
  | {
      kind: 'run'
      bytes: Buffer
      ends: 'sync' | 'flush'
      /** Uses the unnamed statement before it defines one. */
      needsUnnamed: boolean
      /** Parse of the unnamed statement it leaves behind; null when it drops it, undefined when it leaves it alone. */
      unnamed: Buffer | null | undefined
      touched: Touched
      forgets: boolean
      refusals: string[]
      consumed: number
    }

/** The batch of messages to run. */
export type Run = Extract<Batch, { kind: 'run' }>

export type Touched = Pick<StatementEffect, 'settings' | 'temporary' | 'advisory'>

// the WebAssembly addresses 4 GB and copies what it is given
const MESSAGE_LIMIT = 256 * 1024 * 1024

let statementCounter = 0

export class Inbox {
  /** Fails to parse in PostgreSQL; stands in for refused statements. */
  static readonly refusedText = 'statement_refused_by_embedded_database'

  readonly #id: number
  #started = false
  #left = Buffer.alloc(0)
  #consumed = 0
  #parts: Buffer[] = []
  #needsUnnamed = false
  #unnamed: Buffer | null | undefined
  #forgets = false
  #refusals: string[] = []
  readonly #statements = new Map<string, { name: string; effect: StatementEffect }>()
  #touched: Touched = { settings: false, temporary: false, advisory: false }

  constructor(id: number) {
    this.#id = id
  }

  /** Names that this client's statements have in the session; afterwards it has none. */
  forget(): string[] {
    const names = [...this.#statements.values()].map(({ name }) => name)
    this.#statements.clear()
    return names
  }

  read(bytes: Buffer): Batch[] {
    const input = this.#left.length > 0 ? Buffer.concat([this.#left, bytes]) : bytes
    const batches: Batch[] = []
    let start = 0
    while (true) {
      const header = this.#started ? 1 : 0
      if (input.length - start < header + 4) break
      const end = start + header + input.readInt32BE(start + header)
      if (end < start + header + 4 || end - start > MESSAGE_LIMIT) {
        this.#left = Buffer.alloc(0)
        return [...batches, { kind: 'broken', message: 'invalid message length', consumed: input.length }]
      }
      if (end > input.length) break
      const piece = input.subarray(start, end)
      this.#consumed += piece.length
      const batch = this.#started ? this.#message(piece) : this.#startup(piece)
      if (batch) {
        batches.push(batch)
        this.#consumed = 0
      }
      start = end
    }
    this.#left = Buffer.from(input.subarray(start))
    return batches
  }

  #startup(packet: Buffer): Batch {
    const consumed = packet.length
    const code = packet.readInt32BE(4)
    if (code === STARTUP.ssl || code === STARTUP.gss) return { kind: 'reply', bytes: Buffer.from('N'), consumed }
    if (code === STARTUP.cancel) {
      return { kind: 'cancel', id: packet.readInt32BE(8), secret: packet.readInt32BE(12), consumed }
    }
    this.#started = true
    const settings = readStartup(packet.subarray(8))
    for (const name of ['user', 'database', 'replication']) settings.delete(name)
    if (/^"?utf-?8"?$/i.test(settings.get('client_encoding') ?? '')) settings.delete('client_encoding')
    const options = settings.get('options')
    settings.delete('options')
    for (const [, name, value] of (options ?? '').matchAll(/(?:-c\s*|--)([\w.]+)=((?:\\.|[^\s\\])*)/g)) {
      if (name) settings.set(name, (value ?? '').replace(/\\(.)/g, '$1'))
    }
    return { kind: 'startup', settings, consumed }
  }

  #message(message: Buffer): Batch | undefined {
    switch (message[0]) {
      case FRONTEND.query:
        this.#parts.push(this.#query(message))
        return this.#batch('sync')
      case FRONTEND.parse:
        this.#parts.push(this.#parse(message))
        return undefined
      case FRONTEND.bind:
        this.#parts.push(this.#named(message, readString(message, 5).next))
        return undefined
      case FRONTEND.describe:
      case FRONTEND.close:
        this.#parts.push(message[5] === 0x53 ? this.#named(message, 6) : message)
        return undefined
      case FRONTEND.sync:
      case FRONTEND.functionCall:
        this.#parts.push(message)
        return this.#batch('sync')
      case FRONTEND.flush:
        this.#parts.push(message)
        return this.#batch('flush')
      case FRONTEND.terminate:
        return { kind: 'terminate', consumed: this.#consumed }
      case FRONTEND.copyData:
      case FRONTEND.copyDone:
      case FRONTEND.copyFail:
        return undefined // what follows a COPY that was refused; a server ignores it too
      default:
        this.#parts.push(message)
        return undefined
    }
  }

  #batch(ends: 'sync' | 'flush'): Batch {
    const parts = this.#parts
    const batch: Batch = {
      kind: 'run',
      bytes: parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts),
      ends,
      needsUnnamed: this.#needsUnnamed,
      unnamed: this.#unnamed,
      touched: this.#touched,
      forgets: this.#forgets,
      refusals: this.#refusals,
      consumed: this.#consumed,
    }
    this.#parts = []
    this.#needsUnnamed = this.#forgets = false
    this.#unnamed = undefined
    this.#touched = { settings: false, temporary: false, advisory: false }
    this.#refusals = []
    return batch
  }

  #query(message: Buffer): Buffer {
    this.#unnamed = null
    const effect = effectOf(message.toString('utf8', 5, message.length - 1))
    const text = this.#apply(effect)
    return text === undefined ? message : frame('Q', Buffer.from(`${text}\0`))
  }

  #parse(message: Buffer): Buffer {
    const { value: name, next } = readString(message, 5)
    const effect = effectOf(readString(message, next).value)
    const text = this.#apply(effect)
    const changed = text === undefined ? message : replaceString(message, next, text)
    if (name === '') {
      this.#unnamed = Buffer.from(changed)
      return changed
    }
    const known = this.#statements.get(name)
    const unique = known?.name ?? `_c${this.#id}_${++statementCounter}`
    this.#statements.set(name, { name: unique, effect })
    return replaceString(changed, 5, unique)
  }

  /** A message that names a statement, at `offset`. */
  #named(message: Buffer, offset: number): Buffer {
    const { value: name } = readString(message, offset)
    if (name === '') {
      if (this.#unnamed === undefined) this.#needsUnnamed = true
      return message
    }
    const statement = this.#statements.get(name)
    if (!statement) return message
    if (message[0] === FRONTEND.close) this.#statements.delete(name)
    if (message[0] === FRONTEND.bind) this.#touch(statement.effect)
    return replaceString(message, offset, statement.name)
  }

  /** Notes the effect; gives the text to run instead of the client's, if any. */
  #apply(effect: StatementEffect): string | undefined {
    this.#touch(effect)
    if (effect.refused) {
      this.#refusals.push(effect.refused)
      return Inbox.refusedText
    }
    if (effect.forgets) this.#forgets = true
    return effect.instead
  }

  #touch(effect: StatementEffect): void {
    this.#touched.settings ||= effect.settings
    this.#touched.temporary ||= effect.temporary
    this.#touched.advisory ||= effect.advisory
  }
}
