import { stat } from 'node:fs/promises'
import type { AirStandard } from '#model/air-quality/standards/schema.ts'
import type { Position } from '#model/basics/geo.ts'
import {
  BASE_MAP_LAYERS,
  CITY_DATA_KINDS,
  type CityPack,
  cityPackSchema,
  type ThingRow,
  validitySchema,
} from '#model/city/city-pack.ts'
import { DECIMALS } from '#model/text/numbers.ts'
import { suggestionFor } from '#model/text/suggest.ts'
import { ALL_LAND } from './all-land.ts'
import { checkSources, noTimeZone } from './check-sources.ts'
import { readCrs } from './geometry/crs.ts'
import {
  type Collection,
  CRS_VALID,
  liesInCity,
  middleOf,
  type Places,
  readCollection,
} from './geometry/read-collection.ts'
import { listed, notListed } from './problems/describe-issue.ts'
import { PackProblems } from './problems/pack-problems.ts'
import { readJson, readText } from './problems/read-json.ts'
import { addUnknownKeys } from './problems/unknown-keys.ts'
import { readAirStandards } from './read-air-standards.ts'
import { type GoalRow, readGoals } from './read-goals.ts'
import { type LoadedLanguages, readLanguages } from './read-languages.ts'
import { type PeerRow, readPeers } from './read-peers.ts'
import { type ReportedRow, readReported } from './read-reported.ts'
import { type LoadedSurvey, readSurveys } from './read-survey.ts'
import { readThings } from './read-things.ts'
import { hasEnded, type LoadedZone, readZones } from './read-zones.ts'

/** A city pack, read and checked. */
export type LoadedPack = {
  readonly folder: string
  readonly city: CityPack
  /** districts of today */
  readonly zones: LoadedZone[]
  /** districts that have ended */
  readonly pastZones: LoadedZone[]
  readonly baseMap: unknown
  readonly features: unknown
  readonly things: ThingRow[]
  readonly reported: ReportedRow[]
  readonly goals: GoalRow[]
  readonly peers: PeerRow[]
  readonly airStandards: AirStandard[]
  readonly languages: LoadedLanguages
  readonly surveys: LoadedSurvey[]
}

/** What only the caller knows. */
export type PackKnowledge = {
  /** names of the decoders; left out: formats of sources are not checked */
  readonly formats?: readonly string[]
}

/**
 * Reads and checks a whole pack.
 * @throws AppError CITY_PACK_INVALID naming each file, line and problem; nothing is half-read
 */
export async function readCityPack(folder: string, knowledge: PackKnowledge = {}): Promise<LoadedPack> {
  const { pack, problems } = await checkCityPack(folder, knowledge)
  problems.throwIfAny(folder)
  if (!pack) throw new Error('unreachable: a pack without city.json has a problem')
  return pack
}

/** Reads a whole pack and everything that is wrong with it. `pack` is complete only without problems. */
export async function checkCityPack(
  folder: string,
  { formats }: PackKnowledge,
): Promise<{ pack: LoadedPack | undefined; problems: PackProblems }> {
  const problems = new PackProblems()
  if (!(await isFolder(folder))) {
    problems.add(folder, '', 'is not a folder')
    return { pack: undefined, problems }
  }
  const city = await readCity(folder, formats, problems)
  const crs = city?.crs === undefined ? undefined : await readCrs(city.crs)
  if (city?.crs !== undefined && !crs)
    problems.add('city.json', 'crs', `"${city.crs}" is not a system that can be transformed; ${CRS_VALID}`)
  const json = await readJson(folder, 'zones.geojson', problems, true)
  const allZones = json === undefined ? [] : await readZones(json, city, { reference: city?.centre, crs }, problems)
  const today = localDate(city?.timeZone)
  const zones = allZones.filter((zone) => !hasEnded(zone, today))
  const pastZones = allZones.filter((zone) => hasEnded(zone, today))
  // what is stated of a past year names the districts of that year
  const keys = problems.has('zones.geojson') ? undefined : new Set(allZones.map(({ key }) => key))
  const places = { reference: zones.length > 0 ? middleOfZones(zones) : undefined, crs }
  const decimal = city?.decimal && DECIMALS[city.decimal]
  const things = await readThings(
    await readText(folder, 'things.csv', problems),
    { decimal, places, zones: keys },
    problems,
  )
  const baseMap = await readFeatures(folder, 'map.geojson', { places, name: 'layer', known: BASE_MAP_LAYERS }, problems)
  const features = await readFeatures(
    folder,
    'city-data.geojson',
    { places, name: 'kind', known: CITY_DATA_KINDS },
    problems,
  )
  checkValidity(features, problems)
  const reported = await readReported(folder, { decimal, zones: keys }, problems)
  const goals = await readGoals(folder, decimal, problems)
  const peers = await readPeers(folder, decimal, problems)
  const airStandards = await readAirStandards(folder, problems)
  const languages = await readLanguages(folder, city?.language, problems)
  const surveys = await readSurveys(folder, keys, problems, decimal)
  if (city) checkIncome(city, zones, problems)
  const named = { baseMap: baseMap ?? ALL_LAND, features, airStandards, languages }
  return {
    pack: city && { folder, city, ...named, zones, pastZones, things, reported, goals, peers, surveys },
    problems,
  }
}

/** Of now, in the city, as 2026-05-31. */
const localDate = (timeZone: string | undefined): string =>
  new Intl.DateTimeFormat('en-CA', { dateStyle: 'short', ...(timeZone !== undefined && { timeZone }) }).format(
    new Date(),
  )

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )

async function readCity(
  folder: string,
  formats: readonly string[] | undefined,
  problems: PackProblems,
): Promise<CityPack | undefined> {
  const json = await readJson(folder, 'city.json', problems, true)
  if (json === undefined) return undefined
  addUnknownKeys('city.json', problems, cityPackSchema, json)
  const city = cityPackSchema.safeParse(json)
  const issues = (city.error?.issues ?? []).filter(
    ({ code, path }) => code !== 'unrecognized_keys' && !isTimeZone(path),
  )
  const { timeZone } = json as { timeZone?: unknown }
  if (city.error?.issues.some(({ path }) => isTimeZone(path)))
    problems.add('city.json', 'timeZone', noTimeZone(timeZone))
  problems.addIssues('city.json', '', issues, json)
  if (city.data) checkSources(city.data, formats, problems)
  return city.data
}

const isTimeZone = ([first]: readonly PropertyKey[]): boolean => first === 'timeZone'

const middleOfZones = (zones: readonly LoadedZone[]): Position =>
  middleOf(
    zones.flatMap(({ geometry }) =>
      (geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()).flat(),
    ),
  ).middle

/** A collection whose features say in one property what they are. */
async function readFeatures(
  folder: string,
  file: string,
  { places, name, known }: { places: Places; name: string; known: readonly string[] },
  problems: PackProblems,
): Promise<Collection | undefined> {
  const json = await readJson(folder, file, problems)
  if (json === undefined) return undefined
  const collection = await readCollection(file, json, places, problems)
  if (collection) liesInCity(file, collection, places.reference, problems)
  for (const [index, { properties }] of (collection?.features ?? []).entries()) {
    const value = properties?.[name]
    const at = `features[${index}].properties.${name}`
    if (value === undefined) problems.add(file, at, `is missing; ${listed(known)}`)
    else if (!known.includes(String(value)) && suggestionFor(String(value), known))
      problems.add(file, at, notListed(value, known))
  }
  return collection
}

/** Features that hold for a time only say so with dates. */
function checkValidity(collection: Collection | undefined, problems: PackProblems): void {
  for (const [index, { properties }] of (collection?.features ?? []).entries()) {
    const read = validitySchema.safeParse(properties ?? {})
    if (!read.success)
      problems.addIssues('city-data.geojson', `features[${index}].properties`, read.error.issues, properties)
  }
}

/** Incomes without a currency and a period would be read twelve times too high or too low. */
function checkIncome(city: CityPack, zones: readonly LoadedZone[], problems: PackProblems): void {
  const ofYears = ({ byYear }: LoadedZone) =>
    Object.values(byYear ?? {}).find(({ income }) => income !== undefined)?.income
  const incomeOf = (zone: LoadedZone): number | undefined => zone.income ?? ofYears(zone)
  const zone = zones.find((one) => incomeOf(one) !== undefined)
  if (!zone || city.income) return
  const valid = '{ "currency": "EUR", "per": "month" or "year", "year": 2025 }'
  const what = `is missing: zones.geojson gives incomes (${zone.key}: ${incomeOf(zone)}); say what they are: ${valid}`
  problems.add('city.json', 'income', what)
}
