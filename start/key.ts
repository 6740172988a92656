import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const KEY_BYTES = 24
/** Readable by its owner alone. */
const MODE = 0o600

/** The key that changes need: from the environment, from the data folder, or made now and kept there. */
export async function readOrMakeKey(
  given: string | undefined,
  dataDir: string,
): Promise<{ key: string; made: boolean; file: string | undefined }> {
  if (given) return { key: given, made: false, file: undefined }
  const file = join(dataDir, 'key')
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (kept?.trim()) return { key: kept.trim(), made: false, file }
  const key = randomBytes(KEY_BYTES).toString('base64url')
  await mkdir(dataDir, { recursive: true })
  await writeFile(file, `${key}\n`, { mode: MODE })
  return { key, made: true, file }
}
