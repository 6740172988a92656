import { readdir, realpath, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Name of the folder in a city pack. */
export const FOLDER = 'basemap'
/** Where the API serves it (api/routes/base-map.ts). */
const SERVED = '/api/v1/city/base-map'

export const filePath = (file: string): string => `${SERVED}/files/${file.split('/').map(encodeTemplate).join('/')}`
export const tilesPath = (archive: string, version: string): string =>
  `${SERVED}/tiles/${encodeURIComponent(archive)}/{z}/{x}/{y}?v=${version}`
export const stylePath = (scheme: string): string => `${SERVED}/styles/${scheme}`
export const MAP_PATH = '/api/v1/city/map'

/** Placeholders such as {fontstack} stay what they are. */
const encodeTemplate = (part: string): string =>
  encodeURIComponent(part).replaceAll(/%7B([a-z]+)%7D/gi, (_, name: string) => `{${name}}`)

/**
 * Files of the folder by their path in it, with `/`. Only these are ever served, so no address reaches another file; links
 * that lead out of the folder are left out.
 */
export async function listFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const root = await realpath(folder)
  const entries = await readdir(root, { recursive: true })
  const files = await Promise.all(
    entries.map(async (entry): Promise<[string, string][]> => {
      const path = await realpath(join(root, entry)).catch(() => '')
      const isInside = path.startsWith(`${root}${sep}`) && (await stat(path)).isFile()
      const isHidden = entry.split(sep).some((part) => part.startsWith('.'))
      return isInside && !isHidden ? [[relative(root, join(root, entry)).split(sep).join('/'), path]] : []
    }),
  )
  return new Map(files.flat())
}
