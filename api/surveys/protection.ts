import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Queryable } from '#infra/db/pool.ts'
import type { ProtectionRequest } from '#model/statistics/disclosure/protect-intervals.ts'
import type { Suppression } from '#model/statistics/disclosure/suppression.ts'
import type { FromWorker, ToWorker } from './protection-worker.ts'

/** The suppressed cells of all tables of a question, by cellId, with the reason. */
export type Protection = ReadonlyMap<string, Suppression>

/** Counts up with every change of the rules, so that what was worked out by older ones is not used again. */
const RULES = 6
const KEPT = 500

const RECALL = 'select estimator_recall_protection($1) as suppressed'
const STORE = 'select estimator_store_protection($1, $2)'

/**
 * Computes suppression once for a set of answers, in a separate thread, and caches it: in memory, and in the
 * database for the next start. The key is a digest of all that it depends on, so an import or an erasure needs no clean-up.
 * @param db logged in as the estimator, or as the owner of the database
 */
export function openProtection(db: Queryable): (request: ProtectionRequest) => Promise<Protection> {
  const known = new Map<string, Promise<Protection>>()
  return (request) => {
    const digest = createHash('sha256')
      .update(JSON.stringify([RULES, request]))
      .digest('base64')
    const found = known.get(digest)
    if (found) return found
    if (known.size >= KEPT) known.clear()
    const made = recallOrMake(db, digest, request)
    known.set(digest, made)
    made.catch(() => known.delete(digest))
    return made
  }
}

type Pairs = readonly (readonly [string, Suppression])[]

async function recallOrMake(db: Queryable, digest: string, request: ProtectionRequest): Promise<Protection> {
  const stored = (await db.query<{ suppressed: Pairs | null }>(RECALL, [digest])).rows[0]?.suppressed
  if (stored) return new Map(stored)
  const suppressed = await inWorker(request)
  await db.query(STORE, [digest, JSON.stringify(suppressed)])
  return new Map(suppressed)
}

type Waiting = { readonly resolve: (suppressed: Pairs) => void; readonly reject: (error: Error) => void }

/** One worker for the process, started with the first request; it does not keep the process alive. */
let worker: Worker | undefined
let lastId = 0
const waiting = new Map<number, Waiting>()

function inWorker(request: ProtectionRequest): Promise<Pairs> {
  const thread = worker ?? startWorker()
  worker = thread
  const id = ++lastId
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    thread.ref()
    thread.postMessage({ id, request } satisfies ToWorker)
  })
}

function startWorker(): Worker {
  const started = new Worker(new URL('./protection-worker.ts', import.meta.url), { execArgv: [] })
  started.on('message', ({ id, suppressed }: FromWorker) => {
    waiting.get(id)?.resolve(suppressed)
    waiting.delete(id)
    if (waiting.size === 0) started.unref()
  })
  const fail = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    if (worker === started) worker = undefined
  }
  started.on('error', fail)
  started.on('exit', (code) => fail(new Error(`the disclosure control thread ended with code ${code}`)))
  return started
}
