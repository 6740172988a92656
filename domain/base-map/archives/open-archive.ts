import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Archive, ArchiveError, MAX_PART_BYTES, middleTiles, type Tile } from './archive.ts'
import { openMbtiles } from './mbtiles.ts'
import { openPmtiles } from './pmtiles.ts'

const ungzip = promisify(gunzip)
export const isArchive = (file: string): boolean => /\.(pmtiles|mbtiles)$/i.test(file)

/**
 * Opens an archive and reads one tile of each zoom from its middle.
 * @throws ArchiveError saying what is wrong with the file
 */
export async function openArchive(path: string): Promise<Archive> {
  const archive = await (/\.pmtiles$/i.test(path) ? openPmtiles(path) : openMbtiles(path)).catch(asArchiveError)
  try {
    for (const { z, x, y } of middleTiles(archive)) {
      const tile = await archive.tile(z, x, y)
      if (tile) await tileData(tile)
    }
    return archive
  } catch (error) {
    await archive.close()
    return asArchiveError(error)
  }
}

/** The bytes of a tile without compression. @throws RangeError where they are more than MAX_PART_BYTES */
export const tileData = async ({ data, isGzipped }: Tile): Promise<Uint8Array> =>
  isGzipped ? ungzip(data, { maxOutputLength: MAX_PART_BYTES }) : data

function asArchiveError(error: unknown): never {
  if (error instanceof ArchiveError) throw error
  throw new ArchiveError(`cannot be read (${(error as Error).message})`)
}
