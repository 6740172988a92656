/**
 * The thread of the embedded database: opens it, runs the session, and writes checkpoints.
 *
 * A server shortens the write-ahead log in a separate checkpointer process, which does not exist here. Instead the log's
 * growth is checked every CHECK_MS, and a checkpoint is written between two turns when the log is large enough.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { type Engine, openEngine } from './engine.ts'
import { Session } from './session.ts'
import type { FromWorker, ToWorker, WorkerOptions } from './worker-messages.ts'

const CHECK_MS = 5_000
const CHECKPOINT_WAL_BYTES = 128 * 1024 * 1024

const port = parentPort
if (!port) throw new Error('this file runs as a worker thread')
const options = workerData as WorkerOptions

const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
const describe = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)) || 'unknown failure'

/** Bytes that own their memory, so that it can be moved to the other thread. */
function owned(part: Buffer): Uint8Array<ArrayBuffer> {
  if (part.byteLength === part.buffer.byteLength && part.buffer instanceof ArrayBuffer) {
    return new Uint8Array(part.buffer)
  }
  return new Uint8Array(part)
}

async function start(): Promise<void> {
  const engine = await openEngine(options)
  const session = new Session({
    engine,
    idleInTransactionMs: options.idleInTransactionMs,
    send: (id, parts, consumed) => {
      const bytes = parts.map(owned)
      tell(
        { type: 'data', id, parts: bytes, consumed },
        bytes.map((part) => part.buffer),
      )
    },
    hangUp: (id) => tell({ type: 'hangUp', id }),
    failed: (cause) => tell({ type: 'failed', message: describe(cause) }),
  })
  const stopCheckpoints = startCheckpoints(engine, session)
  port?.on('message', (message: ToWorker) => {
    if (message.type === 'data') {
      session.receive(message.id, Buffer.from(message.bytes.buffer, message.bytes.byteOffset, message.bytes.byteLength))
    } else if (message.type === 'connect') session.connect(message.id)
    else if (message.type === 'finish') session.finish(message.id)
    else if (message.type === 'disconnect') session.disconnect(message.id)
    else {
      stopCheckpoints()
      void session
        .close()
        .then(() => engine.close())
        .then(
          () => tell({ type: 'closed' }),
          (cause) => tell({ type: 'failed', message: describe(cause) }),
        )
    }
  })
  tell({ type: 'ready' })
}

function startCheckpoints(engine: Engine, session: Session): () => void {
  const position = () => Number(engine.query("select pg_current_wal_insert_lsn() - '0/0'::pg_lsn")[0]?.[0] ?? 0)
  let last = position()
  const check = () => {
    session.between(() => {
      if (position() - last < CHECKPOINT_WAL_BYTES) return
      engine.query('checkpoint')
      last = position()
    })
  }
  const timer = setInterval(check, CHECK_MS)
  return () => clearInterval(timer)
}

start().catch((cause) => tell({ type: 'failed', message: describe(cause) }))
