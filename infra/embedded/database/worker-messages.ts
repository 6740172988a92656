/** Messages between the main thread and the thread of the embedded database. Bytes are transferred, not copied. */

export interface WorkerOptions {
  folder: string | undefined
  image: string | undefined
  syncToDisk: boolean
  idleInTransactionMs: number
}

export type ToWorker =
  | { type: 'connect'; id: number }
  | { type: 'data'; id: number; bytes: Uint8Array }
  /** The client has sent everything. */
  | { type: 'finish'; id: number }
  /** The client has disconnected. */
  | { type: 'disconnect'; id: number }
  | { type: 'close' }

export type FromWorker =
  | { type: 'ready' }
  /** `consumed`: bytes of the client that have been processed. */
  | { type: 'data'; id: number; parts: Uint8Array[]; consumed: number }
  | { type: 'hangUp'; id: number }
  | { type: 'failed'; message: string }
  | { type: 'closed' }
