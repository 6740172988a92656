import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Queryable } from '#infra/db/pool.ts'
import { AppError } from '#model/basics/errors.ts'

/** In the folder of a backup, until the city is started from it. */
export const NOTE = 'backup.json'

/** What there was at the moment of a backup. */
export const contentSchema = z.object({
  /** messages in the ledger, as received */
  messages: z.int().nonnegative(),
  observations: z.int().nonnegative(),
  /** of the results of all observations: decimal, so that it does not depend on their order */
  sum: z.string(),
})
export type Content = z.infer<typeof contentSchema>

const noteSchema = contentSchema.extend({ at: z.iso.datetime() })
export type BackupNote = z.infer<typeof noteSchema>

const CONTENT = `
  with result as (select result from observation union all select result from mobile_observation)
  select (select coalesce(sum(received), 0)::int8 from ingest_ledger) as messages,
         count(*)::int8 as observations, coalesce(sum(result::numeric), 0)::text as sum
  from result`

export async function contentOf(db: Queryable): Promise<Content> {
  return contentSchema.parse((await db.query(CONTENT)).rows[0])
}

/** The note of a folder that is a backup and from which no city was started yet. @throws AppError DATA_DIR_DAMAGED */
export async function readNote(dataDir: string): Promise<BackupNote | undefined> {
  const path = join(dataDir, NOTE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  try {
    return noteSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new AppError('DATA_DIR_DAMAGED', `${path} is not the note of a backup: ${(cause as Error).message}`, {
      cause,
    })
  }
}
