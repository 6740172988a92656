import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '#model/basics/errors.ts'
import { domainSchema } from '#model/observation/domain.ts'
import { isPropertyName } from '#model/observation/properties.ts'

const column = z.string().min(1)
const property = z
  .string()
  .refine(isPropertyName, 'no observed property by this name (model/observation/properties.ts lists them)')
const zone = z.string().refine(isTimeZone, 'no IANA time zone')
const measureSchema = z.strictObject({
  property,
  /** UCUM code; left out: the property's own unit */
  unit: z.string().optional(),
  channel: z.string().max(64).optional(),
  /** what the cell is multiplied by: 60 makes watts of watt-hours a minute */
  scale: z.number().optional(),
})
export type Measure = z.infer<typeof measureSchema>

/** what a row covers, and which end of it its time marks: the level of 22 to 23 h is written as 22:00 by one, as 23:00 by another */
const intervalSchema = z.strictObject({ seconds: z.number().positive(), marks: z.enum(['start', 'end']) })

/** How to read a table with any column names; docs/import.md explains it by examples. */
export const mappingSchema = z
  .strictObject({
    /** left out: what the first line has most of */
    delimiter: z.string().length(1).optional(),
    encoding: z.enum(['utf-8', 'latin1', 'windows-1252', 'utf-16le']).default('utf-8'),
    /** left out: what the numbers of the whole file tell */
    decimal: z.enum(['.', ',']).optional(),
    /** false: no header, columns are named 1, 2, 3, ...; a list: their names */
    header: z.union([z.boolean(), z.array(column)]).default(true),
    /** lines before the header */
    skipLines: z.int().nonnegative().default(0),
    /** cells that hold no value */
    missing: z.array(z.string()).default(['', '-', 'NA', 'N/A', 'nan', 'NaN', 'null', 'NULL']),
    time: z.union([
      z.strictObject({
        /** several columns (date and time) are joined by a blank */
        column: z.union([column, z.array(column).min(1)]),
        /** iso, unix, or a pattern of yyyy yy MM M dd d HH H hh h mm ss SSS a; see time-pattern.ts */
        format: z.string().default('iso'),
        timeZone: zone.optional(),
        interval: intervalSchema.optional(),
      }),
      /** no column: the first row is of `start`, each further one so much later */
      z.strictObject({
        start: z.string(),
        everySeconds: z.number().positive(),
        timeZone: zone.optional(),
        interval: intervalSchema.optional(),
      }),
    ]),
    /** whose row it is; left out: --thing, or one Thing a column */
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
    /** column -> what it measures */
    columns: z.record(column, measureSchema).optional(),
    /** one Thing a column, all of the same property */
    perColumn: measureSchema
      .extend({
        prefix: z.string().default(''),
        /** column -> Thing key; left out: every column but those of time, place and `except` */
        things: z.record(column, z.string()).optional(),
        except: z.array(column).default([]),
      })
      .optional(),
    /** one value a row, and a column that says of what */
    long: z
      .strictObject({
        property: column,
        value: column,
        unit: column.optional(),
        /** cell -> property, where the cell is not its name */
        names: z.record(z.string(), property).default({}),
      })
      .optional(),
    place: z.strictObject({ lon: column, lat: column }).optional(),
    domain: domainSchema.optional(),
  })
  .refine(
    ({ columns, perColumn, long }) => [columns, perColumn, long].filter((way) => way !== undefined).length === 1,
    'exactly one of columns, perColumn and long says where the values are',
  )
export type Mapping = z.infer<typeof mappingSchema>

/** @throws AppError CONFIG_INVALID naming the field */
export async function readMapping(file: string): Promise<Mapping> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new AppError('CONFIG_INVALID', `the mapping ${file} cannot be read (${cause.message})`, { cause })
  })
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `the mapping ${file} is no JSON: ${(cause as Error).message}`, { cause })
  }
  const read = mappingSchema.safeParse(json)
  if (read.success) return read.data
  const problems = read.error.issues.map((issue) => `${issue.path.join('.') || 'the mapping'}: ${issue.message}`)
  throw new AppError('CONFIG_INVALID', `${file} has ${problems.join('; ')}; docs/import.md shows mappings`)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
