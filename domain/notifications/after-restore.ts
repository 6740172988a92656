import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Queryable } from '#infra/db/pool.ts'

const FILE = join(import.meta.dirname, '../../infra/deploy/cancel-waiting.sql')

/**
 * What waited when a city was exported or backed up may have been sent since, and a copy for trying things out is not to notify
 * anybody of what is long over. A file, because an operator who restores a dump runs it too.
 */
export async function cancelWaitingNotifications(db: Queryable): Promise<void> {
  await db.query(await readFile(FILE, 'utf8'))
}
