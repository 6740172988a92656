/** Archives of tiles, written as their specifications say. */
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { zxyToTileId } from 'pmtiles'

export type TileInput = {
  readonly z: number
  readonly x: number
  readonly y: number
  readonly data: Uint8Array
}
type Description = {
  readonly metadata: Readonly<Record<string, unknown>>
  readonly tiles: readonly TileInput[]
  /** 1 vector, 2 PNG */
  readonly type?: 1 | 2
}

const HEADER_BYTES = 127

/** https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md: one directory, everything gzipped. */
export function toPmtiles({ metadata, tiles, type = 1 }: Description): Buffer {
  const sorted = tiles
    .map(({ z, x, y, data }) => ({
      id: zxyToTileId(z, x, y),
      z,
      data: type === 1 ? gzipSync(data) : Buffer.from(data),
    }))
    .toSorted((a, b) => a.id - b.id)
  const directory = gzipSync(
    Buffer.from([
      ...varint(sorted.length),
      ...sorted.flatMap(({ id }, at) => varint(id - (sorted[at - 1]?.id ?? 0))),
      ...sorted.flatMap(() => varint(1)),
      ...sorted.flatMap(({ data }) => varint(data.length)),
      // 0: directly after the one before
      ...sorted.flatMap((_, at) => varint(at === 0 ? 1 : 0)),
    ]),
  )
  const json = gzipSync(JSON.stringify(metadata))
  const data = Buffer.concat(sorted.map(({ data: one }) => one))
  const header = Buffer.alloc(HEADER_BYTES)
  header.write('PMTiles')
  header[7] = 3
  const sections = [
    [HEADER_BYTES, directory.length],
    [HEADER_BYTES + directory.length, json.length],
    [HEADER_BYTES + directory.length + json.length, 0],
    [HEADER_BYTES + directory.length + json.length, data.length],
  ]
  for (const [index, number] of sections.flat().entries()) header.writeBigUInt64LE(BigInt(number), 8 + 8 * index)
  const count = BigInt(sorted.length)
  for (const offset of [72, 80, 88]) header.writeBigUInt64LE(count, offset)
  const zooms = tiles.map(({ z }) => z)
  header.set([1, 2, type === 1 ? 2 : 1, type, Math.min(...zooms), Math.max(...zooms)], 96)
  for (const [index, degrees] of [0, 0, 1, 1].entries()) header.writeInt32LE(degrees * 1e7, 102 + 4 * index)
  return Buffer.concat([header, directory, json, data])
}

function varint(number: number): number[] {
  const bytes: number[] = []
  let rest = number
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

/** https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md */
export function writeMbtiles(path: string, { metadata, tiles, type = 1 }: Description): void {
  const database = new DatabaseSync(path)
  database.exec(`create table metadata (name text, value text);
    create table tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)`)
  const all = { format: type === 1 ? 'pbf' : 'png', bounds: '0,0,1,1', ...metadata }
  for (const [name, value] of Object.entries(all))
    database
      .prepare('insert into metadata values (?, ?)')
      .run(name, typeof value === 'string' ? value : JSON.stringify(value))
  for (const { z, x, y, data } of tiles)
    database
      .prepare('insert into tiles values (?, ?, ?, ?)')
      .run(z, x, 2 ** z - 1 - y, type === 1 ? gzipSync(data) : data)
  database.close()
}

/** Tiles of which each says where it is. */
export const markedTiles = (maxZoom: number): TileInput[] =>
  Array.from({ length: maxZoom + 1 }, (_, z) =>
    Array.from({ length: 4 ** Math.min(z, 2) }, (__, index) => {
      const across = 2 ** z
      const middle = Math.floor(across / 2)
      const [x, y] = [(middle + (index % 4)) % across, (middle + Math.floor(index / 4)) % across]
      return { z, x, y, data: Buffer.from(`tile ${z}/${x}/${y}`) }
    }),
  )
    .flat()
    .filter(
      (tile, index, all) => all.findIndex(({ z, x, y }) => z === tile.z && x === tile.x && y === tile.y) === index,
    )
