import { AppError } from '#model/basics/errors.ts'
import { ucum } from '#model/observation/units.ts'
import { type Decimal, limitText, readNumberText } from '#model/text/numbers.ts'
import { THING_KEY } from '../decode/formats/standards/native.ts'
import type { Mapping, Measure } from './mapping.ts'
import { type TimeReader, timeReader } from './time-pattern.ts'

/** A row in the format `records`. */
export type TableRecord = { thing: string; time: string; [key: string]: unknown }

export type MapOptions = {
  /** time zone of times without an offset, where the mapping has none */
  timeZone: string
  /** Thing of the rows, where the mapping has none */
  thing?: string | undefined
  /** decimal separator of the file; default: that of the mapping, else a point */
  decimal?: Decimal | undefined
}

/** Turns the rows of one table into records; created from its header, because every mapped column must exist. */
export type RowMapper = (cells: readonly string[]) => TableRecord[]

/**
 * Creates a row mapper for one file. Rows must be passed in order: the time of the previous row distinguishes the repeated
 * hour of an autumn night.
 * @throws AppError CONFIG_INVALID naming missing columns
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
    throw new AppError('CONFIG_INVALID', `the file has no column "${name}", which the mapping names; it has ${some}`)
  }
}

type Cell = (cells: readonly string[], name: string) => string

/** The time of a row. An unreadable time is passed on unchanged, so that its rejection is visible in the ingest. */
function timeOf(
  { time }: Mapping,
  defaultZone: string,
  cell: Cell,
): (cells: readonly string[], thing: string) => string {
  const zone = time.timeZone ?? defaultZone
  if ('start' in time) {
    const start = timeReader('iso', zone)(time.start)
    if (!start) throw new AppError('CONFIG_INVALID', `time.start "${time.start}" is not an ISO 8601 time`)
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

/** The instant or the interval start/end of a row. */
function covered(at: Date, interval: Mapping['time']['interval']): string {
  if (!interval) return at.toISOString()
  const lengthMs = interval.seconds * 1000
  const start = new Date(at.getTime() - (interval.marks === 'end' ? lengthMs : 0))
  return `${start.toISOString()}/${new Date(start.getTime() + lengthMs).toISOString()}`
}

const THINGS_REMEMBERED = 10_000

/** Expects the next time of a Thing one step after its last, so that the second 02:00 of an autumn night is recognised. */
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
      if (value === undefined) return []
      // a value of no Thing, or of no property, is rejected with its line, not left out
      const key = thing(cells) ?? ''
      const name = present(cells, long.property) ?? ''
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
    const key = thing(cells) ?? ''
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

/** A percent sign is a unit: it contradicts any other stated unit, and the cell is then not a number. */
function valued(
  property: string,
  stated: string | undefined,
  { value, percent }: NumberCell,
): { units?: Record<string, string>; [property: string]: unknown } {
  if (percent && stated !== undefined && ucum(stated) !== '%') return { [property]: `${value} % in ${stated}` }
  const unit = percent ? '%' : stated
  return { [property]: value, ...(unit !== undefined && { units: { [property]: unit } }) }
}

/** Key of the Thing of a row; undefined for a row without a Thing. */
function thingOf(
  { thing }: Mapping,
  present: Present,
  options: MapOptions,
): (cells: readonly string[]) => string | undefined {
  const key = thing && 'key' in thing ? thing.key : thing ? undefined : options.thing
  if (key !== undefined) {
    if (!THING_KEY.test(key))
      throw new AppError('CONFIG_INVALID', `invalid Thing key "${key}"; allowed are letters, digits and _ . : -`)
    return () => key
  }
  if (!thing || !('column' in thing))
    throw new AppError('CONFIG_INVALID', 'Thing of the values unknown; use --thing KEY, or `thing` in the mapping')
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
      throw new AppError('CONFIG_INVALID', `columns "${other}" and "${name}" would have the same Thing key "${key}"`)
    if (!THING_KEY.test(key)) throw new AppError('CONFIG_INVALID', `invalid Thing key "${key}" of column "${name}"`)
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

/**
 * A Thing key from a name: without accents, with invalid characters replaced. "Côte-Sainte-Catherine" -> cote-sainte-catherine.
 * Letters of other scripts become their code points, so that two names never become one: "Рига" -> u440u438u433u430
 */
export const keyOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/(?!\p{Script=Latin})\p{L}/gu, (letter) => `u${letter.toLowerCase().codePointAt(0)?.toString(16)}`)
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9_.:-]+/g, '-')
    .replace(/^[-_.:]+|-+$/g, '')
    .toLowerCase()

/** A number, or else the text, which will be rejected; limits ("<2") stay text with a decimal point. */
function numberReader(decimal: Decimal): (text: string, scale?: number) => NumberCell {
  const other = decimal === '.' ? ',' : '.'
  return (text, scale = 1) => {
    const read = readNumberText(text, decimal)
    if (!read) {
      // A text that is a number with the other separator must not be read as a number later.
      const note = readNumberText(text, other) ? ` where decimals have a ${decimal === '.' ? 'point' : 'comma'}` : ''
      return { value: `${text}${note}`, percent: false }
    }
    const value = read.value * scale
    return {
      value: read.bound === null ? value : limitText(read.bound, value, scale),
      percent: read.percent,
    }
  }
}
type NumberCell = { readonly value: number | string; readonly percent: boolean }

/** The numeric cells of a row, by column name. */
export function numberColumns(
  { columns, perColumn, long, place, time }: Mapping,
  header: readonly string[],
): readonly string[] {
  const values = perColumn
    ? Object.keys(perColumn.things ?? defaultThings({ time, place }, perColumn, header))
    : [...Object.keys(columns ?? {}), ...(long ? [long.value] : [])]
  return [...values, ...(place ? [place.lon, place.lat] : [])]
}
