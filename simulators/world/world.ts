import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { type MoneyPeriod, moneyPer, moneyUnitSchema } from '#model/basics/money.ts'
import type { Domain } from '#model/things/domain.ts'
import {
  contains,
  createProjection,
  type Line,
  type LonLat,
  type Point,
  type Projection,
} from '../city/geometry/geometry.ts'
import { hashText } from '../random/random.ts'

/** What the simulator knows of a city: read from its pack, so that any pack with these kinds of Things can be simulated. */
export type SimThing = {
  readonly key: string
  /** noise of this Thing: depends on the city's seed and the key only */
  readonly seed: number
  readonly domain: Domain
  readonly kind: string
  readonly grade: string
  readonly device: string | undefined
  /** metres; the middle of a stretch of street; [0, 0] for what moves */
  readonly at: Point
  readonly lonLat: LonLat | undefined
  /** seconds between readings in history */
  readonly interval: number
  /** key of the zone it stands in */
  readonly zone: string | undefined
  readonly attributes: Readonly<Record<string, string>>
}
/** A Thing speaks once a minute; this is its second of the minute, so that something happens every second. */
export const turnOf = (thing: SimThing): number => thing.seed % 60
export type SimZone = {
  readonly key: string
  readonly population: number
  readonly households: number
  readonly income: number
  readonly areaKm2: number
  readonly polygons: readonly (readonly Line[])[]
  /** people per km2 over that of the whole city */
  readonly density: number
}
export type World = {
  readonly seed: number
  readonly timeZone: string
  readonly centre: LonLat
  readonly population: number
  readonly projection: Projection
  readonly zones: readonly SimZone[]
  readonly things: readonly SimThing[]
  readonly majorStreets: readonly Line[]
  zoneAt(p: Point): SimZone | undefined
}

type Geometry = { type: string; coordinates: unknown }
type FeatureJson = { geometry: Geometry; properties: Record<string, unknown> }

/** Reads city.json, zones.geojson, things.csv and city-data.geojson of a pack. The pack was checked when it was loaded. */
export async function readWorld(folder: string): Promise<World> {
  const json = async (file: string) => JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, unknown>
  const city = await json('city.json')
  const centre = city['centre'] as LonLat
  const projection = createProjection(centre)
  const { per } = moneyUnitSchema.safeParse(city['income']).data ?? { per: 'year' as const }
  const zones = readZones((await json('zones.geojson'))['features'] as FeatureJson[], projection, per)
  const zoneAt = (p: Point) => zones.find((zone) => zone.polygons.some((rings) => contains(rings, p)))
  const seed = Number(city['seed'] ?? hashText(String(city['name'])))
  const rows: Record<string, string>[] = parse(await readFile(join(folder, 'things.csv'), 'utf8'), { columns: true })
  const features = await json('city-data.geojson').catch(() => ({ features: [] as FeatureJson[] }))
  const streets = (features['features'] as FeatureJson[]).filter((f) => f.properties['kind'] === 'major_street')
  return {
    seed,
    timeZone: String(city['timeZone']),
    centre,
    population: Number(city['population']),
    projection,
    zones,
    zoneAt,
    things: rows.map((row) => readThing(row, seed, projection, zoneAt)),
    majorStreets: streets.map((f) => (f.geometry.coordinates as LonLat[]).map((p) => projection.toMetres(p))),
  }
}

function readZones(features: readonly FeatureJson[], projection: Projection, per: MoneyPeriod): SimZone[] {
  const zones = features.map(({ geometry, properties }) => {
    const shapes = (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates) as LonLat[][][]
    return {
      key: String(properties['key']),
      population: Number(properties['population'] ?? 0),
      households: Number(properties['households'] ?? 0),
      income: properties['income'] === undefined ? 15_000 : moneyPer(Number(properties['income']), per, 'year'),
      areaKm2: Number(properties['areaKm2'] ?? 1),
      polygons: shapes.map((rings) => rings.map((ring) => ring.map((p) => projection.toMetres(p)))),
    }
  })
  const people = zones.reduce((sum, z) => sum + z.population, 0)
  const area = zones.reduce((sum, z) => sum + z.areaKm2, 0)
  return zones.map((z) => ({ ...z, density: z.population / z.areaKm2 / (people / area) }))
}

function readThing(
  row: Record<string, string>,
  seed: number,
  projection: Projection,
  zoneAt: (p: Point) => SimZone | undefined,
): SimThing {
  const line = row['geometry'] ? (JSON.parse(row['geometry']) as { coordinates: LonLat[] }).coordinates : undefined
  const lonLat: LonLat | undefined = line
    ? line[Math.floor(line.length / 2)]
    : row['lon']
      ? [Number(row['lon']), Number(row['lat'])]
      : undefined
  const at: Point = lonLat ? projection.toMetres(lonLat) : [0, 0]
  return {
    key: row['key'] ?? '',
    seed: (hashText(row['key'] ?? '') ^ Math.imul(seed, 0x9e3779b1)) >>> 0,
    domain: row['domain'] as Domain,
    kind: row['kind'] ?? '',
    grade: row['grade'] ?? 'unknown',
    device: row['device'] || undefined,
    at,
    lonLat,
    interval: Number(row['expected_interval_s'] || 900),
    zone: row['zoneKey'] || (lonLat ? zoneAt(at)?.key : undefined),
    attributes: row,
  }
}
