import { z } from 'zod'
import { DAY_MS, DAY_SECONDS } from '../basics/durations.ts'
import { areaSchema, featureCollection, placeSchema, positionSchema } from '../basics/geo.ts'
import { moneyUnitSchema } from '../basics/money.ts'
import { MAX_ARCHIVE_DAYS, MAX_VOICE_RETENTION_DAYS, MIN_VOICE_RETENTION_DAYS } from '../basics/retention.ts'
import { languageTagSchema } from '../text/languages.ts'
import { domainSchema } from '../things/domain.ts'
import { gradeSchema } from '../things/grade.ts'
import { payloadMappingSchema } from './payload-mapping.ts'

/**
 * A city pack is a folder:
 * ```
 * city.json          this schema
 * zones.geojson      administrative areas with population (zonePropertiesSchema; other names through `zoneFields`)
 * map.geojson        optional base map; every feature has `layer`: land, water, waterway, park, building, street, rail
 * basemap/           optional base map: PMTiles, MBTiles, a MapLibre style or GeoJSON (domain/base-map)
 * things.csv         optional registry (thingRowSchema), one row a Thing
 * city-data.geojson  optional features for indicators (`kind`: major_street, park, stop, ...), with attributes
 * reported/*.csv     optional reported values: code,data_point,period,numerator,denominator,value,unit,source,quality,verified,note
 * goals.csv          optional benchmarks and targets of the city: code,data_point,benchmark,target,target_year,baseline_year,source
 * languages/<tag>.json optional messages in a language of the city, or other words in one that Citywell brings (language-file.ts)
 * air-standards.json optional air quality standards of the city's own (model/air-quality/standards/schema.ts)
 * surveys/<id>/      codebook.json (model/survey/codebook.ts) and responses.csv
 * ```
 */
/** Which messages a decoder is asked to read, and what it may assume of them. */
export const sourceSchema = z.object({
  /** unique in the pack; the ledger counts by it */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'lower-case letters, digits, - and _'),
  /** MQTT topic filter, `+` and `#` allowed */
  topic: z.string().min(1),
  /** one of `brokers`; left out: the broker of the city */
  broker: z.string().optional(),
  /** decoder; left out: chosen by topic and shape */
  format: z.string().optional(),
  /** for the format `json`: where device, time, place and values are in its messages */
  json: payloadMappingSchema.optional(),
  domain: domainSchema.optional(),
  /** IANA zone of devices that send local time; default: the city's */
  timeZone: z.string().optional(),
  /** payload key -> property (and UCUM unit, channel), before the decoder's own table */
  fields: z
    .record(z.string(), z.object({ property: z.string(), unit: z.string().optional(), channel: z.string().optional() }))
    .optional(),
  /**
   * its times mark the end of intervals of so many seconds: values are filed under the start of theirs. `properties`: of which;
   * left out: of amounts and sound levels. Meter readings are never moved.
   */
  endsInterval: z
    .strictObject({
      seconds: z
        .number()
        .positive()
        .max(31 * DAY_SECONDS),
      properties: z.array(z.string()).optional(),
    })
    .optional(),
  /** its times may lie as far back as they like; without it what is older than the raw data that is kept is refused */
  history: z.boolean().optional(),
  /** keep every message as it came (without personal data), for so long; left out: only what was not understood is kept */
  archive: z.strictObject({ days: z.int().min(1).max(MAX_ARCHIVE_DAYS) }).optional(),
})
export type Source = z.infer<typeof sourceSchema>

/** Defaults of `registration`. */
export const REGISTRATION = { initial: 2_000, perHour: 200, approval: false }
const count = z.int().min(0)
const registrationSchema = z.strictObject({
  initial: count.default(REGISTRATION.initial),
  perHour: count.default(REGISTRATION.perHour),
  /** of these, for each client; left out: half of them, rounded up */
  perClient: z.strictObject({ initial: count, perHour: count }).optional(),
  /** new devices wait until a person approves them; their messages are stored and replayed then */
  approval: z.boolean().default(REGISTRATION.approval),
})
export type Registration = z.infer<typeof registrationSchema>

/** Figures of a place in one year; what is not stated is not known. */
const yearFiguresSchema = z.strictObject({
  population: z.int().nonnegative().optional(),
  households: z.int().nonnegative().optional(),
})
export type YearFigures = z.infer<typeof yearFiguresSchema>
const yearSchema = z.string().regex(/^\d{4}$/, 'a year, as 2025')
const byYearSchema = z.record(yearSchema, yearFiguresSchema)
/** Of a zone its income too: in the currency and by the period that city.json states, of that year. */
const zoneByYearSchema = z.record(yearSchema, yearFiguresSchema.extend({ income: z.number().optional() }))
export type ZoneByYear = z.infer<typeof zoneByYearSchema>
/** A local date since when something has been so; what is still to come is loaded when it has come. */
const DATE = 'a date, as 2025-01-01'
const validFromSchema = z.iso
  .date(DATE)
  .refine((date) => Date.parse(date) <= Date.now() + DAY_MS, 'lies in the future; load the pack when it has come')

/** What holds for a time only: a local date inclusive, a local date exclusive. */
export const validitySchema = z
  .object({ validFrom: z.iso.date(DATE).optional(), validTo: z.iso.date(DATE).optional() })
  .refine(({ validFrom, validTo }) => validFrom === undefined || validTo === undefined || validFrom < validTo, {
    path: ['validTo'],
    error: 'does not lie after validFrom; it would never have been there',
  })

const environmentName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'the NAME of an environment variable, never its value')

/** A broker besides that of the city, whose messages are received too. Its address and files are in the environment, never here. */
export const brokerSchema = z.strictObject({
  /** unique in the pack; part of the name of the session at it */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and -'),
  /** mqtt://, mqtts://, ws:// or wss://, with user name and password */
  urlFromEnv: environmentName,
  /** PEM files: of the authority that signs its certificate, and of the certificate and key of the city */
  caFromEnv: environmentName.optional(),
  certFromEnv: environmentName.optional(),
  keyFromEnv: environmentName.optional(),
})
export type BrokerOfPack = z.infer<typeof brokerSchema>
const MAX_BROKERS = 16

/** A document on the web that is fetched again and again and published to the broker, as a device would. */
export const feedSchema = z.object({
  /** unique in the pack; part of the topic and of the device names */
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/, 'lower-case letters, digits, - and _'),
  url: z.url({ protocol: /^https?$/i, error: 'must be an address that begins with http:// or https://' }),
  /** decoder of what comes; for `gbfs` the URL may be that of gbfs.json, from which the other documents are found */
  format: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  everySeconds: z.int().min(10).max(DAY_SECONDS).default(60),
  /** default: feeds/<format>/<name> */
  topic: z
    .string()
    .regex(/^[^#+]+$/, 'a topic without + and #')
    .optional(),
  /** request header -> environment variable that holds its value */
  headersFromEnv: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), environmentName).optional(),
  /** query parameter -> environment variable that holds its value */
  queryFromEnv: z.record(z.string(), environmentName).optional(),
})
export type Feed = z.infer<typeof feedSchema>

/** What features of map.geojson are, in `layer`. */
export const BASE_MAP_LAYERS = ['land', 'water', 'waterway', 'park', 'building', 'street', 'rail'] as const
/** What features of city-data.geojson are, in `kind`, for indicators; a city may have others of its own. */
export const CITY_DATA_KINDS = [
  'major_street',
  'park',
  'stop',
  'transit_line',
  'bike_lane',
  'intersection',
  'pedestrian_area',
] as const

/** Each is part of a header of every response. */
const MAX_MAP_ORIGINS = 20
const originSchema = z
  .string()
  .refine((text) => isOrigin(text), 'must be a scheme and a host, as https://tiles.example')

export const cityPackSchema = z.object({
  /** what the city is for the database, so that its name can be corrected; left out: the name is */
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and -')
    .optional(),
  name: z.string().min(1),
  country: z.string().optional(),
  description: z.string().optional(),
  /** IANA time zone; local days and years are counted in it */
  timeZone: z.string().refine((zone) => isTimeZone(zone), 'no IANA time zone'),
  centre: positionSchema,
  /** of coordinates that are not WGS 84, in all files of the pack: a code of the EPSG registry, as EPSG:25831 */
  crs: z.string().optional(),
  population: z.int().positive(),
  households: z.int().positive().optional(),
  landAreaKm2: z.number().positive().optional(),
  /**
   * The local date since when the city has been as the pack says. At the first loading, and whenever it is another date than
   * before, what the pack changes holds from it; else from the loading on.
   */
  validFrom: validFromSchema.optional(),
  /** figures of single years, before those above */
  byYear: byYearSchema.optional(),
  /** what `income` of the zones means; needed where a zone has one */
  income: moneyUnitSchema.optional(),
  /** true when the readings come from a simulator: shown wherever a number is */
  simulated: z.boolean().default(false),
  /** language of pages for readers whose browsers ask for none that there is; left out: English */
  language: languageTagSchema.optional(),
  /** seed of a generated city, so that its simulator makes the same readings again */
  seed: z.int().optional(),
  sources: z.array(sourceSchema).min(1),
  /** brokers besides that of the city; sources name theirs */
  brokers: z.array(brokerSchema).max(MAX_BROKERS).optional(),
  /** left out: nothing is fetched from anywhere */
  feeds: z.array(feedSchema).optional(),
  /** what the numbers in the CSV files of the pack have before their decimals, where a file does not tell */
  decimal: z.enum(['point', 'comma']).optional(),
  /** names of the zone properties in zones.geojson, where they differ from ours */
  zoneFields: z
    .object({ key: z.string(), name: z.string(), population: z.string(), households: z.string(), income: z.string() })
    .partial()
    .optional(),
  /**
   * how many devices may register themselves: `initial` in all that nobody has confirmed, beyond that `perHour` within any hour.
   * With both 0 nothing registers itself. With `approval` none does before a person has approved it.
   */
  registration: registrationSchema.optional(),
  /** days after which voices are deleted; left out: VOICE_RETENTION_DAYS. A longer period applies to new voices only */
  voices: z.strictObject({ keepDays: z.int().min(MIN_VOICE_RETENTION_DAYS).max(MAX_VOICE_RETENTION_DAYS) }).optional(),
  /** MapLibre style of a real city's base map; left out: basemap/ or map.geojson is drawn and nothing is fetched */
  mapStyle: z.url().optional(),
  /** further hosts from which a style takes tiles, sprites and glyphs; the page loads nothing from any other */
  mapOrigins: z.array(originSchema).max(MAX_MAP_ORIGINS).optional(),
  /** whose data the base map shows, as text or with links; left out: what the files of basemap/ say */
  mapAttribution: z.string().min(1).max(1_000).optional(),
})
export type CityPack = z.infer<typeof cityPackSchema>

export const zonePropertiesSchema = z.object({
  key: z.string().min(1),
  name: z.string().min(1),
  population: z.int().nonnegative().optional(),
  households: z.int().nonnegative().optional(),
  /** median equivalised income; `income` of city.json says its currency, whether by month or year, and of which year */
  income: z.number().optional(),
  /** since when the zone has been so, where it is not `validFrom` of the pack */
  validFrom: validFromSchema.optional(),
  /** since when it is no more, exclusive: a district of the past, which reports about its time use */
  validTo: z.iso.date(DATE).optional(),
  /** keys of the districts that it came from; it began when they ended */
  replaces: z.array(z.string()).min(1).optional(),
  byYear: zoneByYearSchema.optional(),
})
export const zonesSchema = featureCollection(areaSchema, zonePropertiesSchema.loose())

/** A row of things.csv. `device` is how its messages name it: `<format>/<device id>`; native Things need none. */
export const thingRowSchema = z.object({
  key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]*$/, 'letters, digits and _ . : -'),
  name: z.string().min(1),
  domain: domainSchema,
  /** air_station, weather_station, building, household_meter, solar_plant, traffic_counter, street_segment, bike_dock, mast, wifi_hotspot, probe, ... */
  kind: z.string().min(1),
  grade: gradeSchema.default('unknown'),
  device: z.string().optional(),
  place: placeSchema.optional(),
  /** seconds between messages that the owner promises; the base of data capture */
  expectedIntervalSeconds: z.int().positive().optional(),
  /** what indicators need to know: siting, street length, free-flow time, floor area, public, smart, ... */
  attributes: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .and(validitySchema)
    .default({}),
})
export type ThingRow = z.infer<typeof thingRowSchema>
/** Columns of things.csv; `place` comes as lon,lat or as a GeoJSON line in `geometry`, attributes as columns of their own. */
export const THING_COLUMNS = [
  'key',
  'name',
  'domain',
  'kind',
  'grade',
  'device',
  'lon',
  'lat',
  'geometry',
  'expected_interval_s',
] as const

/** A URL that is nothing but scheme, host and port, as a content security policy names them. */
function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** Origins from which the page may load a map: those of the style and those that the pack permits. */
export function mapOriginsOf({ mapStyle, mapOrigins = [] }: Pick<CityPack, 'mapStyle' | 'mapOrigins'>): string[] {
  return mapStyle === undefined ? [] : [...new Set([new URL(mapStyle).origin, ...mapOrigins])]
}

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
