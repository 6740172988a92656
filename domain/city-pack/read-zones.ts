import type { z } from 'zod'
import { type Area, areaSchema, type Position } from '#model/basics/geo.ts'
import { type CityPack, zonePropertiesSchema } from '#model/city/city-pack.ts'
import { didYouMean } from '#model/text/suggest.ts'
import { localMeridian } from './geometry/local-meridian.ts'
import {
  type Collection,
  type Feature,
  liesInCity,
  medianOf,
  middlesOf,
  misplaced,
  type Places,
  placeText,
  readCollection,
} from './geometry/read-collection.ts'
import { type Ring, ringProblem } from './geometry/rings.ts'
import { firstOf, shown } from './problems/describe-issue.ts'
import type { PackProblems } from './problems/pack-problems.ts'

const FILE = 'zones.geojson'
const NAMED = ['key', 'name', 'population', 'households', 'income'] as const
const NEEDED: readonly string[] = ['key', 'name']

export type LoadedZone = z.infer<typeof zonePropertiesSchema> & {
  readonly geometry: Area
  readonly attributes: Record<string, unknown>
}
type Names = NonNullable<CityPack['zoneFields']>

/** The zones of the pack, in WGS 84, with the properties of a city's own file under our names. */
export async function readZones(
  json: unknown,
  city: CityPack | undefined,
  places: Places,
  problems: PackProblems,
): Promise<LoadedZone[]> {
  const collection = await readPlaced(json, city, places, problems)
  if (!collection) return []
  const names = city?.zoneFields ?? {}
  const isComplete = checkNames(collection.features, names, problems)
  const seen = new Set<string>()
  const zones = collection.features.flatMap((feature, index): LoadedZone[] => {
    const attributes = feature.properties ?? {}
    const input = ourNames(attributes, names)
    const where = `features[${index}]${typeof input['name'] === 'string' ? ` (${input['name']})` : ''}`
    const geometry = readArea(feature, where, problems)
    if (!isComplete) return []
    const properties = zonePropertiesSchema.safeParse(input)
    if (!properties.success) {
      const issues = properties.error.issues.map((issue) => ({
        ...issue,
        path: issue.path.map((part, at) => (at === 0 ? (names[part as keyof Names] ?? part) : part)),
      }))
      problems.addIssues(FILE, `${where}.properties`, issues, attributes)
    }
    if (!properties.success || !geometry) return []
    const { key } = properties.data
    if (seen.has(key)) problems.add(FILE, where, `the key "${key}" appears twice`)
    seen.add(key)
    return [{ ...properties.data, geometry, attributes }]
  })
  return withSuccession(zones, problems)
}

/** Districts that replace others begin when these end, so that no time has both. */
function withSuccession(zones: readonly LoadedZone[], problems: PackProblems): LoadedZone[] {
  const byKey = new Map(zones.map((zone) => [zone.key, zone]))
  return zones.map((zone) => {
    const { key, validTo, replaces = [] } = zone
    const add = (field: string, what: string): void => problems.add(FILE, `zone "${key}".${field}`, what)
    for (const one of replaces) {
      const problem = replacedProblem(one, byKey)
      if (problem) add('replaces', problem)
    }
    const [end, ...others] = new Set(replaces.flatMap((one) => byKey.get(one)?.validTo ?? []))
    if (others.length > 0) add('replaces', `these end at different times: ${[end, ...others].join(', ')}`)
    const begins = zone.validFrom ?? end
    if (begins === undefined) return zone
    if (end !== undefined && begins !== end)
      add('validFrom', `is ${begins}, and what it replaces ends ${end}; valid: the same date`)
    if (validTo !== undefined && validTo <= begins)
      add('validTo', `"${validTo}" does not lie after its beginning, ${begins}`)
    return { ...zone, validFrom: begins, attributes: { ...zone.attributes, validFrom: begins } }
  })
}

function replacedProblem(key: string, zones: ReadonlyMap<string, LoadedZone>): string | undefined {
  const zone = zones.get(key)
  if (zone?.validTo !== undefined) return undefined
  const what = zone ? `"${key}" has no validTo` : `"${key}" is not in the file${didYouMean(key, zones.keys())}`
  return `${what}; districts of the past stay in the file, with "validTo"`
}

/** Whether a district has ended by a local date. */
export const hasEnded = ({ validTo }: Pick<LoadedZone, 'validTo'>, today: string): boolean =>
  validTo !== undefined && validTo <= today

/** Where zones and centre differ by exchanged axes, the time zone tells which of the two has them so. */
async function readPlaced(
  json: unknown,
  city: CityPack | undefined,
  places: Places,
  problems: PackProblems,
): Promise<Collection | undefined> {
  const collection = await readCollection(FILE, json, places, problems)
  if (!collection || !city) return collection
  const { centre, timeZone } = city
  const middle = medianOf(middlesOf(collection))
  const meridian = localMeridian(timeZone)
  const isCentreFarther = Math.abs(centre[0] - meridian) > Math.abs(middle[0] - meridian)
  if (misplaced(middle, centre) === undefined) return allNear(collection, middle, problems)
  if (misplaced(middle, centre) !== 'swapped' || !isCentreFarther)
    return liesInCity(FILE, collection, centre, problems) ? collection : undefined
  const correct = placeText([centre[1], centre[0]])
  problems.add(
    'city.json',
    'centre',
    `${shown(centre)} is [latitude, longitude]; valid: longitude first, as ${correct}`,
  )
  return collection
}

/** The collection, or undefined after a problem for districts far from most of the others. */
function allNear(collection: Collection, usual: Position, problems: PackProblems): Collection | undefined {
  const far = collection.features.flatMap((feature, at) => {
    const [middle] = middlesOf({ ...collection, features: [feature] })
    return middle === undefined || misplaced(middle, usual) === undefined ? [] : [{ middle, at }]
  })
  for (const { middle, at } of far) {
    const what = `lies around ${placeText(middle)}, far from the other districts at ${placeText(usual)}`
    problems.add(FILE, `features[${at}]`, what, 'far')
  }
  return far.length === 0 ? collection : undefined
}

/** An attribute that no zone has is one problem, with the attributes that there are; false when one is missing. */
function checkNames(features: readonly Feature[], names: Names, problems: PackProblems): boolean {
  const present = new Set(features.flatMap(({ properties }) => Object.keys(properties ?? {})))
  const missing = NAMED.filter((name) => {
    const used = names[name] ?? name
    return !present.has(used) && (names[name] !== undefined || NEEDED.includes(name))
  })
  for (const name of missing) {
    const used = names[name] ?? name
    const has = `${didYouMean(used, present).replace(/^; /, '')} its attributes: ${firstOf([...present])}`.trim()
    if (names[name] !== undefined)
      problems.add('city.json', `zoneFields.${name}`, `no zone in ${FILE} has the attribute "${used}"; ${has}`)
    else
      problems.add(
        FILE,
        'properties',
        `no zone has the attribute "${name}"; name yours in city.json, as "zoneFields": { "${name}": "…" }; ${has}`,
      )
  }
  return missing.length === 0
}

/** Zone properties under our names; a city's own names come from `zoneFields`. Identifiers are often numbers. */
function ourNames(attributes: Record<string, unknown>, names: Names): Record<string, unknown> {
  const take = (name: (typeof NAMED)[number]): unknown => attributes[names[name] ?? name] ?? undefined
  const text = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value)
  return {
    key: text(take('key')),
    name: text(take('name')),
    population: take('population'),
    households: take('households'),
    income: take('income'),
    validFrom: attributes['validFrom'] ?? undefined,
    validTo: attributes['validTo'] ?? undefined,
    replaces: attributes['replaces'] ?? undefined,
    byYear: attributes['byYear'] ?? undefined,
  }
}

function readArea({ geometry }: Feature, where: string, problems: PackProblems): Area | undefined {
  const at = `${where}.geometry`
  if (geometry === null) {
    problems.add(FILE, at, 'is missing; a Polygon or MultiPolygon is needed')
    return undefined
  }
  if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') {
    problems.add(FILE, at, `${shown(geometry.type)} is no area; valid: Polygon, MultiPolygon`, 'no area')
    return undefined
  }
  const rings = (
    geometry.type === 'Polygon' ? geometry.coordinates : (geometry.coordinates as Ring[][]).flat()
  ) as Ring[]
  const wrong = rings.map(ringProblem).find((problem) => problem !== undefined)
  if (wrong) {
    problems.add(FILE, at, wrong, wrong.replace(/near .*|it begins .*|has \d+/, ''))
    return undefined
  }
  const area = areaSchema.safeParse(geometry)
  if (!area.success) problems.addIssues(FILE, at, area.error.issues, geometry)
  return area.data
}
