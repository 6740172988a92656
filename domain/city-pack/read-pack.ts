import { z } from 'zod'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import { type Area, areaSchema } from '#model/basics/geo.ts'
import {
  type CityPack,
  cityPackSchema,
  type ThingRow,
  validitySchema,
  zonePropertiesSchema,
} from '#model/city/city-pack.ts'
import { DECIMALS } from '#model/text/numbers.ts'
import { PackProblems } from './pack-problems.ts'
import { readAirStandards } from './read-air-standards.ts'
import { type GoalRow, readGoals } from './read-goals.ts'
import { readJson, readText } from './read-json.ts'
import { type LoadedLanguages, readLanguages } from './read-languages.ts'
import { type ReportedRow, readReported } from './read-reported.ts'
import { type LoadedSurvey, readSurveys } from './read-survey.ts'
import { readThings } from './read-things.ts'

export type LoadedZone = z.infer<typeof zonePropertiesSchema> & {
  readonly geometry: Area
  readonly attributes: Record<string, unknown>
}
/** A city pack, read and checked. */
export type LoadedPack = {
  readonly folder: string
  readonly city: CityPack
  readonly zones: LoadedZone[]
  readonly baseMap: unknown
  readonly features: unknown
  readonly things: ThingRow[]
  readonly reported: ReportedRow[]
  readonly goals: GoalRow[]
  readonly airStandards: AirStandard[]
  readonly languages: LoadedLanguages
  readonly surveys: LoadedSurvey[]
}

const collectionSchema = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({
      type: z.literal('Feature'),
      geometry: z.unknown(),
      properties: z.record(z.string(), z.unknown()).nullable(),
    }),
  ),
})

/**
 * Reads and checks a whole pack.
 * @throws AppError CITY_PACK_INVALID naming each file, line and problem; nothing is half-read
 */
export async function readCityPack(folder: string): Promise<LoadedPack> {
  const problems = new PackProblems()
  const json = await readJson(folder, 'city.json', problems, true)
  const city = cityPackSchema.safeParse(json)
  if (json !== undefined && !city.success) problems.addIssues('city.json', '', city.error.issues)
  const zones = readZones(
    await readJson(folder, 'zones.geojson', problems, true),
    city.data?.zoneFields ?? {},
    problems,
  )
  const decimal = city.data?.decimal && DECIMALS[city.data.decimal]
  const things = readThings(await readText(folder, 'things.csv', problems), decimal, problems)
  const baseMap = (await readCollection(folder, 'map.geojson', problems)) ?? ALL_LAND
  const features = await readCollection(folder, 'city-data.geojson', problems)
  checkValidity(features, problems)
  const reported = await readReported(folder, decimal, problems)
  const goals = await readGoals(folder, decimal, problems)
  const airStandards = await readAirStandards(folder, problems)
  const languages = await readLanguages(folder, city.data?.language, problems)
  const surveys = await readSurveys(folder, new Set(zones.map((zone) => zone.key)), problems, decimal)
  checkSources(city.data, problems)
  checkIncome(city.data, zones, problems)
  problems.throwIfAny(folder)
  if (!city.data) throw new Error('unreachable: a pack without city.json has a problem')
  const parts = { zones, baseMap, features, things, reported, goals, airStandards, languages, surveys }
  return { folder, city: city.data, ...parts }
}

async function readCollection(folder: string, file: string, problems: PackProblems): Promise<unknown> {
  const json = await readJson(folder, file, problems)
  if (json === undefined) return undefined
  const read = collectionSchema.safeParse(json)
  if (!read.success) problems.addIssues(file, '', read.error.issues)
  return json
}

function readZones(json: unknown, fields: Partial<Record<string, string>>, problems: PackProblems): LoadedZone[] {
  if (json === undefined) return []
  const file = 'zones.geojson'
  const collection = collectionSchema.safeParse(json)
  if (!collection.success) {
    problems.addIssues(file, '', collection.error.issues)
    return []
  }
  const seen = new Set<string>()
  return collection.data.features.flatMap((feature, index) => {
    const attributes = feature.properties ?? {}
    const properties = zonePropertiesSchema.safeParse(ourNames(attributes, fields))
    const geometry = areaSchema.safeParse(feature.geometry)
    if (!properties.success) problems.addIssues(file, `features[${index}].properties`, properties.error.issues)
    if (!geometry.success) problems.addIssues(file, `features[${index}].geometry`, geometry.error.issues)
    if (!properties.success || !geometry.success) return []
    if (seen.has(properties.data.key))
      problems.add(file, `features[${index}]`, `key "${properties.data.key}" appears twice`)
    seen.add(properties.data.key)
    return [{ ...properties.data, geometry: geometry.data, attributes }]
  })
}

/** Zone properties under our names; a city's own names come from `zoneFields`. Identifiers are often numbers. */
function ourNames(
  attributes: Record<string, unknown>,
  fields: Partial<Record<string, string>>,
): Record<string, unknown> {
  const take = (name: string): unknown => attributes[fields[name] ?? name] ?? undefined
  const text = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value)
  return {
    key: text(take('key')),
    name: text(take('name')),
    population: take('population'),
    households: take('households'),
    income: take('income'),
    validFrom: attributes['validFrom'] ?? undefined,
    byYear: attributes['byYear'] ?? undefined,
  }
}

/** Features that hold for a time only say so with dates. */
function checkValidity(features: unknown, problems: PackProblems): void {
  for (const [index, { properties }] of (collectionSchema.safeParse(features).data?.features ?? []).entries()) {
    const read = validitySchema.safeParse(properties ?? {})
    if (!read.success) problems.addIssues('city-data.geojson', `features[${index}].properties`, read.error.issues)
  }
}

/** Incomes without a currency and a period would be read twelve times too high or too low. */
function checkIncome(city: CityPack | undefined, zones: readonly LoadedZone[], problems: PackProblems): void {
  const zone = zones.find(({ income }) => income !== undefined)
  if (!city || !zone || city.income) return
  const valid = '{ "currency": "EUR", "per": "month" or "year", "year": 2025 }'
  const what = `is missing: zones.geojson gives incomes (${zone.key}: ${zone.income}); say what they are: ${valid}`
  problems.add('city.json', 'income', what)
}

function checkSources(city: CityPack | undefined, problems: PackProblems): void {
  const seen = new Set<string>()
  for (const [index, source] of (city?.sources ?? []).entries()) {
    if (seen.has(source.name)) problems.add('city.json', `sources[${index}]`, `name "${source.name}" appears twice`)
    seen.add(source.name)
    checkJson(source, index, problems)
  }
}

/** A source with a description of its messages has the format that uses it, and the other way round. */
function checkJson({ format, json, fields }: CityPack['sources'][number], index: number, problems: PackProblems): void {
  const where = `sources[${index}]`
  if (format === 'json' && !json)
    problems.add(
      'city.json',
      where,
      'has the format json: describe its messages in `json` (docs/formats.md, "Any payload")',
    )
  if (json && format !== 'json')
    problems.add(
      'city.json',
      `${where}.format`,
      `is ${format ?? 'missing'}: a source with \`json\` has the format json`,
    )
  if (json && fields) problems.add('city.json', `${where}.fields`, 'belongs into `json.fields`')
}

/** The base map of a city that brings none: without a coast everything is land, not sea. */
const ALL_LAND = {
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { layer: 'land' },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [-180, -85],
            [180, -85],
            [180, 85],
            [-180, 85],
            [-180, -85],
          ],
        ],
      },
    },
  ],
}
