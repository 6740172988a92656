import { AppError } from '#model/basics/errors.ts'
import { ucum } from '#model/observation/units.ts'
import { type Decimal, readNumberText } from '#model/text/numbers.ts'
import { THING_KEY } from '../decode/formats/standards/native.ts'
import type { Mapping, Measure } from './mapping.ts'
import { type TimeReader, timeReader } from './time-pattern.ts'

/** A row as the format `records` takes it. */
export type TableRecord = { thing: string; time: string; [key: string]: unknown }

export type MapOptions = {
  /** of times without an offset, where the mapping names none */
  timeZone: string
  /** whose rows they are, where the mapping does not say */
  thing?: string | undefined
  /** of all numbers of the file; left out: as the mapping says, else points */
  decimal?: Decimal | undefined
}

/** Turns the rows of one table into records; made from its header, because every column must be there. */
export type RowMapper = (cells: readonly string[]) => TableRecord[]

/**
 * A row mapper for one file. Rows are to be given in order: the time of the row before tells the two hours of an autumn
 * night apart.
 * @throws AppError CONFIG_INVALID naming columns that are not there
 */
export function rowMapper(mapping: Mapping, header: readonly string[], options: MapOptions): RowMapper {
  const index = columnIndex(header)
  const missing = new Set(mapping.missing)
  const cell = (cells: readonly string[], name: string): string => (cells[index(name)] ?? '').trim()
  const present = (cells: readonly string[], name: string): string | undefined => {
    const text = cell(cells, name)
    return missing.has(text) ? undefined : text
  }
  const time = timeOf(mapping, options.timeZone, cell)
  const values = valuesOf(mapping, header, present, options)
  const { place, domain } = mapping
  const degrees = (text: string): number => readNumberText(text, decimalOf(mapping, options))?.value ?? Number.NaN
  if (place) [place.lon, place.lat].forEach(index)
  return (cells) => {
    const found = values(cells)
    const at = time(cells, found[0]?.thing ?? '')
    const lon = place && present(cells, place.lon)
    const lat = place && present(cells, place.lat)
    return found.map(({ thing, channel, ...rest }) => ({
      thing,
      time: at,
      ...(channel !== '' && { channel }),
      ...(domain && { domain }),
      ...(lon !== undefined && lat !== undefined && { location: [degrees(lon), degrees(lat)] }),
      ...rest,
    }))
  }
}

const decimalOf = (mapping: Mapping, options: MapOptions): Decimal => options.decimal ?? mapping.decimal ?? '.'

function columnIndex(header: readonly string[]): (name: string) => number {
  const known = new Map(header.map((name, at) => [name.trim(), at]))
  return (name) => {
    const at = known.get(name.trim())
    if (at !== undefined) return at
    const some = header.slice(0, 20).join(', ')
    throw new AppError('CONFIG_INVALID', `the file has no column "${name}" that the mapping names; it has ${some}`)
  }
}

type Cell = (cells: readonly string[], name: string) => string

/** The time of a row. One that cannot be read is passed on as it is, so that it is rejected where everybody sees it. */
function timeOf(
  { time }: Mapping,
  defaultZone: string,
  cell: Cell,
): (cells: readonly string[], thing: string) => string {
  const zone = time.timeZone ?? defaultZone
  if ('start' in time) {
    const start = timeReader('iso', zone)(time.start)
    if (!start) throw new AppError('CONFIG_INVALID', `time.start "${time.start}" is no ISO 8601 time`)
    let row = -1
    return () => {
      row += 1
      return covered(new Date(start.getTime() + row * time.everySeconds * 1000), time.interval)
    }
  }
  const columns = [time.column].flat()
  const read = inOrder(timeReader(time.format, zone))
  for (const name of columns) cell([], name)
  return (cells, thing) => {
    const text = columns.map((name) => cell(cells, name)).join(' ')
    const at = read(text, thing)
    return at ? covered(at, time.interval) : `unreadable: ${text}`
  }
}

/** The instant, or the interval start/end that a row covers. */
function covered(at: Date, interval: Mapping['time']['interval']): string {
  if (!interval) return at.toISOString()
  const lengthMs = interval.seconds * 1000
  const start = new Date(at.getTime() - (interval.marks === 'end' ? lengthMs : 0))
  return `${start.toISOString()}/${new Date(start.getTime() + lengthMs).toISOString()}`
}

const THINGS_REMEMBERED = 10_000

/** Expects the next time of a Thing one step after its last: so the second 02:00 of an autumn night is the second one. */
function inOrder(read: TimeReader): (text: string, thing: string) => Date | undefined {
  const last = new Map<string, { ms: number; stepMs: number }>()
  return (text, thing) => {
    const before = last.get(thing)
    const at = read(text, before && new Date(before.ms + before.stepMs))
    if (!at) return undefined
    if (last.size >= THINGS_REMEMBERED && !before) last.clear()
    const ms = at.getTime()
    if (!before || ms !== before.ms) last.set(thing, { ms, stepMs: before ? ms - before.ms : 0 })
    return at
  }
}

type Found = { thing: string; channel: string; units?: Record<string, string>; [property: string]: unknown }
type Present = (cells: readonly string[], name: string) => string | undefined

function valuesOf(
  mapping: Mapping,
  header: readonly string[],
  present: Present,
  options: MapOptions,
): (cells: readonly string[]) => Found[] {
  const number = numberReader(decimalOf(mapping, options))
  if (mapping.perColumn) return perColumn(mapping, mapping.perColumn, header, present, number)
  const thing = thingOf(mapping, present, options)
  const { long, columns } = mapping
  if (long) {
    present([], long.property)
    present([], long.value)
    return (cells) => {
      const value = present(cells, long.value)
      const name = present(cells, long.property)
      const key = thing(cells)
      if (value === undefined || name === undefined || key === undefined) return []
      const property = Object.hasOwn(long.names, name) ? (long.names[name] ?? name) : name
      const unit = long.unit === undefined ? undefined : present(cells, long.unit)
      return [
        {
          thing: key,
          channel: '',
          ...valued(property, unit, number(value)),
        },
      ]
    }
  }
  const measures = Object.entries(columns ?? {})
  for (const [name] of measures) present([], name)
  return (cells) => {
    const key = thing(cells)
    if (key === undefined) return []
    const byChannel = new Map<string, Found>()
    for (const [name, measure] of measures) {
      const text = present(cells, name)
      if (text === undefined) continue
      const channel = measure.channel ?? ''
      const found = byChannel.get(channel) ?? { thing: key, channel }
      byChannel.set(channel, found)
      put(found, measure, number(text, measure.scale))
    }
    return [...byChannel.values()]
  }
}

function put(found: Found, { property, unit }: Measure, cell: NumberCell): void {
  const { units, ...value } = valued(property, unit, cell)
  Object.assign(found, value)
  if (units) found.units = { ...found.units, ...units }
}

/** A percent sign is a unit: where another one is stated, the two contradict each other and the cell is no number. */
function valued(
  property: string,
  stated: string | undefined,
  { value, percent }: NumberCell,
): { units?: Record<string, string>; [property: string]: unknown } {
  if (percent && stated !== undefined && ucum(stated) !== '%') return { [property]: `${value} % in ${stated}` }
  const unit = percent ? '%' : stated
  return { [property]: value, ...(unit !== undefined && { units: { [property]: unit } }) }
}

/** Key of the Thing of a row; undefined for a row that names none. */
function thingOf(
  { thing }: Mapping,
  present: Present,
  options: MapOptions,
): (cells: readonly string[]) => string | undefined {
  const key = thing && 'key' in thing ? thing.key : thing ? undefined : options.thing
  if (key !== undefined) {
    if (!THING_KEY.test(key))
      throw new AppError('CONFIG_INVALID', `"${key}" is no Thing key: letters, digits and _ . : -`)
    return () => key
  }
  if (!thing || !('column' in thing))
    throw new AppError('CONFIG_INVALID', 'whose values are these? Say --thing KEY, or `thing` in the mapping')
  present([], thing.column)
  return (cells) => {
    const name = present(cells, thing.column)
    if (name === undefined) return undefined
    const stated = thing.names && Object.hasOwn(thing.names, name) ? thing.names[name] : undefined
    return stated ?? thing.prefix + keyOf(name)
  }
}

function perColumn(
  mapping: Mapping,
  spec: NonNullable<Mapping['perColumn']>,
  header: readonly string[],
  present: Present,
  number: ReturnType<typeof numberReader>,
): (cells: readonly string[]) => Found[] {
  const things = spec.things ?? defaultThings(mapping, spec, header)
  const taken = new Map<string, string>()
  for (const [name, key] of Object.entries(things)) {
    present([], name)
    const other = taken.get(key)
    if (other !== undefined)
      throw new AppError('CONFIG_INVALID', `the columns "${other}" and "${name}" would both be the Thing "${key}"`)
    if (!THING_KEY.test(key)) throw new AppError('CONFIG_INVALID', `"${key}" (column "${name}") is no Thing key`)
    taken.set(key, name)
  }
  const entries = Object.entries(things)
  return (cells) =>
    entries.flatMap(([name, thing]) => {
      const text = present(cells, name)
      if (text === undefined) return []
      const found: Found = { thing, channel: spec.channel ?? '' }
      put(found, spec, number(text, spec.scale))
      return [found]
    })
}

function defaultThings(
  { time, place }: Pick<Mapping, 'time' | 'place'>,
  { except, prefix }: NonNullable<Mapping['perColumn']>,
  header: readonly string[],
): Record<string, string> {
  const others = new Set([...('column' in time ? [time.column].flat() : []), ...except, place?.lon, place?.lat])
  const names = header.filter((name) => name.trim() !== '' && !others.has(name) && !others.has(name.trim()))
  return Object.fromEntries(names.map((name) => [name, prefix + keyOf(name)]))
}

/** A Thing key from a name: accents off, what a key cannot hold replaced. "Côte-Sainte-Catherine" -> cote-sainte-catherine */
export const keyOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.:-]+/g, '-')
    .replace(/^[-_.:]+|-+$/g, '')
    .toLowerCase()

/** A number, or where it is none the text, which is then rejected with it; limits ("<2") stay text with a decimal point. */
function numberReader(decimal: Decimal): (text: string, scale?: number) => NumberCell {
  const other = decimal === '.' ? ',' : '.'
  return (text, scale = 1) => {
    const read = readNumberText(text, decimal)
    if (!read) {
      // What would be a number elsewhere must not be read as one on its way.
      const why = readNumberText(text, other) ? ` where decimals have a ${decimal === '.' ? 'point' : 'comma'}` : ''
      return { value: `${text}${why}`, percent: false }
    }
    const value = read.value * scale
    return {
      value: read.bound === null ? value : `${read.bound === 'below' ? '<' : '>'}${value}`,
      percent: read.percent,
    }
  }
}
type NumberCell = { readonly value: number | string; readonly percent: boolean }

/** The cells of a row that hold numbers, by the names of their columns. */
export function numberColumns(
  { columns, perColumn, long, place, time }: Mapping,
  header: readonly string[],
): readonly string[] {
  const values = perColumn
    ? Object.keys(perColumn.things ?? defaultThings({ time, place }, perColumn, header))
    : [...Object.keys(columns ?? {}), ...(long ? [long.value] : [])]
  return [...values, ...(place ? [place.lon, place.lat] : [])]
}
