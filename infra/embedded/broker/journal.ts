/**
 * The broker's journal: messages that were accepted and that some client has not acknowledged yet, in one file.
 *
 *     append  --written with everything from the same turn-->  pending  --acknowledged by each of its clients-->  gone
 *
 * Writes are grouped: one is in progress at a time, and records that arrive meanwhile form the next one. With `sync` each
 * write of messages waits for the disk. An acknowledgement is a record that nothing waits for: if it is lost, the message
 * is delivered once more.
 *
 * The file is emptied when no message is pending, and rewritten with only the pending ones once it is larger than
 * REWRITE_BYTES and twice their size. So it is never larger than that, apart from what arrives during the rewrite.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { encodeAcknowledged, encodeMessage, MARK, type PendingMessage, readRecords } from './journal-records.ts'

export type { PendingMessage } from './journal-records.ts'

export interface JournalOptions {
  /** The file; created, with its folder, when it does not exist. */
  path: string
  /** False: a killed process loses nothing, a power failure may. */
  sync?: boolean
  rewriteBytes?: number
  log?: { warn(message: string): void; info?(message: string): void } | undefined
}

type Done = (error: Error | null) => void
type Batch = { records: Buffer[]; waiting: Done[] }

const REWRITE_BYTES = 32 * 1024 * 1024
/** Below this an emptied file is not worth a system call. */
const EMPTY_BYTES = 64 * 1024
const CHUNK_BYTES = 1024 * 1024

/** Opens the file and reads it back. Throws what the file system throws. */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const path = resolve(options.path)
  mkdirSync(dirname(path), { recursive: true })
  rmSync(draftOf(path), { force: true })
  const pending = existsSync(path) ? await readBack(path, options.log) : new Map<number, PendingMessage>()
  const journal = new Journal({ ...options, path }, pending)
  await journal.rewrite()
  return journal
}

const draftOf = (path: string) => `${path}.next`

async function readBack(path: string, log: JournalOptions['log']): Promise<Map<number, PendingMessage>> {
  const pending = new Map<number, PendingMessage>()
  const { state, offset } = await readRecords(path, (record) => {
    if ('message' in record) pending.set(record.message.number, record.message)
    else if (record.clientId === '') pending.delete(record.acknowledged)
    else acknowledgeFor(pending, record.acknowledged, record.clientId)
  })
  if (state === 'torn') log?.info?.(`the last record of ${path} was being written when its process ended: left out`)
  if (state === 'damaged') {
    const aside = `${path}.damaged-${Date.now()}`
    renameSync(path, aside)
    log?.warn(
      `${path} is damaged at byte ${offset}: ${pending.size} messages before it are used, the file is now ${aside}`,
    )
  }
  return pending
}

/** True when the message was pending for that client. */
function acknowledgeFor(pending: Map<number, PendingMessage>, number: number, clientId: string): boolean {
  const message = pending.get(number)
  if (!message?.clients.delete(clientId)) return false
  if (message.clients.size === 0) pending.delete(number)
  return true
}

const sizeOf = ({ payload, topic }: PendingMessage) => payload.length + topic.length + 64

export class Journal {
  readonly #path: string
  readonly #sync: boolean
  readonly #rewriteBytes: number
  readonly #log: JournalOptions['log']
  readonly #pending: Map<number, PendingMessage>
  #file: FileHandle | undefined
  #bytes = 0
  #pendingBytes = 0
  #rewriteAbove: number
  #number: number
  #batch: Batch = { records: [], waiting: [] }
  /** How many wait for a write. */
  #inLine = 0
  #failing = false
  #run: Promise<void> | undefined

  constructor(
    { path, sync = true, rewriteBytes = REWRITE_BYTES, log }: JournalOptions,
    pending: Map<number, PendingMessage>,
  ) {
    this.#path = path
    this.#sync = sync
    this.#rewriteBytes = rewriteBytes
    this.#rewriteAbove = rewriteBytes
    this.#log = log
    this.#pending = pending
    this.#number = 0
    for (const message of pending.values()) {
      this.#pendingBytes += sizeOf(message)
      this.#number = Math.max(this.#number, message.number)
    }
  }

  /** Pending messages, oldest first; not to be changed. */
  get pending(): Iterable<PendingMessage> {
    return this.#pending.values()
  }

  /** Length of the file. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Stores a message for its clients (at least one) and returns its number; `done` is called when it is in the file, in
   * the order of the calls and each time in a separate turn of the event loop.
   */
  append(message: Omit<PendingMessage, 'number' | 'at'>, done: Done): number {
    this.#number += 1
    const whole = { ...message, number: this.#number, at: Date.now() }
    this.#pending.set(whole.number, whole)
    this.#pendingBytes += sizeOf(whole)
    this.#write(encodeMessage(whole), (error) => {
      if (error) this.#remove(whole)
      done(error)
    })
    return whole.number
  }

  /** Calls `done` like `append`, after everything that was appended before, without storing anything. */
  afterAppended(done: Done): void {
    if (this.#inLine === 0) setImmediate(done, null)
    else this.#write(undefined, done)
  }

  /** The client has acknowledged the message, or will never get it. */
  acknowledge(number: number, clientId: string): void {
    const message = this.#pending.get(number)
    if (!message || !acknowledgeFor(this.#pending, number, clientId)) return
    const last = message.clients.size === 0
    if (last) this.#pendingBytes -= sizeOf(message)
    this.#write(encodeAcknowledged(number, last ? '' : clientId))
  }

  /** Writes what is waiting and closes the file. */
  async close(): Promise<void> {
    while (this.#run) await this.#run
    await this.#file?.close()
    this.#file = undefined
  }

  /** Writes what is pending at this moment to another file. */
  async copyTo(path: string): Promise<void> {
    const file = await open(path, 'wx')
    await this.#writePending(file).finally(() => file.close())
  }

  /** @returns the length of the file */
  async #writePending(file: FileHandle): Promise<number> {
    let bytes = 0
    const messages = [...this.#pending.values()]
    for (let next = 0; next < messages.length || bytes === 0; ) {
      const records: Buffer[] = bytes === 0 ? [MARK] : []
      for (let size = 0; size < CHUNK_BYTES && next < messages.length; next += 1) {
        const message = messages[next] as PendingMessage
        if (message.clients.size === 0) continue // acknowledged while the ones before it were written
        const record = encodeMessage(message)
        records.push(record)
        size += record.length
      }
      bytes += await writeAt(file, Buffer.concat(records), bytes)
    }
    if (this.#sync) await file.datasync()
    return bytes
  }

  /** Rewrites the file with only the pending messages. A crash during the rewrite leaves the old file. */
  async rewrite(): Promise<void> {
    const draft = draftOf(this.#path)
    const file = await open(draft, 'w')
    let bytes = 0
    try {
      bytes = await this.#writePending(file)
      renameSync(draft, this.#path)
      if (this.#sync) await syncFolder(dirname(this.#path))
    } catch (error) {
      await file.close()
      rmSync(draft, { force: true })
      throw error
    }
    await this.#file?.close()
    this.#file = file
    this.#bytes = bytes
    this.#rewriteAbove = Math.max(this.#rewriteBytes, 2 * bytes)
  }

  #remove(message: PendingMessage): void {
    if (this.#pending.delete(message.number)) this.#pendingBytes -= sizeOf(message)
  }

  #write(record: Buffer | undefined, done?: Done): void {
    if (record) this.#batch.records.push(record)
    if (done) {
      this.#inLine += 1
      this.#batch.waiting.push(done)
    }
    // deferred: everything else from this turn belongs to the same write
    this.#run ??= new Promise((resolve) => {
      setImmediate(() => this.#writeBatches().then(resolve))
    })
  }

  async #writeBatches(): Promise<void> {
    while (this.#batch.records.length > 0 || this.#batch.waiting.length > 0) {
      const { records, waiting } = this.#batch
      this.#batch = { records: [], waiting: [] }
      const error = await this.#writeBatch(Buffer.concat(records), waiting.length > 0)
      // A turn for each: aedes takes a message for a duplicate if a later one overtakes it between two promises.
      for (const done of waiting) setImmediate(done, error)
      this.#inLine -= waiting.length
      if (error && !this.#failing) this.#log?.warn(`${this.#path} cannot be written: ${error.message}`)
      this.#failing = error !== null
      await this.#shrink()
    }
    this.#run = undefined
  }

  async #writeBatch(bytes: Buffer, somebodyWaits: boolean): Promise<Error | null> {
    if (bytes.length === 0) return null
    try {
      if (!this.#file) throw new Error('the journal is closed')
      const written = await writeAt(this.#file, bytes, this.#bytes)
      if (this.#sync && somebodyWaits) await this.#file.datasync()
      // Only now: the next batch overwrites a partial write.
      this.#bytes += written
      return null
    } catch (error) {
      return error as Error
    }
  }

  async #shrink(): Promise<void> {
    try {
      if (this.#pending.size === 0 && this.#batch.records.length === 0 && this.#bytes > EMPTY_BYTES) {
        await this.#file?.truncate(MARK.length)
        this.#bytes = MARK.length
      } else if (this.#bytes > this.#rewriteAbove && this.#bytes > 2 * this.#pendingBytes) {
        await this.rewrite()
      }
    } catch (error) {
      this.#rewriteAbove = this.#bytes + this.#rewriteBytes
      this.#log?.warn(`${this.#path} cannot be made smaller: ${(error as Error).message}`)
    }
  }
}

/** Writes all of it, however many calls that takes. */
async function writeAt(file: FileHandle, bytes: Buffer, position: number): Promise<number> {
  let written = 0
  while (written < bytes.length) {
    written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten
  }
  return written
}

/** A new name in a folder is on disk once the folder is synced, which some systems do not support. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    // unsupported for folders here: rely on the file system
  }
}
