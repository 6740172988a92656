import { type Entry, openPromise, type ZipFile } from 'yauzl'
import { AppError } from '#model/basics/errors.ts'

/** A file inside a ZIP archive; `open` streams its content. */
export type ZipEntry = {
  readonly name: string
  /** compressed */
  readonly bytes: number
  open(): AsyncIterable<Buffer>
}

const [STORED, DEFLATED] = [0, 8]

const unreadable = (file: string, problem: string, cause?: unknown): AppError =>
  new AppError('CONFIG_INVALID', `${file} ${problem}; unpack it and import its files`, { cause })

/**
 * The files of a ZIP archive: stored or deflated, not encrypted. Checked before the first one is read.
 * @throws AppError CONFIG_INVALID for an unsupported archive
 */
export async function readZip(file: string): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = []
  await withZip(file, async (zip) => {
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressedSize: bytes, compressionMethod: method } = entry
      if (name.endsWith('/') || name.startsWith('__MACOSX/')) continue
      if (entry.isEncrypted()) throw unreadable(file, `contains ${name} encrypted`)
      if (method !== STORED && method !== DEFLATED)
        throw unreadable(file, `contains ${name} with an unsupported compression`)
      entries.push({ name, bytes, open: () => contentOf(file, entry) })
    }
  })
  return entries
}

async function withZip(file: string, read: (zip: ZipFile) => Promise<void>): Promise<void> {
  let zip: ZipFile | undefined
  try {
    zip = await openPromise(file, { lazyEntries: true, autoClose: false })
    await read(zip)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unreadable(file, 'is not a ZIP archive, or damaged', error)
  } finally {
    zip?.close()
  }
}

async function* contentOf(file: string, entry: Entry): AsyncIterable<Buffer> {
  const zip = await openPromise(file, { lazyEntries: true, autoClose: false })
  try {
    yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>
  } finally {
    zip.close()
  }
}
