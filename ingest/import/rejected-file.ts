import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '#model/basics/errors.ts'
import { csvLine } from './read-table.ts'

/** `--rejected FILE`: every row and value that is not stored, as CSV with the columns file, reason, detail. */
export type RejectedFile = {
  /** notes the problems of one file */
  of(name: string): (reason: string, detail: string) => void
  /** resolves when all that was noted is in the file */
  written(): Promise<void>
  close(): Promise<void>
}

/** @throws AppError CONFIG_INVALID when the file exists or cannot be written */
export async function openRejectedFile(path: string): Promise<RejectedFile> {
  const file: FileHandle = await open(path, 'wx').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EEXIST' ? 'exists already and is not overwritten' : `cannot be written (${cause.code})`
    throw new AppError('CONFIG_INVALID', `${path} ${why}`, { cause })
  })
  let lines = ['file,reason,detail\n']
  const written = async (): Promise<void> => {
    const text = lines.join('')
    lines = []
    if (text !== '') await file.write(text)
  }
  return {
    of: (name) => (reason, detail) => {
      lines.push(`${csvLine([name, reason, detail], ',')}\n`)
    },
    written,
    close: async () => {
      await written()
      await file.close()
    },
  }
}
