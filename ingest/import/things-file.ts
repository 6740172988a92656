import { open } from 'node:fs/promises'
import { devNull } from 'node:os'
import { AppError } from '#model/basics/errors.ts'
import { openCellId, readCells } from '../decode/formats/connectivity/opencellid.ts'
import { csvLine } from './read-table.ts'

export const isRegistryFormat = (format: string): boolean => format === openCellId.name

const COLUMNS = ['key', 'name', 'domain', 'kind', 'grade', 'device', 'lon', 'lat', 'technologies', 'rangeM', 'samples']

/** Rows of things.csv, written as they come. */
export type ThingsFile = {
  /** @returns how many Things of the table were new, and what could not be read */
  add(table: string): Promise<{ things: number; problems: readonly string[] }>
  close(): Promise<void>
}

/** @throws AppError CONFIG_INVALID when the file exists: a registry is not written over */
export async function openThingsFile(path: string | undefined): Promise<ThingsFile> {
  if (path === undefined)
    throw new AppError(
      'CONFIG_INVALID',
      'cells are places and no measurements: say --things FILE, and put its rows into things.csv of the city pack',
    )
  const file = await open(path, path === devNull ? 'w' : 'wx').catch((cause: NodeJS.ErrnoException) => {
    const why = cause.code === 'EEXIST' ? 'exists already and is not written over' : `cannot be written (${cause.code})`
    throw new AppError('CONFIG_INVALID', `${path} ${why}`, { cause })
  })
  const seen = new Set<string>()
  await file.write(`${COLUMNS.join(',')}\n`)
  return {
    add: async (table) => {
      const { things, problems } = readCells(table)
      const fresh = things.filter(({ key }) => !seen.has(key))
      for (const { key } of fresh) seen.add(key)
      const lines = fresh.map((thing) => {
        const [lon, lat] = thing.place?.type === 'Point' ? thing.place.coordinates : []
        const { key, name, domain, kind, grade, device = '', attributes } = thing
        return csvLine(
          [
            key,
            name,
            domain,
            kind,
            grade,
            device,
            lon,
            lat,
            ...COLUMNS.slice(8).map((column) => attributes[column]),
          ].map((cell) => String(cell ?? '')),
          ',',
        )
      })
      if (lines.length > 0) await file.write(`${lines.join('\n')}\n`)
      return { things: fresh.length, problems: problems.map(({ field, detail }) => `${field}: ${detail}`) }
    },
    close: () => file.close(),
  }
}
