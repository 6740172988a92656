import { THING_COLUMNS, type ThingRow, thingRowSchema } from '#model/city/city-pack.ts'
import type { Decimal } from '#model/text/numbers.ts'
import type { PackProblems } from './pack-problems.ts'
import { type PackRecord, readRecords } from './read-records.ts'

const FILE = 'things.csv'
/** A column of numbers that is certain shows how all numbers of the file are written. */
const NUMBERS = {
  numbers: ['lon', 'lat', 'expected_interval_s'],
  names: [...THING_COLUMNS, 'partOf', 'site', 'street'],
}
const KNOWN = new Set<string>(THING_COLUMNS)

/** The rows of things.csv. Columns that are not ours are attributes; numbers and true/false are read as such. */
export function readThings(text: string | undefined, decimal: Decimal | undefined, problems: PackProblems): ThingRow[] {
  if (text === undefined) return []
  const things: ThingRow[] = []
  const seen = new Map<string, number>()
  for (const { record, line } of readRecords({ file: FILE, text, decimal, ...NUMBERS }, problems)) {
    const row = toThing(record, line, problems)
    if (!row) continue
    const before = seen.get(row.key)
    if (before !== undefined) problems.add(FILE, `line ${line}`, `key "${row.key}" stands in line ${before} already`)
    seen.set(row.key, line)
    things.push(row)
  }
  checkPartOf(things, seen, problems)
  return things
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

function toThing(record: PackRecord, line: number, problems: PackProblems): ThingRow | undefined {
  const place = placeOf(record)
  if (place === 'unreadable') problems.add(FILE, `line ${line}`, 'geometry is not JSON')
  const read = thingRowSchema.safeParse({
    key: record['key'],
    name: record['name'],
    domain: record['domain'],
    kind: record['kind'],
    ...(record['grade'] && { grade: record['grade'] }),
    ...(record['device'] && { device: record['device'] }),
    ...(record['expected_interval_s'] && { expectedIntervalSeconds: Number(record['expected_interval_s']) }),
    ...(place !== undefined && place !== 'unreadable' && { place }),
    attributes: attributesOf(record),
  })
  if (read.success) return read.data
  problems.addIssues(FILE, `line ${line}`, read.error.issues)
  return undefined
}

function placeOf(record: PackRecord): unknown {
  if (record['geometry']) {
    try {
      return JSON.parse(record['geometry'])
    } catch {
      return 'unreadable'
    }
  }
  if (!record['lon'] && !record['lat']) return undefined
  return { type: 'Point', coordinates: [Number(record['lon'] || Number.NaN), Number(record['lat'] || Number.NaN)] }
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
