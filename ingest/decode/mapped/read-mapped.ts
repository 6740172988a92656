import type { Position } from '#model/basics/geo.ts'
import type { PayloadField, PayloadMapping } from '#model/city/payload-mapping.ts'
import { readLoneNumber } from '#model/text/numbers.ts'
import { type Base, isNumeric, mappingOf, sampleOf, unmapped } from '../helpers/fields.ts'
import { clip, show } from '../helpers/input.ts'
import { isObject, own, positionOf } from '../helpers/json.ts'
import { Collector, MAX_SAMPLES, reject } from '../helpers/result.ts'
import type { Decoded, Input } from '../helpers/types.ts'
import { leavesOf } from './leaves.ts'
import { openPayload } from './open.ts'
import { readRecordTime } from './record-time.ts'
import { type Found, find, findAround, rootOf } from './walk.ts'

/** Devices are named `<prefix><id>`. */
export type MappedFormat = { readonly mapping: PayloadMapping; readonly prefix: string }

/**
 * Reads a payload as its mapping says. Every number that the mapping does not mention is reported as unmapped, with its path,
 * unless the registry maps it.
 */
export function readMapped(input: Input, { mapping, prefix }: MappedFormat): Decoded {
  const opened = openPayload(input, mapping)
  if ('refused' in opened) return opened.refused
  const out = new Collector()
  const reader: Reader = { input, mapping, prefix, out }
  let records = 0
  for (const json of opened.roots) {
    const root = rootOf(json)
    const found = recordsOf(root, mapping)
    records += found.length
    if (records > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} records in one message`)
    readRoot(root, found, reader)
    if (out.full) break
  }
  return out.finish(records === 0 ? `no record at ${mapping.records ?? 'the top'}` : 'no record has a mapped field')
}

type Reader = {
  readonly input: Input
  readonly mapping: PayloadMapping
  readonly prefix: string
  readonly out: Collector
}

function recordsOf(root: Found, { records }: PayloadMapping): Found[] {
  if (records === undefined) return [root]
  return find(records, root, root).flatMap((found) =>
    Array.isArray(found.value)
      ? found.value.map((value, index) => ({
          ...{ value, path: `${found.path}[${index}]`, around: [...found.around, found.value] },
          keys: [],
        }))
      : [{ ...found, keys: [] }],
  )
}

function readRoot(root: Found, records: readonly Found[], reader: Reader): void {
  /** paths that the mapping mentions */
  const known = new Set<string>()
  const devices: { readonly path: string; readonly device: string }[] = []
  for (const record of records) {
    if (reader.out.full) return
    const device = readRecord(record, root, reader, known)
    if (device !== undefined) devices.push({ path: record.path, device })
  }
  reportOthers(root, devices, known, reader)
}

/** @returns the device of the record; undefined when it is left out or has none */
function readRecord(record: Found, root: Found, reader: Reader, known: Set<string>): string | undefined {
  const { mapping, out } = reader
  if (!isSelected(record, root, mapping)) {
    known.add(`${record.path}#`)
    return undefined
  }
  const device = deviceOf(record, root, reader, known)
  if (device === undefined) return undefined
  const time = readRecordTime(record, root, { mapping, input: reader.input, known })
  if (time === 'unreadable' || time === 'missing') {
    const where = mapping.time ? [mapping.time.path].flat().join(', ') : 'time'
    const detail = time === 'missing' ? `no time at ${where}` : `not a time in the format ${mapping.time?.format}`
    out.problem(pathIn(record, where), 'bad_time', detail, device)
    return device
  }
  const location = locationOf(record, root, reader, known)
  const base: Base = { device, ...(time && { time }), ...(location && { location }) }
  for (const [path, field] of Object.entries(mapping.fields))
    for (const found of find(path, record, root)) readField(found, field, { base, record, root, reader, known })
  readLong(record, root, base, reader, known)
  return device
}

const pathIn = (record: Found, path: string): string => (record.path === '' ? path : `${record.path}.${path}`)

const isSelected = (record: Found, root: Found, { only }: PayloadMapping): boolean =>
  Object.entries(only ?? {}).every(([path, wanted]) => findAround(path, record, root)?.value === wanted)

type Part = { readonly text: string } | { readonly reason: 'wrong_topic' | 'wrong_shape'; readonly detail: string }
type DevicePart = Extract<PayloadMapping['device'], readonly unknown[]>[number]

function deviceOf(record: Found, root: Found, reader: Reader, known: Set<string>): string | undefined {
  const { mapping, prefix, out } = reader
  const parts: string[] = []
  for (const part of [mapping.device].flat()) {
    const read = devicePart(part, record, root, reader, known)
    if ('reason' in read) {
      out.problem(pathIn(record, 'device'), read.reason, read.detail)
      return undefined
    }
    parts.push(read.text)
  }
  return prefix + parts.join('.')
}

function devicePart(part: DevicePart, record: Found, root: Found, { input }: Reader, known: Set<string>): Part {
  if ('name' in part) return { text: part.name }
  if ('level' in part) {
    const text = input.levels.at(part.level > 0 ? part.level - 1 : part.level)
    return text ? { text } : { reason: 'wrong_topic', detail: `"${clip(input.topic)}" has no level ${part.level}` }
  }
  const found = findAround(part.path, record, root)
  if (found) known.add(found.path)
  if (found && isName(found.value)) return { text: String(found.value) }
  return { reason: 'wrong_shape', detail: `names no device: ${show(found?.value)} at ${part.path}` }
}
const isName = (value: unknown): boolean => (typeof value === 'string' && value !== '') || typeof value === 'number'

function locationOf(record: Found, root: Found, { mapping }: Reader, known: Set<string>): Position | undefined {
  const { location } = mapping
  if (!location) return undefined
  if ('lon' in location) {
    const [lon, lat] = [findAround(location.lon, record, root), findAround(location.lat, record, root)]
    for (const found of [lon, lat]) if (found) known.add(found.path)
    const isThere = [lon, lat].every((found) => found !== undefined && found.value !== null && found.value !== '')
    return isThere ? positionOf(lon?.value, lat?.value) : undefined
  }
  const found = findAround(location.path, record, root)
  if (!found || found.value === null) return undefined
  known.add(`${found.path}#`)
  const { value } = found
  // GeoJSON has its own order
  if (isObject(value)) {
    const coordinates = own(value, 'coordinates')
    return Array.isArray(coordinates) ? positionOf(coordinates[0], coordinates[1]) : positionOf(0, '')
  }
  const [first, second] = Array.isArray(value) ? value : String(value).split(/[,; ]+/)
  return location.order === 'lon,lat' ? positionOf(first, second) : positionOf(second, first)
}

type Place = {
  readonly base: Base
  readonly record: Found
  readonly root: Found
  readonly reader: Reader
  readonly known: Set<string>
}

function readField(found: Found, field: PayloadField | null, place: Place): void {
  const { base, root, reader, known } = place
  known.add(found.path)
  if (field === null) {
    known.add(`${found.path}#`)
    return
  }
  const { value, unit } = plain(found, known)
  if (isMissing(value, reader.mapping)) return
  const holder: Found = { ...found, value: found.around.at(-1) }
  const stated = unit ?? textAt(field.unitPath, holder, root, known)
  const channel = textAt(field.channelPath, holder, root, known) ?? field.channel ?? found.keys.join('.')
  const meaning = { property: field.property, channel: clip(channel, 64), ...withUnit(stated ?? field.unit) }
  reader.out.addNamed(sampleOf(base, meaning, computed(value, field), found.path))
}
const withUnit = (unit: string | undefined): { unit?: string } => (unit === undefined ? {} : { unit })

/** A value, or the value of `{ value, unit }`. */
function plain(found: Found, known: Set<string>): { value: unknown; unit: string | undefined } {
  const { value } = found
  if (!isObject(value) || !Object.hasOwn(value, 'value')) return { value, unit: undefined }
  known.add(`${found.path}#`)
  const unit = own(value, 'unit') ?? own(value, 'units') ?? own(value, 'uom')
  return { value: own(value, 'value'), unit: typeof unit === 'string' && unit.trim() !== '' ? unit.trim() : undefined }
}

function textAt(path: string | undefined, from: Found, root: Found, known: Set<string>): string | undefined {
  const found = path === undefined ? undefined : findAround(path, from, root)
  if (!found || !isName(found.value)) return undefined
  known.add(found.path)
  return String(found.value)
}

const isMissing = (value: unknown, { missing }: PayloadMapping): boolean =>
  value === null ||
  value === undefined ||
  value === '' ||
  (missing?.some((each) => each === value || String(each) === value) ?? false)

/** Scaled; text stays text where it is no number, so that its rejection shows it. */
function computed(value: unknown, { scale = 1, offset = 0, values }: PayloadField): unknown {
  const stated =
    values && (typeof value === 'string' || typeof value === 'boolean') && Object.hasOwn(values, String(value))
  if (stated) return values[String(value)]
  if (typeof value === 'boolean') return Number(value)
  if (scale === 1 && offset === 0) return value
  const read =
    typeof value === 'number' ? { value, bound: null } : typeof value === 'string' ? readLoneNumber(value) : undefined
  if (!read) return value
  const result = read.value * scale + offset
  return read.bound === null ? result : `${read.bound === 'below' ? '<' : '>'}${result}`
}

function readLong(record: Found, root: Found, base: Base, reader: Reader, known: Set<string>): void {
  const { long } = reader.mapping
  if (!long) return
  const [name] = find(long.name, record, root)
  const [value] = find(long.value, record, root)
  if (!name || !value || !isName(name.value)) return
  known.add(name.path)
  known.add(value.path)
  const key = String(name.value)
  const field = Object.hasOwn(long.names, key) ? long.names[key] : undefined
  const unit = long.unit === undefined ? undefined : textAt(long.unit, record, root, known)
  if (field === null) return
  if (field === undefined) {
    const mapped = mappingOf(reader.input.source, key, key, base.device)
    if (mapped) reader.out.addNamed(sampleOf(base, mapped, value.value, key))
    else unmapped(reader.out, key, key, value.value, base.device)
    return
  }
  readField({ ...value, keys: [] }, unit === undefined ? field : { ...field, unit }, {
    base,
    record,
    root,
    reader,
    known,
  })
}

/** Numbers that the mapping does not mention: by a mapping of the registry, else as unmapped. */
function reportOthers(
  root: Found,
  devices: readonly { readonly path: string; readonly device: string }[],
  known: ReadonlySet<string>,
  { input, out }: Reader,
): void {
  const owner = ownerIn(devices)
  for (const { path, name, value } of leavesOf(root.value, known)) {
    if (out.full) return
    const record = owner(path)
    const device = record?.device ?? devices[0]?.device ?? ''
    const field = record && record.path !== '' ? path.slice(record.path.length).replace(/^\./, '') : path
    const mapped = device === '' ? undefined : mappingOf(input.source, field, name, device)
    if (mapped && isNumeric(value)) out.addNamed(sampleOf({ device }, mapped, value, field))
    else unmapped(out, field, name, value, device)
  }
}

type Owner = { readonly path: string; readonly device: string }
/** The record that a path lies in. */
function ownerIn(devices: readonly Owner[]): (path: string) => Owner | undefined {
  const byPath = new Map(devices.map((each) => [each.path, each]))
  if (byPath.size <= 1) return () => devices[0]
  return (path) => {
    for (let end = path.length; end > 0; end -= 1) {
      const next = path[end]
      if (next !== undefined && next !== '.' && next !== '[') continue
      const found = byPath.get(path.slice(0, end))
      if (found) return found
    }
    return byPath.get('')
  }
}
