import type { Place, Position } from '#model/basics/geo.ts'
import { THING_COLUMNS, type ThingRow, thingRowSchema } from '#model/city/city-pack.ts'
import { parseShallow } from '#model/text/nesting.ts'
import type { Decimal } from '#model/text/numbers.ts'
import { suggestionFor } from '#model/text/suggest.ts'
import { intervalProblems } from '#model/things/expected-interval.ts'
import { misplaced, type Places, placeText, swappedText, transformOf } from './geometry/read-collection.ts'
import { describeIssue, firstOf, notListed, shown } from './problems/describe-issue.ts'
import type { PackProblems } from './problems/pack-problems.ts'
import { type PackRecord, readRecords } from './read-records.ts'

const FILE = 'things.csv'
/** A column of numbers that is certain shows how all numbers of the file are written. */
const NUMBERS = {
  numbers: ['lon', 'lat', 'expected_interval_s'],
  names: [...THING_COLUMNS, 'partOf', 'site', 'street'],
}
const KNOWN = new Set<string>(THING_COLUMNS)

/** Columns without which a row is no Thing. */
const NEEDED: readonly string[] = ['key', 'name', 'domain', 'kind']
/** Names that others give to our columns. */
const ALIASES: Readonly<Record<string, string>> = {
  latitude: 'lat',
  y: 'lat',
  longitude: 'lon',
  lng: 'lon',
  long: 'lon',
  x: 'lon',
}

/** What the rows are read with: how the pack writes numbers, where it lies, its zones (undefined: they have problems). */
export type ThingContext = {
  readonly decimal: Decimal | undefined
  readonly places: Places
  readonly zones: ReadonlySet<string> | undefined
}

/** The rows of things.csv. Columns that are not ours are attributes; numbers and true/false are read as such. */
export async function readThings(
  text: string | undefined,
  { decimal, places, zones }: ThingContext,
  problems: PackProblems,
): Promise<ThingRow[]> {
  if (text === undefined) return []
  const records = readRecords({ file: FILE, text, decimal, ...NUMBERS }, problems)
  if (problems.has(FILE)) return []
  if (records.length === 0) return []
  if (!checkColumns(Object.keys(records[0]?.record ?? {}), problems)) return []
  const toPlace = await placing(records, places, problems)
  const things: ThingRow[] = []
  const seen = new Map<string, number>()
  for (const { record, line } of records) {
    const row = toThing(record, { line, toPlace }, problems)
    if (!row) continue
    const before = seen.get(row.key)
    if (before !== undefined) problems.add(FILE, `line ${line}`, `key "${row.key}" stands in line ${before} already`)
    seen.set(row.key, line)
    things.push(row)
    checkZone(row, `line ${line}`, zones, problems)
  }
  checkPartOf(things, seen, problems)
  return things
}

/** False when a column is missing. A column that is nearly one of ours would be taken for an attribute without a word. */
function checkColumns(columns: readonly string[], problems: PackProblems): boolean {
  const others = columns.filter((column) => !KNOWN.has(column))
  const without = NEEDED.filter((column) => !columns.includes(column) && suggestionFor(column, others) === undefined)
  if (without.length === NEEDED.length) {
    problems.add(FILE, 'line 1', `has no heading: the first line names the columns, such as ${THING_COLUMNS.join(',')}`)
    return false
  }
  let isComplete = true
  for (const column of THING_COLUMNS) {
    if (columns.includes(column)) continue
    const near = others.find((name) => ALIASES[name.toLowerCase()] === column) ?? suggestionFor(column, others)
    const isNeeded = NEEDED.includes(column)
    if (!isNeeded && near === undefined) continue
    if (!isNeeded && column.length < 4 && ALIASES[near?.toLowerCase() ?? ''] !== column) continue
    isComplete = false
    const hint = near === undefined ? `its columns: ${firstOf(columns)}` : `did you mean "${near}"?`
    problems.add(FILE, 'line 1', `the column "${column}" is missing; ${hint}`)
  }
  return isComplete
}

type ToPlace = (record: PackRecord, line: number) => Place | 'wrong' | undefined

/** Reads places in WGS 84, and checks that they lie in or near the city. */
async function placing(
  records: readonly { record: PackRecord; line: number }[],
  { reference, crs }: Places,
  problems: PackProblems,
): Promise<ToPlace> {
  const points = records.flatMap(({ record }): [number, number][] => {
    const point: [number, number] = [Number(record['lon']), Number(record['lat'])]
    return record['lon'] && record['lat'] && point.every(Number.isFinite) ? [point] : []
  })
  const areDegrees = ([lon, lat]: [number, number]): boolean => Math.abs(lon) <= 180 && Math.abs(lat) <= 90
  // One place off the planet is a slip of its row; most of them are another reference system.
  const off = points.filter((point) => !areDegrees(point))
  const other = off.length > points.length / 2
  const transform = other
    ? await transformOf({ file: FILE, where: 'columns lon and lat' }, off, { reference, crs }, problems)
    : ([lon = 0, lat = 0]: readonly number[]): Position => [lon, lat]
  return (record, line) => {
    const coordinates = coordinatesOf(record, line, problems)
    if (coordinates === undefined || coordinates === 'wrong') return coordinates
    if (!transform) return 'wrong'
    if ('type' in coordinates) return coordinates
    const place = transform(coordinates)
    const wrong = areDegrees([...place]) && reference && misplaced(place, reference)
    if (wrong === 'swapped') problems.add(FILE, `line ${line}`, swappedText(place), 'swapped')
    if (wrong === 'far') {
      const what = `${placeText(place)} is far from the city at ${placeText(reference ?? place)}`
      problems.add(FILE, `line ${line}`, what, 'far')
    }
    return wrong ? 'wrong' : { type: 'Point', coordinates: place }
  }
}

function checkZone(
  { attributes: { zoneKey } }: ThingRow,
  where: string,
  zones: ReadonlySet<string> | undefined,
  problems: PackProblems,
): void {
  if (zoneKey === undefined || !zones || zones.has(String(zoneKey))) return
  problems.add(FILE, `${where}, column zoneKey`, notListed(zoneKey, zones))
}

/** A Thing that is part of a Thing that does not exist, or of itself through others, would be counted twice unnoticed. */
function checkPartOf(things: readonly ThingRow[], lines: ReadonlyMap<string, number>, problems: PackProblems): void {
  const containerOf = new Map(things.map(({ key, attributes }) => [key, attributes['partOf']]))
  for (const { key, attributes } of things) {
    const { partOf } = attributes
    if (partOf === undefined) continue
    const line = `line ${lines.get(key)}`
    if (!containerOf.has(String(partOf))) problems.add(FILE, line, `partOf: no row has the key "${partOf}"`)
    const seen = new Set([key])
    let at = containerOf.get(key)
    for (; at !== undefined && !seen.has(String(at)); at = containerOf.get(String(at))) seen.add(String(at))
    if (at === key) problems.add(FILE, line, `partOf: "${key}" would be part of itself, by way of "${partOf}"`)
  }
}

function toThing(
  record: PackRecord,
  { line, toPlace }: { line: number; toPlace: ToPlace },
  problems: PackProblems,
): ThingRow | undefined {
  const place = toPlace(record, line)
  const input = {
    key: record['key'],
    name: record['name'],
    domain: record['domain'],
    kind: record['kind'],
    ...(record['grade'] && { grade: record['grade'] }),
    ...(record['device'] && { device: record['device'] }),
    ...(record['expected_interval_s'] && { expectedIntervalSeconds: secondsOf(record['expected_interval_s']) }),
    ...(place !== undefined && place !== 'wrong' && { place }),
    attributes: attributesOf(record),
  }
  const read = thingRowSchema.safeParse(input)
  for (const problem of intervalProblems(read.data?.attributes ?? {})) problems.add(FILE, `line ${line}`, problem)
  if (read.success) return read.data
  for (const issue of read.error.issues) {
    const [first = '', second, axis] = issue.path
    // attributes are columns of their own
    const column =
      first === 'attributes' && second !== undefined ? String(second) : (COLUMN_OF[String(first)] ?? String(first))
    const named = column === 'place' && typeof axis === 'number' ? ['lon', 'lat'][axis] : column
    const what = describeIssue(issue, input)
    problems.add(FILE, `line ${line}, column ${named}`, what, `${named}: ${what}`)
  }
  return undefined
}
/** A number of seconds; what is none stays as it is written, to be named. */
const secondsOf = (text: string): number | string => (Number.isFinite(Number(text)) ? Number(text) : text)

const COLUMN_OF: Readonly<Record<string, string>> = { expectedIntervalSeconds: 'expected_interval_s' }

/** A GeoJSON geometry, or lon and lat as they are written; 'wrong' after a problem. */
function coordinatesOf(
  record: PackRecord,
  line: number,
  problems: PackProblems,
): Place | [number, number] | 'wrong' | undefined {
  if (record['geometry']) {
    try {
      return parseShallow(record['geometry']) as Place
    } catch {
      problems.add(FILE, `line ${line}, column geometry`, `${shown(record['geometry'])} is not JSON`)
      return 'wrong'
    }
  }
  if (!record['lon'] && !record['lat']) return undefined
  for (const column of ['lon', 'lat']) {
    if (record[column] && Number.isFinite(Number(record[column]))) continue
    problems.add(FILE, `line ${line}, column ${column}`, `${shown(record[column] ?? '')} is not a number`)
    return 'wrong'
  }
  return [Number(record['lon']), Number(record['lat'])]
}

/** Attributes that name something else: 012 is a name there and no number. */
const NAMES: ReadonlySet<string> = new Set(NUMBERS.names)

const attributesOf = (record: PackRecord): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([column, value]) => !KNOWN.has(column) && value !== '')
      .map(([column, value]) => [column, NAMES.has(column) ? value : attributeOf(value)]),
  )

function attributeOf(value: string): string | number | boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value
}
