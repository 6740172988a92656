import { type Batch, Inbox, type Touched } from './inbox.ts'
import type { Settings } from './session-settings.ts'

/** State of each client of the session. */
export interface Client {
  id: number
  secret: number
  inbox: Inbox
  batches: Batch[]
  queued: boolean
  gone: boolean
  settings: Settings
  /** Settings of its startup packet, until its first turn. */
  wanted: Settings | undefined
  /** Effects of its statements in the present turn. */
  touched: Touched
  /** Parse message of its unnamed statement. */
  unnamed: Buffer | undefined
  idleMs: number
}

export const UNTOUCHED: Touched = { settings: false, temporary: false, advisory: false }

/** `idleMs`: how long its transactions may be idle, unless its startup packet sets another limit. */
export const newClient = (id: number, settings: Settings, idleMs: number): Client => ({
  id,
  secret: Math.floor(Math.random() * 0x7fff_ffff),
  inbox: new Inbox(id),
  batches: [],
  queued: false,
  gone: false,
  settings,
  wanted: undefined,
  touched: UNTOUCHED,
  unnamed: undefined,
  idleMs,
})
