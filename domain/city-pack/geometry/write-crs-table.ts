/**
 * `node domain/city-pack/geometry/write-crs-table.ts` writes crs-table.tsv from epsg-index: the systems of the EPSG registry
 * that proj4 computes within 10 m, one a line: code, name, definition, and its area as north, west, south, east.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import proj4 from 'proj4'
import { withDatumShift } from './datum-shifts.ts'

type Entry = {
  readonly code: string
  readonly name: string
  readonly kind: string
  readonly wkt: string | null
  readonly proj4: string | null
  readonly bbox: readonly number[] | null
}

export async function crsTable(): Promise<string> {
  const path = createRequire(import.meta.url).resolve('epsg-index/all.json')
  const entries = Object.values(JSON.parse(await readFile(path, 'utf8')) as Record<string, Entry>)
  return entries
    .flatMap(({ code, name, kind, wkt, proj4: text, bbox }) => {
      if (!text || !bbox || !/^CRS-(PROJCRS|GEOGCRS)$/.test(kind) || /\bgeocent\b/.test(text)) return []
      const definition = withDatumShift({ name, wkt: wkt ?? '', proj4: text })
      return definition && isComputed(definition) ? [[code, name, compact(definition), bbox.join(' ')].join('\t')] : []
    })
    .join('\n')
    .concat('\n')
}

const compact = (definition: string): string => definition.replace(/ \+(no_defs|type=crs)/g, '')

function isComputed(definition: string): boolean {
  try {
    return proj4(definition, 'EPSG:4326') !== undefined
  } catch {
    return false
  }
}

if (import.meta.main) await writeFile(join(import.meta.dirname, 'crs-table.tsv'), await crsTable())
