import { fromBufferPromise } from 'yauzl'
import { AppError } from '#model/basics/errors.ts'

const MAX_ENTRIES = 100

/**
 * Unpacks every entry of a ZIP within a limit, before anything else does: what a file says of its own size is not believed.
 * @param visit looks at each part; it may refuse the file by throwing an AppError
 * @throws AppError QUERY_TOO_LARGE, REQUEST_INVALID
 */
export async function unpackWithin(
  bytes: Buffer,
  maxUnpackedBytes: number,
  visit: (name: string, part: Buffer) => void = () => {},
): Promise<void> {
  try {
    // The sizes in the file are not validated: unpacked bytes are counted here, up to the limit.
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: true, validateEntrySizes: false })
    if (zip.entryCount > MAX_ENTRIES)
      throw new AppError('QUERY_TOO_LARGE', `the file has ${zip.entryCount} parts; ${MAX_ENTRIES} are read`)
    let left = maxUnpackedBytes
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = []
      const part = await zip.openReadStreamPromise(entry)
      for await (const chunk of part as AsyncIterable<Buffer>) {
        left -= chunk.length
        if (left < 0)
          throw new AppError('QUERY_TOO_LARGE', `the file unpacks to more than ${maxUnpackedBytes / 1e6} MB`)
        chunks.push(chunk)
      }
      visit(entry.fileName, Buffer.concat(chunks))
    }
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('REQUEST_INVALID', 'this is no readable XLSX file', { cause: error })
  }
}
