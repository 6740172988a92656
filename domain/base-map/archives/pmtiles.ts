import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib'
import { Compression, type Header, PMTiles, SharedPromiseCache, type Source, TileType } from 'pmtiles'
import { type Archive, ArchiveError, layersOf, MAX_PART_BYTES, type TileFormat, usableBounds } from './archive.ts'

/** Directories kept in memory: each some kB. */
const MAX_CACHED = 200
const HEADER_BYTES = 127
const FORMATS: Partial<Record<TileType, TileFormat>> = {
  [TileType.Mvt]: 'mvt',
  [TileType.Png]: 'png',
  [TileType.Jpeg]: 'jpeg',
  [TileType.Webp]: 'webp',
  [TileType.Avif]: 'avif',
}

/**
 * A PMTiles archive (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md).
 * @throws ArchiveError when it is none, or cut short
 */
export async function openPmtiles(path: string): Promise<Archive> {
  const handle = await open(path, 'r')
  try {
    return await readArchive(handle, path)
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function readArchive(handle: FileHandle, path: string): Promise<Archive> {
  const { size } = await handle.stat()
  const source = fileSource(handle, path, size)
  const cache = new SharedPromiseCache(MAX_CACHED, false, decompress)
  const archive = new PMTiles(source, cache, decompress)
  const header = await archive.getHeader().catch((error: Error) => {
    throw new ArchiveError(`is no PMTiles archive (${error.message})`)
  })
  assertComplete(header, size)
  const format = FORMATS[header.tileType]
  if (!format) throw new ArchiveError('holds tiles that are neither vector tiles (MVT) nor images')
  const metadata = (await archive.getMetadata()) as { attribution?: unknown; citywell_sea?: unknown }
  const { minZoom, maxZoom, minLon, minLat, maxLon, maxLat, tileCompression } = header
  // Gzipped tiles are sent as they are: only those in other encodings are decompressed here.
  const stored = new PMTiles(source, cache, (buffer, encoding) =>
    encoding === Compression.Gzip ? Promise.resolve(buffer) : decompress(buffer, encoding),
  )
  return {
    file: basename(path),
    format,
    minZoom,
    maxZoom,
    bounds: usableBounds([minLon, minLat, maxLon, maxLat]),
    layers: layersOf(metadata),
    attribution: typeof metadata.attribution === 'string' ? metadata.attribution : undefined,
    hasSea: metadata.citywell_sea === true,
    tile: async (z, x, y) => {
      const found = await stored.getZxy(z, x, y)
      return found && { data: new Uint8Array(found.data), isGzipped: tileCompression === Compression.Gzip }
    },
    close: () => handle.close(),
  }
}

function assertComplete(header: Header, size: number): void {
  const ends = [
    header.rootDirectoryOffset + header.rootDirectoryLength,
    header.jsonMetadataOffset + header.jsonMetadataLength,
    header.leafDirectoryOffset + (header.leafDirectoryLength ?? 0),
    header.tileDataOffset + (header.tileDataLength ?? 0),
  ]
  const needed = Math.max(...ends)
  if (needed > size) throw new ArchiveError(`is cut short: it has ${size} bytes, and its header says ${needed}`)
}

function fileSource(handle: FileHandle, path: string, size: number): Source {
  return {
    getKey: () => path,
    getBytes: async (offset, length) => {
      if (size < HEADER_BYTES) throw new ArchiveError(`has ${size} bytes only`)
      const wanted = Math.max(0, Math.min(length, size - offset))
      if (wanted > MAX_PART_BYTES)
        throw new ArchiveError(`has a part of ${wanted} bytes; the limit is ${MAX_PART_BYTES}`)
      const { buffer, bytesRead } = await handle.read(new Uint8Array(wanted), 0, wanted, offset)
      return { data: buffer.buffer.slice(0, bytesRead) }
    },
  }
}

const [ungzip, unbrotli, unzstd] = [promisify(gunzip), promisify(brotliDecompress), promisify(zstdDecompress)]

async function decompress(buffer: ArrayBuffer, encoding: Compression): Promise<ArrayBuffer> {
  const by = { [Compression.Gzip]: ungzip, [Compression.Brotli]: unbrotli, [Compression.Zstd]: unzstd }
  if (encoding === Compression.None) return buffer
  const decoder = by[encoding as keyof typeof by]
  if (!decoder) throw new ArchiveError('is compressed in a way that is not known')
  const data = await decoder(new Uint8Array(buffer), { maxOutputLength: MAX_PART_BYTES })
  return new Uint8Array(data).buffer
}
