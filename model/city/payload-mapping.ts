import { z } from 'zod'
import { PROPERTIES, PROPERTY_NAMES } from '../observation/properties.ts'
import { toCanonical, UNIT_NAMES, ucum } from '../observation/units.ts'
import { didYouMean } from '../text/nearest.ts'
import { parsePayloadPath } from '../text/payload-path.ts'
import { compileTimePattern } from '../text/time-pattern.ts'

const MAX_FIELDS = 500

const problemOf = (text: string): string | undefined => {
  const read = parsePayloadPath(text)
  return 'problem' in read
    ? `path "${text}" ${read.problem}; valid are data.temp, sensors[0].value, devices[*].id, ["a.b"]`
    : undefined
}
const path = z
  .string()
  .max(200)
  .superRefine((text, context) => {
    const message = problemOf(text)
    if (message) context.addIssue({ code: 'custom', message })
  })
/** An object whose keys are paths. */
const byPath = <T extends z.ZodType>(value: T) =>
  z.record(z.string().max(200), value).superRefine((fields, context) => {
    for (const key of Object.keys(fields)) {
      const message = problemOf(key)
      if (message) context.addIssue({ code: 'custom', path: [key], message })
    }
  })

const literal = z.union([z.string(), z.number(), z.boolean()])

/** What one value means. */
const payloadFieldSchema = z
  .strictObject({
    property: z.string(),
    /** UCUM code or a common spelling; a unit in the message (`unitPath`, `{ value, unit }`) takes precedence; default: that of the property */
    unit: z.string().max(40).optional(),
    unitPath: path.optional(),
    channel: z.string().max(64).optional(),
    /** the channel is the text at this path, from the object that has the value; several that are there are joined by a point */
    channelPath: z.union([path, z.array(path).min(1).max(6)]).optional(),
    /** result = value * scale + offset, in the unit */
    scale: z.number().optional(),
    offset: z.number().optional(),
    /** the value is multiplied by this power of ten */
    exponentPath: path.optional(),
    /** there is no value where one of these paths has this value: { "dataError": "true" } */
    unless: byPath(literal).optional(),
    /** the value is that of so many seconds before its time */
    seconds: z.number().positive().optional(),
    /** numbers of states that are sent as text: { "online": 1, "offline": 0 } */
    values: z.record(z.string(), z.number()).optional(),
  })
  .superRefine(({ property, unit }, context) => {
    const known = PROPERTIES.get(property)
    if (!known) {
      const message = `"${property}" is not an observed property${didYouMean(property, PROPERTY_NAMES)}`
      context.addIssue({ code: 'custom', path: ['property'], message })
      return
    }
    if (unit === undefined) return
    if (ucum(unit) === undefined) {
      const message = `"${unit}" is not a known unit${didYouMean(unit, UNIT_NAMES)}`
      context.addIssue({ code: 'custom', path: ['unit'], message })
    } else if (toCanonical(1, unit, known) === undefined) {
      const message = `"${unit}" does not convert to ${known.unit}, the unit of ${property}`
      context.addIssue({ code: 'custom', path: ['unit'], message })
    }
  })
export type PayloadField = z.infer<typeof payloadFieldSchema>
/** null: not a measurement; it is not reported as unmapped */
const meaning = payloadFieldSchema.nullable()

/** A level of the topic, counted from 1, or from the end as -1. */
const level = z
  .int()
  .min(-32)
  .max(32)
  .refine((number) => number !== 0, 'levels count from 1, or from -1')

const DEVICE_PARTS = 'valid are { "level": 2 }, { "path": "id" }, { "name": "x" }, or a list of these'
const part = z.union(
  [
    /** one level, or all from this one to another */
    z.strictObject({ level, to: level.optional() }),
    z.strictObject({ path }),
    z.strictObject({ name: z.string().min(1).max(100) }),
  ],
  DEVICE_PARTS,
)

const zone = z.string().refine(isTimeZone, 'is not an IANA time zone, such as Europe/Lisbon')
const timeFormat = z.string().superRefine((format, context) => {
  const read = format === 'iso' || format === 'unix' ? undefined : compileTimePattern(format)
  if (read && 'problem' in read) {
    const message = `"${format}" ${read.problem}; valid are iso, unix and patterns such as dd/MM/yyyy HH:mm:ss`
    context.addIssue({ code: 'custom', message })
  }
})

const timeSchema = z.strictObject({
  /** several paths (date and time) are joined by a space */
  path: z.union([path, z.array(path).min(1).max(3)]),
  /** iso, unix (s, ms, us or ns, by magnitude), or a pattern of yyyy yy MM M dd d HH H hh h mm ss SSS a */
  format: timeFormat.default('iso'),
  /** of times without an offset; default: the source's, else the city's */
  timeZone: zone.optional(),
  /** the zone is the text at this path */
  timeZonePath: path.optional(),
  /** an hour that occurs twice in autumn: the first, the second, or the one nearer to the arrival */
  repeatedHour: z.enum(['first', 'second', 'arrival']).default('arrival'),
  /** a record without a time is dated by its arrival, and flagged; left out: it is rejected */
  optional: z.boolean().optional(),
  /** records dated after their arrival are a forecast: left out, and reported once */
  forecast: z.boolean().optional(),
})

const locationSchema = z.union(
  [
    z.strictObject({ lon: path, lat: path }),
    /** [lon, lat], "lat, lon" or a GeoJSON Point; the order of a list or text is stated */
    z.strictObject({ path, order: z.enum(['lon,lat', 'lat,lon']) }),
  ],
  'valid are { "lon": path, "lat": path } and { "path": path, "order": "lon,lat" or "lat,lon" }',
)

export const ENCODINGS = ['json', 'ndjson', 'csv', 'influx', 'value', 'form', 'xml'] as const

/**
 * How to read any payload: which records it has, and of each record the device, the time, the place and the values, all by
 * path. In a city pack as `json` of a source, in the database as made in the dashboard, and as profiles of known formats.
 */
export const payloadMappingShape = z.strictObject({
  encoding: z.enum(ENCODINGS, `valid are ${ENCODINGS.join(', ')}`).default('json'),
  /** of csv: the delimiter (default: the most frequent), and the column names of messages without a header */
  csv: z
    .strictObject({
      delimiter: z.string().length(1).optional(),
      columns: z.array(z.string().min(1)).max(500).optional(),
    })
    .optional(),
  /** of value: the levels of the topic that name it; default: the last one */
  value: z.strictObject({ from: level, to: level.optional() }).optional(),
  /** path of an object whose lists are columns: { "time": [1, 2], "t": [20, 21] } is read as the list of its rows */
  columns: path.optional(),
  /** lists whose elements are records, one inside the other; default: the message, or its elements when it is a list */
  records: z.union([path, z.array(path).min(1).max(8)]).optional(),
  /** records in which these paths have these values; others are not measurements */
  only: byPath(literal).optional(),
  /** name of the device; several parts are joined by a point */
  device: z.union([part, z.array(part).min(1).max(4)], DEVICE_PARTS),
  time: timeSchema.optional(),
  location: locationSchema.optional(),
  fields: byPath(meaning)
    .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `at most ${MAX_FIELDS} fields`)
    .default({}),
  /** one value per record, and a path with the name of its quantity */
  long: z
    .strictObject({
      name: path,
      value: path,
      unit: path.optional(),
      names: z.record(z.string(), meaning),
      /** the name where a record has none */
      default: z.string().optional(),
    })
    .optional(),
  /** values that mean "no value"; null and '' always do */
  missing: z
    .array(z.union([z.string(), z.number()]))
    .max(50)
    .optional(),
})
export const payloadMappingSchema = payloadMappingShape.refine(
  ({ fields, long }) => long !== undefined || Object.keys(fields).length > 0,
  {
    message: 'maps no field: name at least one in `fields`, or `long`',
    path: ['fields'],
  },
)
export type PayloadMapping = z.infer<typeof payloadMappingSchema>
/** As written, before defaults. */
export type PayloadMappingInput = z.input<typeof payloadMappingSchema>

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
