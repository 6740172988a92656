import { constants } from 'node:fs'
import { copyFile, cp, mkdir, open, readdir, rm, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { createPool, type DatabaseAddress, inTransaction } from '#infra/db/pool.ts'
import { HOUR_MS } from '#model/basics/durations.ts'
import { AppError } from '#model/basics/errors.ts'
import { type BackupNote, contentOf, NOTE } from './note.ts'

export type BackupParts = {
  readonly dataDir: string
  readonly database: DatabaseAddress
  /** absent where the broker is a server */
  readonly copyJournal?: ((path: string) => Promise<void>) | undefined
  readonly clock: () => Date
}
export type Backup = BackupNote & { readonly folder: string; readonly heldMs: number }

const OWNER_ONLY = 0o700

/**
 * Copies an embedded city while it runs into a folder that is a DATA_DIR of its own.
 *
 * A transaction holds the only session of the database for the copy, so nothing is committed meanwhile, and nothing that the broker
 * has accepted is acknowledged to it by the ingest: what is not in the copied database is in the copied journal, and is
 * delivered again. Publishers get their acknowledgements; readers wait.
 * @throws AppError BACKUP_FAILED when the folder cannot be written; nothing is left behind then
 */
export async function backUp({ dataDir, database, copyJournal, clock }: BackupParts): Promise<Backup> {
  const folder = join(
    dataDir,
    'backups',
    clock()
      .toISOString()
      .replaceAll(':', '-')
      .replace(/\.\d+Z$/, 'Z'),
  )
  try {
    await mkdir(join(dataDir, 'backups'), { recursive: true, mode: OWNER_ONLY })
    await mkdir(folder, { mode: OWNER_ONLY })
  } catch (cause) {
    throw new AppError('BACKUP_FAILED', (cause as Error).message, { cause })
  }
  const pool = createPool(database, {
    max: 1,
    applicationName: 'citywell-backup',
    idleInTransactionMs: HOUR_MS,
    onIdleError: () => {},
  })
  try {
    await copyFiles(dataDir, folder)
    let start = 0
    const note = await inTransaction(pool, async (client): Promise<BackupNote> => {
      start = performance.now()
      const content = await contentOf(client)
      await client.query('checkpoint')
      await copyDatabase(dataDir, folder)
      const at = clock().toISOString()
      if (copyJournal) {
        await mkdir(join(folder, 'broker'), { mode: OWNER_ONLY })
        await copyJournal(join(folder, 'broker', 'journal'))
      }
      // fails where the session was lost meanwhile, and somebody else may have written
      await client.query('select 1')
      return { at, ...content }
    })
    const heldMs = Math.round(performance.now() - start)
    await syncAll(folder)
    await writeFile(join(folder, NOTE), `${JSON.stringify(note, null, 2)}\n`, { flush: true })
    return { folder, heldMs, ...note }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new AppError('BACKUP_FAILED', (error as Error).message, { cause: error })
  } finally {
    await pool.end()
  }
}

/** Key and state of the simulator, which are small, and replaced as a whole when they change. */
async function copyFiles(dataDir: string, folder: string): Promise<void> {
  for (const entry of await readdir(dataDir, { withFileTypes: true }))
    if (entry.isFile() && !/\.(json\.)?new$/.test(entry.name))
      await copyFile(join(dataDir, entry.name), join(folder, entry.name))
}

async function copyDatabase(dataDir: string, folder: string): Promise<void> {
  const from = join(dataDir, 'database')
  await cp(from, join(folder, 'database'), {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    // whose it is, and what was set aside
    filter: (path) => (relative(from, path) === basename(path) ? !/^(lock|postgres\.)/.test(basename(path)) : true),
  })
}

async function syncAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const file = await open(join(entry.parentPath, entry.name), 'r')
    await file.sync().finally(() => file.close())
  }
}
