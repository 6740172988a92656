/** Opens the journal of a broker: locks its folder and discards messages of abandoned sessions. */

import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { WEEK_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { lock } from '../data-folder.ts'
import { type Journal, openJournal } from './journal.ts'

/** How long messages are stored for a session whose client has not reconnected and is not one of the city's own. */
const ABANDONED_SESSION_MS = WEEK_MS

type BrokerJournalOptions = {
  readonly journal?: string
  readonly syncToDisk?: boolean
  readonly sessions?: readonly { readonly clientId: string }[]
  readonly log?: { warn(message: string): void; info?(message: string): void; debug?(message: string): void }
}

/** Undefined without `journal`. Throws DATA_DIR_IN_USE, or DATA_DIR_DAMAGED when the file cannot be opened. */
export async function openBrokerJournal(options: BrokerJournalOptions): Promise<Journal | undefined> {
  const { journal: path, syncToDisk, sessions = [], log } = options
  if (path === undefined) return undefined
  const folder = dirname(resolve(path))
  let release = () => {}
  try {
    mkdirSync(folder, { recursive: true })
    release = lock(folder)
    const journal = await openJournal({ path, log, ...(syncToDisk !== undefined && { sync: syncToDisk }) })
    discardAbandoned(journal, new Set(sessions.map(({ clientId }) => clientId)))
    const close = journal.close.bind(journal)
    return Object.assign(journal, { close: () => close().finally(release) })
  } catch (cause) {
    release()
    if (cause instanceof AppError) throw cause
    throw new AppError('DATA_DIR_DAMAGED', `the broker's journal ${path} cannot be used: ${(cause as Error).message}`, {
      cause,
    })
  }
}

function discardAbandoned(journal: Journal, known: Set<string>): void {
  const limit = Date.now() - ABANDONED_SESSION_MS
  for (const { number, at, clients } of [...journal.pending]) {
    if (at > limit) continue
    for (const id of [...clients]) if (!known.has(id)) journal.acknowledge(number, id)
  }
}
