import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { cancelWaitingNotifications } from '#domain/notifications/after-restore.ts'
import { createPool, type DatabaseAddress } from '#infra/db/pool.ts'
import { type BackupNote, NOTE, readNote } from './note.ts'

/**
 * The first start of a city from a backup: before anything else uses the database, notifications that waited in it are cancelled.
 * The note is set aside, so that `npm run check` does not expect the content of the backup any more.
 */
export async function settleRestored(database: DatabaseAddress, dataDir: string): Promise<BackupNote | undefined> {
  const note = await readNote(dataDir)
  if (!note) return undefined
  const pool = createPool(database, { max: 1, applicationName: 'citywell-restored', onIdleError: () => {} })
  try {
    const { rows } = await pool.query(`select to_regclass('notification_message') is not null as "hasNotifications"`)
    if (rows[0]?.hasNotifications) await cancelWaitingNotifications(pool)
  } finally {
    await pool.end()
  }
  await rename(join(dataDir, NOTE), join(dataDir, 'restored-from.json'))
  return note
}
