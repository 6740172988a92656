/** What the main thread and the thread of the embedded database say to each other. Bytes are transferred, not copied. */

export interface WorkerOptions {
  folder: string | undefined
  syncToDisk: boolean
  idleInTransactionMs: number
}

export type ToWorker =
  | { type: 'connect'; id: number }
  | { type: 'data'; id: number; bytes: Uint8Array }
  /** The client has said everything. */
  | { type: 'finish'; id: number }
  /** The client is gone. */
  | { type: 'disconnect'; id: number }
  | { type: 'close' }

export type FromWorker =
  | { type: 'ready' }
  /** `consumed`: bytes of the client that have been dealt with. */
  | { type: 'data'; id: number; parts: Uint8Array[]; consumed: number }
  | { type: 'hangUp'; id: number }
  | { type: 'failed'; message: string }
  | { type: 'closed' }
