import { open } from 'node:fs/promises'
import { devNull } from 'node:os'
import { AppError } from '#model/basics/errors.ts'
import { openCellId, readCells } from '../decode/formats/connectivity/opencellid.ts'
import { csvLine } from './read-table.ts'

export const isRegistryFormat = (format: string): boolean => format === openCellId.name

const COLUMNS = ['key', 'name', 'domain', 'kind', 'grade', 'device', 'lon', 'lat', 'technologies', 'rangeM', 'samples']

/** Writes rows of things.csv. */
export type ThingsFile = {
  /** @returns the number of new Things in the table, and the problems */
  add(table: string): Promise<{ things: number; problems: readonly string[] }>
  close(): Promise<void>
}

/** @throws AppError CONFIG_INVALID when the file exists: a registry is not overwritten */
export async function openThingsFile(path: string | undefined): Promise<ThingsFile> {
  if (path === undefined)
    throw new AppError(
      'CONFIG_INVALID',
      'cells are places, not measurements: use --things FILE, and add its rows to things.csv of the city pack',
    )
  const file = await open(path, path === devNull ? 'w' : 'wx').catch((cause: NodeJS.ErrnoException) => {
    const problem =
      cause.code === 'EEXIST' ? 'already exists and is not overwritten' : `cannot be written (${cause.code})`
    throw new AppError('CONFIG_INVALID', `${path} ${problem}`, { cause })
  })
  const seen = new Set<string>()
  await file.write(`${COLUMNS.join(',')}\n`)
  return {
    add: async (table) => {
      const { things, problems } = readCells(table)
      const added = things.filter(({ key }) => !seen.has(key))
      for (const { key } of added) seen.add(key)
      const lines = added.map((thing) => {
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
      return { things: added.length, problems: problems.map(({ field, detail }) => `${field}: ${detail}`) }
    },
    close: () => file.close(),
  }
}
