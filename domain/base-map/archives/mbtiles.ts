import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type Archive, ArchiveError, layersOf, MAX_PART_BYTES, type TileFormat, usableBounds } from './archive.ts'

const FORMATS: Readonly<Record<string, TileFormat>> = {
  pbf: 'mvt',
  mvt: 'mvt',
  png: 'png',
  jpg: 'jpeg',
  jpeg: 'jpeg',
  webp: 'webp',
  avif: 'avif',
}

/**
 * An MBTiles archive, a SQLite file (https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md).
 * @throws ArchiveError when it is none, or cut short
 */
export async function openMbtiles(path: string): Promise<Archive> {
  await assertComplete(path)
  const database = openReadOnly(path)
  try {
    return readArchive(database, path)
  } catch (error) {
    database.close()
    if (error instanceof ArchiveError) throw error
    throw new ArchiveError(`cannot be read as MBTiles (${(error as Error).message})`)
  }
}

/** The first page says how many pages there are: SQLite itself notices only when it needs one that is not there. */
async function assertComplete(path: string): Promise<void> {
  const { size } = await stat(path)
  const handle = await open(path, 'r')
  const { buffer: head } = await handle.read(Buffer.alloc(100), 0, 100, 0).finally(() => handle.close())
  if (head.subarray(0, 15).toString('latin1') !== 'SQLite format 3') throw new ArchiveError('is no MBTiles archive')
  const pageBytes = head.readUInt16BE(16) === 1 ? 65_536 : head.readUInt16BE(16)
  const needed = pageBytes * head.readUInt32BE(28)
  if (size < needed) throw new ArchiveError(`is cut short: it has ${size} bytes, and its header says ${needed}`)
}

function openReadOnly(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true })
  } catch (error) {
    throw new ArchiveError(`cannot be opened (${(error as Error).message})`)
  }
}

function readArchive(database: DatabaseSync, path: string): Archive {
  const metadata = new Map(
    (database.prepare('select name, value from metadata').all() as { name: string; value: unknown }[]).map(
      ({ name, value }) => [name, String(value)],
    ),
  )
  const format = FORMATS[metadata.get('format') ?? '']
  if (!format)
    throw new ArchiveError(`says its format is "${metadata.get('format') ?? ''}"; valid: pbf, png, jpg, webp`)
  const { low, high } = database
    .prepare('select min(zoom_level) as low, max(zoom_level) as high from tiles')
    .get() as Record<'low' | 'high', number | null>
  if (low === null || high === null) throw new ArchiveError('holds no tiles')
  const find = database.prepare(
    `select case when length(tile_data) <= ${MAX_PART_BYTES} then tile_data end as data, length(tile_data) as bytes
     from tiles where zoom_level = ? and tile_column = ? and tile_row = ?`,
  )
  return {
    file: basename(path),
    format,
    minZoom: low,
    maxZoom: high,
    bounds: usableBounds((metadata.get('bounds') ?? '').split(',').map(Number)),
    layers: layersOf(parsed(metadata.get('json'))),
    attribution: metadata.get('attribution'),
    hasSea: metadata.get('citywell_sea') === 'true',
    // rows count from the south
    tile: async (z, x, y) => {
      const found = find.get(z, x, 2 ** z - 1 - y) as { data: Uint8Array | null; bytes: number } | undefined
      if (found && found.bytes > MAX_PART_BYTES)
        throw new ArchiveError(`has a tile of ${found.bytes} bytes; the limit is ${MAX_PART_BYTES}`)
      const data = found?.data
      return data ? { data, isGzipped: data[0] === 0x1f && data[1] === 0x8b } : undefined
    },
    close: async () => database.close(),
  }
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
