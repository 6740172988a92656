import { basename, dirname } from 'node:path'
import { distanceDegrees, readCrs } from '#domain/city-pack/geometry/crs.ts'
import {
  type Collection,
  CRS_VALID,
  medianOf,
  middleOf,
  middlesOf,
  positionsOf,
  readCollection,
} from '#domain/city-pack/geometry/read-collection.ts'
import { PackProblems, problemText } from '#domain/city-pack/problems/pack-problems.ts'
import { readJson } from '#domain/city-pack/problems/read-json.ts'
import { AppError } from '#model/basics/errors.ts'
import type { Position } from '#model/basics/geo.ts'

export type Districts = {
  /** in WGS 84 */
  readonly collection: Collection
  readonly centre: Position
}

/** Reads a file of districts. @throws AppError CONFIG_INVALID with everything that is wrong with it */
export async function readDistricts(path: string, crsName: string | undefined): Promise<Districts> {
  const problems = new PackProblems()
  const crs = crsName === undefined ? undefined : await readCrs(crsName)
  if (crsName !== undefined && !crs)
    throw new AppError('CONFIG_INVALID', `--crs "${crsName}" is not a system that can be transformed; ${CRS_VALID}`)
  const [folder, file] = [dirname(path), basename(path)]
  const json = await readJson(folder, file, problems, true)
  const places = { reference: undefined, crs, howToName: 'with --crs, as --crs EPSG:25831' }
  const collection = json === undefined ? undefined : await readCollection(file, json, places, problems)
  if (!collection) throw new AppError('CONFIG_INVALID', problems.list.map(problemText).join('\n'))
  return { collection, centre: rounded(centreOf(collection)) }
}

/** The middle of the districts, without one that lies far from the others, which the check reports. */
function centreOf(collection: Collection): Position {
  const features = collection.features.filter(({ geometry }) => geometry !== null)
  const middles = middlesOf({ ...collection, features })
  const usual = medianOf(middles)
  const near = features.filter((_, at) => distanceDegrees(middles[at] ?? usual, usual) <= 2)
  return middleOf(positionsOf({ ...collection, features: near }) as unknown as Position[]).middle
}

const rounded = ([lon, lat]: Position): Position => [Number(lon.toFixed(4)), Number(lat.toFixed(4))]

export type Attributes = {
  readonly key: string | undefined
  readonly name: string | undefined
  readonly population: string | undefined
}

const KEY =
  /^(key|id|code|codi|code_?.*|cod|kod|kode|codigo|codice|nr|no|num|number|nummer|numero|postinumeroalue|plz|zip|gss.*|.*(_id|_code|_cd|_nr|code|codi|codigo))$/i
const NAME =
  /^(name|nom|nombre|nome|nimi|navn|namn|naam|bezeichnung|label|libelle|titel|title|district|distrito|quartier|barrio|stadtteil|bezirk|.*(_name|_nom|_nimi|name|naam|nom)|nm.*)$/i
const POPULATION =
  /(^|_)(pop|population|poblacio|poblacion|populacao|popolazione|einwohner|ew|bevolkerung|bevölkerung|habitants|habitantes|abitanti|inwoners|asukasluku|asukkaat|vaesto|residents|people|inhabitants)/i

/** Which attributes of a file of districts are probably key, name and population; undefined where none is. */
export function suggestAttributes({ features }: Collection): Attributes {
  const columns = [...new Set(features.flatMap(({ properties }) => Object.keys(properties ?? {})))]
  const valuesOf = (column: string): unknown[] => features.map(({ properties }) => properties?.[column])
  const isUnique = (column: string): boolean => {
    const values = valuesOf(column)
    return values.every(isLabel) && new Set(values.map(String)).size === values.length
  }
  const unique = columns.filter(isUnique)
  const texts = unique.filter((column) => valuesOf(column).some((value) => /\p{L}{2}/u.test(String(value))))
  const named = texts.find((column) => NAME.test(column))
  const name =
    named ??
    longest(
      texts.filter((column) => !isAddress(valuesOf(column))),
      valuesOf,
    )
  const population = columns.find(
    (column) => POPULATION.test(column) && valuesOf(column).some((value) => wholeNumber(value) !== undefined),
  )
  const keys = unique.filter((column) => column !== population && !isMeasure(valuesOf(column)))
  const key = keys.find((column) => KEY.test(column)) ?? keys.find((column) => column !== name) ?? keys[0]
  return { key, name: name ?? key, population }
}

const isLabel = (value: unknown): boolean =>
  typeof value === 'number' || (typeof value === 'string' && value.trim() !== '' && value.length <= 100)
const isMeasure = (values: readonly unknown[]): boolean =>
  values.some((value) => typeof value === 'number' && !Number.isInteger(value))
const isAddress = (values: readonly unknown[]): boolean =>
  values.some((value) => /:\/\/|^\d{4}-\d\d-\d\dT/.test(String(value)))

function longest(columns: readonly string[], valuesOf: (column: string) => unknown[]): string | undefined {
  const letters = (column: string): number =>
    valuesOf(column)
      .join('')
      .replace(/[^\p{L}]/gu, '').length
  return columns.toSorted((a, b) => letters(b) - letters(a))[0]
}

/** A number of people as files write it: 1200, "1200", "1 200", "1.200", "1,200". */
export function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string' || !/^\s*\d{1,3}(?:[\s.,'’]?\d{3})*\s*$|^\s*\d+\s*$/u.test(value)) return undefined
  return Number(value.replace(/[^\d]/g, ''))
}

/** The collection with the numbers of an attribute as numbers. */
export function withNumbers(collection: Collection, attribute: string | undefined): Collection {
  if (attribute === undefined) return collection
  return {
    ...collection,
    features: collection.features.map((feature) => {
      const { properties } = feature
      if (properties?.[attribute] === undefined) return feature
      return { ...feature, properties: { ...properties, [attribute]: wholeNumber(properties[attribute]) ?? null } }
    }),
  }
}
