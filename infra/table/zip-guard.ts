import { inflateRawSync } from 'node:zlib'
import { AppError } from '#model/basics/errors.ts'

const MAX_ENTRIES = 100

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50

/**
 * Unpacks every entry of a ZIP within a limit, before anything else does: what a file says of its own size is not believed.
 * @param visit looks at each part; it may refuse the file by throwing an AppError
 * @throws AppError QUERY_TOO_LARGE, REQUEST_INVALID
 */
export function unpackWithin(
  bytes: Buffer,
  maxUnpackedBytes: number,
  visit: (name: string, part: Buffer) => void = () => {},
): void {
  try {
    let left = maxUnpackedBytes
    for (const entry of entries(bytes)) {
      const part = unpacked(entry, left)
      if (part === undefined)
        throw new AppError('QUERY_TOO_LARGE', `the file unpacks to more than ${maxUnpackedBytes / 1e6} MB`)
      left -= part.length
      visit(entry.name, part)
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('REQUEST_INVALID', 'this is no readable XLSX file', { cause: error })
  }
}

type Entry = { readonly name: string; readonly method: number; readonly data: Buffer }

/** The entries of the central directory (PKWARE APPNOTE 4.3.12); ZIP64 has no place in so small a file. */
function* entries(bytes: Buffer): Generator<Entry> {
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || bytes.readUInt32LE(end) !== END) throw new Error('no end of central directory')
  const count = bytes.readUInt16LE(end + 10)
  if (count > MAX_ENTRIES) throw new AppError('QUERY_TOO_LARGE', `the file has ${count} parts; ${MAX_ENTRIES} are read`)
  let at = bytes.readUInt32LE(end + 16)
  for (let index = 0; index < count; index += 1) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw new Error('no entry of the central directory')
    const local = bytes.readUInt32LE(at + 42)
    if (bytes.readUInt32LE(local) !== LOCAL) throw new Error('no local header')
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28))
    const data = bytes.subarray(start, start + bytes.readUInt32LE(at + 20))
    yield { name, method: bytes.readUInt16LE(at + 10), data }
    at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
}

/** @returns undefined where it is more than `left` */
function unpacked({ method, data }: Entry, left: number): Buffer | undefined {
  if (method === 0) return data.length > left ? undefined : data
  if (method !== 8) throw new Error(`compression ${method}`)
  try {
    return inflateRawSync(data, { maxOutputLength: Math.max(1, left) })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw error
  }
}
