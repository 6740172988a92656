/** Coordinate reference systems: definitions of the EPSG registry, transformed with proj4. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import proj4 from 'proj4'
import type { Position } from '#model/basics/geo.ts'

/** Written by write-crs-table.ts. */
const TABLE = join(import.meta.dirname, 'crs-table.tsv')
const WGS84 = '+proj=longlat +datum=WGS84 +no_defs'
/** A place that two systems put so close together cannot tell them apart. */
const NEAR_DEGREES = 0.5
const GUESSES = 3

type Definition = {
  readonly code: string
  readonly name: string
  readonly proj4: string
  /** of the area of use: north, west, south, east */
  readonly bbox: readonly number[]
}
export type Crs = {
  /** EPSG:25831 */
  readonly code: string
  readonly name: string
  /** coordinates are degrees, not metres */
  readonly isGeographic: boolean
  /** to WGS 84 */
  readonly toWgs84: (position: readonly [number, number]) => Position
}

/** `EPSG:25831`, `25831`, `urn:ogc:def:crs:EPSG::25831`, `urn:ogc:def:crs:OGC:1.3:CRS84` -> the code; undefined for anything else. */
export function epsgCode(text: string): string | undefined {
  if (/CRS:?84$/i.test(text.trim())) return '4326'
  return /^(?:.*\bEPSG\b[:/]+(?:[\d.]*[:/])?)?(\d{4,6})$/i.exec(text.trim())?.[1]
}

/** The system with this code; undefined when the registry has none, or one that differs from PROJ by more than some tens of metres. */
export async function readCrs(text: string): Promise<Crs | undefined> {
  const code = epsgCode(text)
  const definition = code && (await readTable()).find((row) => row.code === code)
  return definition ? fromDefinition(definition) : undefined
}

async function readTable(): Promise<Definition[]> {
  const lines = (await readFile(TABLE, 'utf8')).trimEnd().split('\n')
  return lines.map((line) => {
    const [code = '', name = '', proj4 = '', bbox = ''] = line.split('\t')
    return { code, name, proj4, bbox: bbox.split(' ').map(Number) }
  })
}

function fromDefinition({ code, name, proj4: text }: Definition): Crs {
  const { forward } = proj4(text, WGS84)
  const isGeographic = text.includes('+proj=longlat')
  return { code: `EPSG:${code}`, name, isGeographic, toWgs84: ([x, y]) => forward([x, y]) as [number, number] }
}

/** Systems preferred among those that put a place at the same spot: the current one of a country or continent. */
const PREFERRED = /ETRS89|WGS 84 . UTM|Pseudo-Mercator|NAD83|GDA2020|SIRGAS|RGF93|RD New|British National Grid|LV95/
const OUTDATED = /deprecated|ED50|Pulkovo|DHDN|NTF|NAD27|ED79|3-degree/i
/** The same system with a height, or with its axes named in another order. */
const VARIANT = /\bheight\b|\((N-E|N,E)\)|depth/

/**
 * Names systems in which a position would lie near the centre of the city, the most usual first.
 * All projected systems of the registry are tried, so call this only for a message.
 */
export async function guessCrs(position: readonly [number, number], centre: Position): Promise<Crs[]> {
  const found: { crs: Crs; rank: number }[] = []
  for (const definition of await readTable()) {
    if (definition.proj4.includes('+proj=longlat') || VARIANT.test(definition.name)) continue
    if (!isInside(definition.bbox, centre)) continue
    const crs = fromDefinition(definition)
    if (distanceDegrees(transformed(crs, position), centre) > NEAR_DEGREES) continue
    const usual = (PREFERRED.test(crs.name) ? 0 : 1) + (OUTDATED.test(crs.name) ? 2 : 0)
    found.push({ crs, rank: usual + sizeOf(definition) })
  }
  return found
    .sort((a, b) => a.rank - b.rank)
    .slice(0, GUESSES)
    .map(({ crs }) => crs)
}

function transformed(crs: Crs, position: readonly [number, number]): Position {
  try {
    return crs.toWgs84(position)
  } catch {
    return [Number.NaN, Number.NaN]
  }
}

const isInside = ([north = 0, west = 0, south = 0, east = 0]: readonly number[], [lon, lat]: Position): boolean =>
  lat <= north && lat >= south && lon >= west && lon <= east

/** A system made for a small area is more likely than one for the world; below 1. */
const sizeOf = ({ bbox: [north = 0, west = 0, south = 0, east = 0] }: Definition): number =>
  Math.min(0.9, ((north - south) * Math.abs(east - west)) / 64_800)

/** The larger of the differences in latitude, and in longitude as degrees of the equator. */
export function distanceDegrees([lon, lat]: Position, [toLon, toLat]: Position): number {
  const distance = Math.max(Math.abs(lat - toLat), Math.abs(lon - toLon) * Math.cos((toLat * Math.PI) / 180))
  return Number.isFinite(distance) ? distance : Number.POSITIVE_INFINITY
}
