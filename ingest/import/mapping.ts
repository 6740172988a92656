import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'
import { isPropertyName } from '#model/observation/properties.ts'
import { parseShallow } from '#model/text/nesting.ts'
import { domainSchema } from '#model/things/domain.ts'

const column = z.string().min(1)
const property = z
  .string()
  .refine(isPropertyName, 'not an observed property (model/observation/properties.ts lists them)')
const zone = z.string().refine(isTimeZone, 'not an IANA time zone')
const measureSchema = z.strictObject({
  property,
  /** UCUM code; default: the property's own unit */
  unit: z.string().optional(),
  channel: z.string().max(64).optional(),
  /** factor for the cell: 60 converts watt-hours per minute to watts */
  scale: z.number().optional(),
})
export type Measure = z.infer<typeof measureSchema>

/** interval that a row covers, and which end of it the time marks: the level of 22 to 23 h may be written as 22:00 or 23:00 */
const intervalSchema = z.strictObject({ seconds: z.number().positive(), marks: z.enum(['start', 'end']) })

/** Mapping of a table with any column names; examples are in docs/import.md. */
export const mappingSchema = z
  .strictObject({
    /** default: the most frequent one in the first line */
    delimiter: z.string().length(1).optional(),
    encoding: z.enum(['utf-8', 'latin1', 'windows-1252', 'utf-16le']).default('utf-8'),
    /** default: detected from the numbers of the entire file */
    decimal: z.enum(['.', ',']).optional(),
    /** false: no header, columns are named 1, 2, 3, ...; a list: their names */
    header: z.union([z.boolean(), z.array(column)]).default(true),
    /** lines before the header */
    skipLines: z.int().nonnegative().default(0),
    /** cells without a value */
    missing: z.array(z.string()).default(['', '-', 'NA', 'N/A', 'nan', 'NaN', 'null', 'NULL']),
    time: z.union([
      z.strictObject({
        /** several columns (date and time) are joined by a space */
        column: z.union([column, z.array(column).min(1)]),
        /** iso, unix, or a pattern of yyyy yy MM M dd d HH H hh h mm ss SSS a; see time-pattern.ts */
        format: z.string().default('iso'),
        timeZone: zone.optional(),
        interval: intervalSchema.optional(),
      }),
      /** without a column: the first row has the time `start`, each further one follows after `step` */
      z.strictObject({
        start: z.string(),
        everySeconds: z.number().positive(),
        timeZone: zone.optional(),
        interval: intervalSchema.optional(),
      }),
    ]),
    /** Thing of a row; default: --thing, or one Thing per column */
    thing: z
      .union([
        z.strictObject({ key: z.string() }),
        z.strictObject({
          column,
          prefix: z.string().default(''),
          names: z.record(z.string(), z.string()).optional(),
        }),
      ])
      .optional(),
    /** column -> its measurement */
    columns: z.record(column, measureSchema).optional(),
    /** one Thing per column, all with the same property */
    perColumn: measureSchema
      .extend({
        prefix: z.string().default(''),
        /** column -> Thing key; default: every column but those of time, place and `except` */
        things: z.record(column, z.string()).optional(),
        except: z.array(column).default([]),
      })
      .optional(),
    /** one value per row, and a column with its property */
    long: z
      .strictObject({
        property: column,
        value: column,
        unit: column.optional(),
        /** cell -> property, where the cell is not the property name */
        names: z.record(z.string(), property).default({}),
      })
      .optional(),
    place: z.strictObject({ lon: column, lat: column }).optional(),
    domain: domainSchema.optional(),
  })
  .refine(
    ({ columns, perColumn, long }) => [columns, perColumn, long].filter((way) => way !== undefined).length === 1,
    'needs exactly one of columns, perColumn and long',
  )
export type Mapping = z.infer<typeof mappingSchema>

/** @throws AppError CONFIG_INVALID naming the field */
export async function readMapping(file: string): Promise<Mapping> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new AppError('CONFIG_INVALID', `mapping ${file} not readable (${cause.message})`, { cause })
  })
  let json: unknown
  try {
    json = parseShallow(text)
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `mapping ${file} is not JSON: ${(cause as Error).message}`, { cause })
  }
  const read = mappingSchema.safeParse(json)
  if (read.success) return read.data
  const problems = read.error.issues.map((issue) => `${issue.path.join('.') || 'the mapping'}: ${issue.message}`)
  throw new AppError('CONFIG_INVALID', `mapping ${file} invalid: ${problems.join('; ')}; docs/import.md shows mappings`)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
