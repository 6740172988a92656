import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { AppError } from '#model/basics/errors.ts'
import { readZip } from './zip.ts'

/** A table or document to import; one archive may hold several. */
export type ImportFile = {
  /** path as given, followed by the name inside an archive */
  readonly name: string
  /** the decompressed content; `onBytes` reports progress in bytes of `size` */
  open(onBytes: (bytes: number) => void): AsyncIterable<Buffer>
  /** bytes on disk */
  readonly size: number
}

/**
 * The files of a path: the file itself, its decompressed content (gz), or the files in it (zip).
 * @throws AppError CONFIG_INVALID when it cannot be read
 */
export async function filesOf(path: string): Promise<ImportFile[]> {
  const handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    const problem = cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code})`
    throw new AppError('CONFIG_INVALID', `${path} ${problem}`, { cause })
  })
  try {
    const { size } = await handle.stat()
    const magic = Buffer.alloc(4)
    await handle.read(magic, 0, 4, 0)
    if (magic.readUInt32LE(0) === ZIP) {
      const entries = await readZip(path)
      return entries.map((entry) => ({
        name: `${path}/${entry.name}`,
        size: entry.bytes,
        open: (onBytes) =>
          unpacked(
            path,
            readToEnd(entry.open(), () => onBytes(entry.bytes)),
          ),
      }))
    }
    if (magic.toString('latin1') === 'PAR1')
      throw new AppError('CONFIG_INVALID', `${path} is Parquet, which is not supported; convert it to CSV first`)
    const isGzip = magic[0] === 0x1f && magic[1] === 0x8b
    return [
      { name: isGzip ? path.replace(/\.gz$/i, '') : path, size, open: (onBytes) => stream(path, isGzip, onBytes) },
    ]
  } finally {
    await handle.close()
  }
}

/** "PK" and the signature of a local file header, little-endian */
const ZIP = 0x04034b50

function stream(path: string, isGzip: boolean, onBytes: (bytes: number) => void): AsyncIterable<Buffer> {
  const raw = createReadStream(path)
  if (!isGzip) return counted(raw, onBytes)
  raw.on('data', (chunk) => onBytes(chunk.length))
  const gunzip = createGunzip()
  raw.once('error', (error) => gunzip.destroy(error))
  gunzip.once('close', () => raw.destroy())
  return unpacked(path, raw.pipe(gunzip))
}

/** @throws AppError CONFIG_INVALID where the archive is damaged or ends early */
async function* unpacked(path: string, content: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  try {
    yield* content
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('CONFIG_INVALID', `${path} is damaged or incomplete (${(cause as Error).message})`, { cause })
  }
}

async function* counted(content: Readable, onBytes: (bytes: number) => void): AsyncIterable<Buffer> {
  for await (const chunk of content as AsyncIterable<Buffer>) {
    onBytes(chunk.length)
    yield chunk
  }
}

/** An entry of an archive; progress is reported only at its end. */
async function* readToEnd(content: AsyncIterable<Buffer>, onEnd: () => void): AsyncIterable<Buffer> {
  yield* content
  onEnd()
}

/** The content as text. @throws AppError CONFIG_INVALID when it does not have this encoding */
export async function* textOf(
  file: ImportFile,
  encoding: string,
  onBytes: (bytes: number) => void,
): AsyncIterable<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of file.open(onBytes)) {
      const text = decoder.decode(chunk, { stream: true })
      if (text !== '') yield text
    }
    const rest = decoder.decode()
    if (rest !== '') yield rest
  } catch (cause) {
    if (cause instanceof TypeError)
      throw new AppError(
        'CONFIG_INVALID',
        `${basename(file.name)} is not ${encoding} text; set its encoding in the mapping (latin1, windows-1252, utf-16le)`,
        { cause },
      )
    throw new AppError('CONFIG_INVALID', `${basename(file.name)} cannot be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}
