import { DatabaseSync } from 'node:sqlite'
import type { Bounds } from '#model/basics/geo.ts'
import { boundsOf, type MapFeature, outlineOf } from './feature.ts'

const COMMIT_EVERY = 50_000

export type Block = { readonly x: number; readonly y: number }
/** Column and row of the tile of a zoom in which a place lies, with fractions; rows count from the north. */
export function tileAt([lon, lat]: readonly [number, number], zoom: number): Block {
  const sine = Math.sin((Math.min(85, Math.max(-85, lat)) * Math.PI) / 180)
  const across = 2 ** zoom
  return {
    x: ((lon + 180) / 360) * across,
    y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * across,
  }
}

/**
 * Features in a file, by the blocks (tiles of one zoom) that they touch, so that a block can be drawn without the others in
 * memory.
 */
export function openFeatureStore(path: string, { blockZoom, bounds }: { blockZoom: number; bounds: Bounds }) {
  const database = new DatabaseSync(path)
  database.exec(`pragma journal_mode = off; pragma synchronous = off;
    create table feature (id integer primary key, min_zoom integer not null, body text not null);
    create table touched (x integer not null, y integer not null, feature integer not null)`)
  const insert = database.prepare('insert into feature (min_zoom, body) values (?, ?)')
  const touch = database.prepare('insert into touched values (?, ?, ?)')
  const counts = new Map<string, number>()
  let pending = 0
  database.exec('begin')
  const northWest = tileAt([bounds[0], bounds[3]], blockZoom)
  const southEast = tileAt([bounds[2], bounds[1]], blockZoom)
  return {
    counts,
    add(feature: MapFeature): void {
      const { layer, minZoom } = feature
      counts.set(layer, (counts.get(layer) ?? 0) + 1)
      const { lastInsertRowid: id } = insert.run(minZoom, JSON.stringify(feature))
      const [west, south, east, north] = boundsOf(outlineOf(feature))
      const from = tileAt([west, north], blockZoom)
      const to = tileAt([east, south], blockZoom)
      // a little beyond: lines are drawn with a width
      for (
        let x = within(from.x - 0.05, northWest.x, southEast.x);
        x <= within(to.x + 0.05, northWest.x, southEast.x);
        x++
      )
        for (
          let y = within(from.y - 0.05, northWest.y, southEast.y);
          y <= within(to.y + 0.05, northWest.y, southEast.y);
          y++
        )
          touch.run(x, y, id)
      pending += 1
      if (pending % COMMIT_EVERY === 0) database.exec('commit; begin')
    },
    seal(): void {
      database.exec(
        'commit; create index touched_block on touched (x, y); create index feature_zoom on feature (min_zoom)',
      )
    },
    blocks: (): Block[] =>
      database.prepare('select distinct x, y from touched order by x, y').all() as unknown as Block[],
    ofBlock: (block: Block): MapFeature[] =>
      database
        .prepare(
          'select body from touched join feature on feature.id = touched.feature where x = ? and y = ? order by feature.id',
        )
        .all(block.x, block.y)
        .map(parse),
    /** Those of the zooms below. */
    upTo: (zoom: number): MapFeature[] =>
      database.prepare('select body from feature where min_zoom <= ? order by id').all(zoom).map(parse),
    close: () => database.close(),
  }
}

/** A column or row of those of the city. */
const within = (value: number, low: number, high: number): number => Math.floor(Math.min(high, Math.max(low, value)))

const parse = (row: unknown): MapFeature => JSON.parse((row as { body: string }).body) as MapFeature
