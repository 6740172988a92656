/**
 * The broker's journal: messages that were accepted and that some client has not acknowledged yet, in one file.
 *
 *     append  --written with what came in the same turn-->  kept  --settled by each of its clients-->  gone
 *
 * Writes are grouped: one at a time is under way, and what arrives meanwhile is the next one. With `sync` each write
 * of messages waits for the disk. A settled message is marked by a record that nobody waits for: if that is lost, the
 * message is delivered once more.
 *
 * The file is emptied when nothing is kept, and written anew with only what is kept once it is larger than REWRITE_BYTES
 * and twice what is kept. So it is never larger than that, apart from what arrives while it is rewritten.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { encodeKept, encodeSettled, type KeptMessage, MARK, readRecords } from './journal-records.ts'

export type { KeptMessage } from './journal-records.ts'

export interface JournalOptions {
  /** The file; made, with its folder, when it does not exist. */
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
  const kept = existsSync(path) ? await readBack(path, options.log) : new Map<number, KeptMessage>()
  const journal = new Journal({ ...options, path }, kept)
  await journal.rewrite()
  return journal
}

const draftOf = (path: string) => `${path}.next`

async function readBack(path: string, log: JournalOptions['log']): Promise<Map<number, KeptMessage>> {
  const kept = new Map<number, KeptMessage>()
  const { state, offset } = await readRecords(path, (record) => {
    if ('kept' in record) kept.set(record.kept.number, record.kept)
    else if (record.clientId === '') kept.delete(record.settled)
    else settleFor(kept, record.settled, record.clientId)
  })
  if (state === 'torn') log?.info?.(`the last record of ${path} was being written when its process ended: left out`)
  if (state === 'damaged') {
    const aside = `${path}.damaged-${Date.now()}`
    renameSync(path, aside)
    log?.warn(
      `${path} is damaged at byte ${offset}: ${kept.size} messages before it are used, the file is now ${aside}`,
    )
  }
  return kept
}

/** True when the message was kept for that client. */
function settleFor(kept: Map<number, KeptMessage>, number: number, clientId: string): boolean {
  const message = kept.get(number)
  if (!message?.clients.delete(clientId)) return false
  if (message.clients.size === 0) kept.delete(number)
  return true
}

const sizeOf = ({ payload, topic }: KeptMessage) => payload.length + topic.length + 64

export class Journal {
  readonly #path: string
  readonly #sync: boolean
  readonly #rewriteBytes: number
  readonly #log: JournalOptions['log']
  readonly #kept: Map<number, KeptMessage>
  #file: FileHandle | undefined
  #bytes = 0
  #keptBytes = 0
  #rewriteAbove: number
  #number: number
  #batch: Batch = { records: [], waiting: [] }
  /** How many wait for a write. */
  #inLine = 0
  #failing = false
  #run: Promise<void> | undefined

  constructor(
    { path, sync = true, rewriteBytes = REWRITE_BYTES, log }: JournalOptions,
    kept: Map<number, KeptMessage>,
  ) {
    this.#path = path
    this.#sync = sync
    this.#rewriteBytes = rewriteBytes
    this.#rewriteAbove = rewriteBytes
    this.#log = log
    this.#kept = kept
    this.#number = 0
    for (const message of kept.values()) {
      this.#keptBytes += sizeOf(message)
      this.#number = Math.max(this.#number, message.number)
    }
  }

  /** What is kept, oldest first; not to be changed. */
  get kept(): Iterable<KeptMessage> {
    return this.#kept.values()
  }

  /** Length of the file. */
  get bytes(): number {
    return this.#bytes
  }

  /**
   * Keeps a message for its clients (at least one) and returns its number; `done` is called, in the order of the
   * calls and each time in a turn of its own, when it is in the file.
   */
  append(message: Omit<KeptMessage, 'number' | 'at'>, done: Done): number {
    this.#number += 1
    const whole = { ...message, number: this.#number, at: Date.now() }
    this.#kept.set(whole.number, whole)
    this.#keptBytes += sizeOf(whole)
    this.#write(encodeKept(whole), (error) => {
      if (error) this.#forget(whole)
      done(error)
    })
    return whole.number
  }

  /** Calls `done` like `append`, after everything that was appended before, without keeping anything. */
  afterAppended(done: Done): void {
    if (this.#inLine === 0) setImmediate(done, null)
    else this.#write(undefined, done)
  }

  /** The client has acknowledged the message, or will never get it. */
  settle(number: number, clientId: string): void {
    const message = this.#kept.get(number)
    if (!message || !settleFor(this.#kept, number, clientId)) return
    const last = message.clients.size === 0
    if (last) this.#keptBytes -= sizeOf(message)
    this.#write(encodeSettled(number, last ? '' : clientId))
  }

  /** Writes what is waiting and closes the file. */
  async close(): Promise<void> {
    while (this.#run) await this.#run
    await this.#file?.close()
    this.#file = undefined
  }

  /** Writes the file anew, with only what is kept. A crash in the middle leaves the old one. */
  async rewrite(): Promise<void> {
    const draft = draftOf(this.#path)
    const file = await open(draft, 'w')
    let bytes = 0
    try {
      const messages = [...this.#kept.values()]
      for (let next = 0; next < messages.length || bytes === 0; ) {
        const records: Buffer[] = bytes === 0 ? [MARK] : []
        for (let size = 0; size < CHUNK_BYTES && next < messages.length; next += 1) {
          const message = messages[next] as KeptMessage
          if (message.clients.size === 0) continue // settled while the ones before it were written
          const record = encodeKept(message)
          records.push(record)
          size += record.length
        }
        bytes += await writeAt(file, Buffer.concat(records), bytes)
      }
      if (this.#sync) await file.datasync()
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

  #forget(message: KeptMessage): void {
    if (this.#kept.delete(message.number)) this.#keptBytes -= sizeOf(message)
  }

  #write(record: Buffer | undefined, done?: Done): void {
    if (record) this.#batch.records.push(record)
    if (done) {
      this.#inLine += 1
      this.#batch.waiting.push(done)
    }
    // not at once: what else comes in this turn belongs to the same write
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
      // Only now: what was written by half is written over by the next batch.
      this.#bytes += written
      return null
    } catch (error) {
      return error as Error
    }
  }

  async #shrink(): Promise<void> {
    try {
      if (this.#kept.size === 0 && this.#batch.records.length === 0 && this.#bytes > EMPTY_BYTES) {
        await this.#file?.truncate(MARK.length)
        this.#bytes = MARK.length
      } else if (this.#bytes > this.#rewriteAbove && this.#bytes > 2 * this.#keptBytes) {
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

/** A new name in a folder is on the disk when the folder is; some systems cannot say that of a folder. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    await folder.sync().finally(() => folder.close())
  } catch {
    // then it is as good as the system's own habit
  }
}
