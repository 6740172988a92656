import type { PayloadField, PayloadMapping } from '#model/city/payload-mapping.ts'
import { limitText, readLoneNumber } from '#model/text/numbers.ts'
import { appendKey } from '#model/text/payload-path.ts'
import { type Base, isNumeric, mappingOf, sampleOf, unmapped } from '../helpers/fields.ts'
import { clip, show } from '../helpers/input.ts'
import { isObject, own } from '../helpers/json.ts'
import type { Collector } from '../helpers/result.ts'
import type { Input } from '../helpers/types.ts'
import type { Meaning } from '../names/meaning.ts'
import { type Found, find, findAround, isName, pathIn } from './walk.ts'

export type Reader = {
  readonly input: Input
  readonly mapping: PayloadMapping
  readonly out: Collector
  readonly flags?: number
}
/** A record of a message, and the paths of the message that its mapping mentions. */
export type Place = {
  readonly record: Found
  readonly root: Found
  readonly reader: Reader
  readonly known: Set<string>
}

export function readValues(base: Base, place: Place): void {
  const { record, root, reader } = place
  for (const [path, field] of Object.entries(reader.mapping.fields))
    for (const found of find(path, record, root)) readField(found, field, base, place)
  readLong(base, place)
}

function readField(found: Found, field: PayloadField | null, base: Base, place: Place): void {
  const { record, reader, known } = place
  const { input, out } = reader
  known.add(found.path)
  const path = pathIn(found.path, record.path)
  const mapped = mappingOf(input.source, path, lastKey(path), base.device)
  if (field === null && !mapped) {
    known.add(`${found.path}#`)
    return
  }
  const { value, unit } = plain(found, known)
  if (isMissing(value, reader.mapping)) return
  if (mapped) {
    if (isNumeric(value)) out.addNamed(sampleOf(base, mapped, value, path))
    return
  }
  if (field === null || isAbsent(found, field, place)) return
  if (typeof value === 'object') {
    known.delete(found.path)
    out.problem(found.path, 'bad_value', `expected a value, not ${show(value)}`, base.device)
    return
  }
  const meaning = meaningOf(found, unit, field, place)
  out.addNamed({
    ...sampleOf(base, meaning, computed(value, field, found, place), found.path),
    ...interval(base, field),
  })
}

const lastKey = (path: string): string => path.slice(path.lastIndexOf('.') + 1)

const holderOf = (found: Found): Found => ({ ...found, value: found.around.at(-1) })

function meaningOf(found: Found, unit: string | undefined, field: PayloadField, place: Place): Meaning {
  const holder = holderOf(found)
  const stated = unit ?? textAt(field.unitPath, holder, place) ?? field.unit
  const named = [field.channelPath ?? []].flat().flatMap((path) => textAt(path, holder, place) ?? [])
  const channel = named.length > 0 ? named.join('.') : (field.channel ?? found.keys.join('.'))
  return { property: field.property, channel: clip(channel, 64), ...(stated !== undefined && { unit: stated }) }
}

/** An amount or a mean of the seconds before the time of its record. */
function interval({ time }: Base, { seconds }: PayloadField): { time?: Date; end?: Date } {
  if (seconds === undefined || !time) return {}
  return { time: new Date(time.getTime() - seconds * 1000), end: time }
}

/** Whether something next to a value says that there is none. */
function isAbsent(found: Found, { unless }: PayloadField, { root, known }: Place): boolean {
  const holder = holderOf(found)
  return Object.entries(unless ?? {}).some(([path, value]) => {
    const sign = find(path, holder, root)[0]
    if (sign) known.add(sign.path)
    return sign?.value === value
  })
}

const UNIT_KEYS = ['unit', 'units', 'uom']
/** A value, or the value of `{ value, unit }`. */
function plain(found: Found, known: Set<string>): { value: unknown; unit: string | undefined } {
  const { value } = found
  if (!isObject(value) || !Object.hasOwn(value, 'value')) return { value, unit: undefined }
  for (const key of ['value', ...UNIT_KEYS]) known.add(appendKey(found.path, key))
  const unit = UNIT_KEYS.map((key) => own(value, key)).find((each) => each !== undefined && each !== null)
  return { value: own(value, 'value'), unit: typeof unit === 'string' && unit.trim() !== '' ? unit.trim() : undefined }
}

function textAt(path: string | undefined, from: Found, { root, known }: Place): string | undefined {
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
function computed(value: unknown, field: PayloadField, found: Found, place: Place): unknown {
  const { scale = 1, offset = 0, values, exponentPath } = field
  const stated =
    values && (typeof value === 'string' || typeof value === 'boolean') && Object.hasOwn(values, String(value))
  if (stated) return values[String(value)]
  if (typeof value === 'boolean') return Number(value)
  const exponent = Number(textAt(exponentPath, holderOf(found), place) ?? 0)
  if (scale === 1 && offset === 0 && exponent === 0) return value
  const read =
    typeof value === 'number' ? { value, bound: null } : typeof value === 'string' ? readLoneNumber(value) : undefined
  if (!read || !Number.isInteger(exponent) || Math.abs(exponent) > 30) return value
  const result = read.value * scale * 10 ** exponent + offset
  return read.bound === null ? result : limitText(read.bound, result, scale)
}

function readLong(base: Base, place: Place): void {
  const { record, root, reader, known } = place
  const { long } = reader.mapping
  if (!long) return
  const [name] = find(long.name, record, root)
  const [value] = find(long.value, record, root)
  const key = name && isName(name.value) ? String(name.value) : long.default
  if (!value || key === undefined) return
  if (name) known.add(name.path)
  known.add(value.path)
  const field = Object.hasOwn(long.names, key) ? long.names[key] : undefined
  const unit = textAt(long.unit, record, place)
  if (field === undefined) {
    const mapped = mappingOf(reader.input.source, key, key, base.device)
    if (mapped) reader.out.addNamed(sampleOf(base, mapped, value.value, key))
    else unmapped(reader.out, key, key, value.value, base.device)
    return
  }
  readField({ ...value, keys: [] }, field && unit !== undefined ? { ...field, unit } : field, base, place)
}
