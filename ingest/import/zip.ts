import { createReadStream } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'
import { AppError } from '#model/basics/errors.ts'

/** A file inside a ZIP archive; `open` streams its content. */
export type ZipEntry = { readonly name: string; readonly bytes: number; open(): Readable }

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL_BYTES = 30
const END_BYTES = 22
const COMMENT_BYTES = 65_535
const [STORED, DEFLATED] = [0, 8]

const unreadable = (file: string, problem: string): AppError =>
  new AppError('CONFIG_INVALID', `${file} ${problem}; unpack it and import its files`)

/**
 * The files of a ZIP archive (PKWARE APPNOTE 6.3, without ZIP64, encryption and other methods than stored and deflate).
 * @throws AppError CONFIG_INVALID for an unsupported archive
 */
export async function readZip(handle: FileHandle, file: string): Promise<ZipEntry[]> {
  const { size } = await handle.stat()
  const tail = Buffer.alloc(Math.min(size, END_BYTES + COMMENT_BYTES))
  await handle.read(tail, 0, tail.length, size - tail.length)
  let end = tail.length - END_BYTES
  while (end >= 0 && tail.readUInt32LE(end) !== END) end -= 1
  if (end < 0) throw unreadable(file, 'is not a ZIP archive, or damaged')
  const [count, bytes, offset] = [tail.readUInt16LE(end + 10), tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)]
  if (count === 0xffff || offset === 0xffffffff) throw unreadable(file, 'is a ZIP64 archive')
  if (offset + bytes > size) throw unreadable(file, 'is damaged')
  const directory = Buffer.alloc(bytes)
  await handle.read(directory, 0, bytes, offset)
  const entries: ZipEntry[] = []
  for (let at = 0, n = 0; n < count && at + 46 <= directory.length; n += 1) {
    if (directory.readUInt32LE(at) !== CENTRAL) throw unreadable(file, 'is damaged')
    const [nameBytes, extra, comment] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field))
    const name = directory.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0))
    if (!name.endsWith('/') && !name.startsWith('__MACOSX/'))
      entries.push(await entryAt(handle, file, directory, at, name))
    at += 46 + (nameBytes ?? 0) + (extra ?? 0) + (comment ?? 0)
  }
  return entries
}

async function entryAt(
  handle: FileHandle,
  file: string,
  directory: Buffer,
  at: number,
  name: string,
): Promise<ZipEntry> {
  const [flags, method] = [directory.readUInt16LE(at + 8), directory.readUInt16LE(at + 10)]
  const [bytes, offset] = [directory.readUInt32LE(at + 20), directory.readUInt32LE(at + 42)]
  if ((flags & 1) !== 0) throw unreadable(file, `contains ${name} encrypted`)
  if (method !== STORED && method !== DEFLATED)
    throw unreadable(file, `contains ${name} with an unsupported compression`)
  const local = Buffer.alloc(LOCAL_BYTES)
  await handle.read(local, 0, LOCAL_BYTES, offset)
  const start = offset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28)
  return {
    name,
    bytes,
    open: () => {
      if (bytes === 0) return Readable.from([])
      const raw = createReadStream(file, { start, end: start + bytes - 1 })
      if (method === STORED) return raw
      const inflate = createInflateRaw()
      raw.once('error', (error) => inflate.destroy(error))
      return raw.pipe(inflate)
    },
  }
}
