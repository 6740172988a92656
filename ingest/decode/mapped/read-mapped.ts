import type { PayloadMapping } from '#model/city/payload-mapping.ts'
import type { Base } from '../helpers/fields.ts'
import { Collector, MAX_SAMPLES, reject } from '../helpers/result.ts'
import type { Decoded, Input } from '../helpers/types.ts'
import { deviceOf, locationOf } from './device-and-place.ts'
import { openPayload } from './open.ts'
import { type OtherNames, reportOthers } from './others.ts'
import { readRecordTime } from './record-time.ts'
import { type Place, type Reader, readValues } from './record-values.ts'
import { type Found, find, findAround, rootOf } from './walk.ts'

export type MappedFormat = {
  readonly mapping: PayloadMapping
  /** devices are named `<prefix><id>` */
  readonly prefix: string
  /** what the names of other values mean; left out: nothing certain */
  readonly others?: OtherNames | undefined
  /** bits of REASONS of every value */
  readonly flags?: number | undefined
  /** the messages in the payload, where they are not those of its encoding */
  readonly roots?: readonly unknown[] | undefined
}

/**
 * Reads a payload as its mapping says. Every number that the mapping does not mention is reported as unmapped, with its path,
 * unless the registry maps it.
 */
export function readMapped(input: Input, { mapping, prefix, others, flags, roots }: MappedFormat): Decoded {
  const opened = roots ? { roots } : openPayload(input, mapping)
  if ('refused' in opened) return opened.refused
  const out = new Collector()
  const reader: Reader = { input, mapping, out, ...(flags !== undefined && { flags }) }
  let records = 0
  let ahead = 0
  for (const json of opened.roots) {
    const root = rootOf(json)
    const found = recordsOf(root, mapping)
    records += found.length
    if (records > MAX_SAMPLES) return reject('too_large', `more than ${MAX_SAMPLES} records in one message`)
    const read = readRoot(root, found, prefix, reader)
    ahead += read.ahead
    reportOthers(root, read, reader, others)
    if (out.full) break
  }
  if (ahead > 0) out.problem('time', 'clock_ahead', `a forecast: ${ahead} records lie after their arrival`)
  return out.finish(
    records === 0 ? `no record at ${[mapping.records ?? 'the top'].flat().join(', ')}` : 'no record has a mapped field',
  )
}

function recordsOf(root: Found, { records }: PayloadMapping): Found[] {
  if (records === undefined) return [root]
  return [records].flat().flatMap((path) =>
    find(path, root, root).flatMap((found) =>
      Array.isArray(found.value)
        ? found.value.map((value, index) => ({
            ...{ value, path: `${found.path}[${index}]`, around: [...found.around, found.value] },
            keys: [],
          }))
        : [{ ...found, keys: [] }],
    ),
  )
}

export type ReadRoot = {
  readonly devices: readonly { readonly path: string; readonly device: string; readonly base: Base }[]
  /** paths that the mapping mentions */
  readonly known: ReadonlySet<string>
  readonly ahead: number
}

function readRoot(root: Found, records: readonly Found[], prefix: string, reader: Reader): ReadRoot {
  const known = new Set<string>()
  const devices: ReadRoot['devices'][number][] = []
  let ahead = 0
  for (const record of records) {
    if (reader.out.full) break
    const read = readRecord({ record, root, reader, known }, prefix)
    if (read === 'ahead') ahead += 1
    else if (read) devices.push({ path: record.path, device: read.device, base: read })
  }
  return { devices, known, ahead }
}

/** @returns the device and time of the record; undefined when it is left out or has none */
function readRecord(place: Place, prefix: string): Base | 'ahead' | undefined {
  const { record, root, reader, known } = place
  const { mapping, out, input } = reader
  if (!isSelected(record, root, mapping)) {
    known.add(`${record.path}#`)
    return undefined
  }
  const name = deviceOf(place)
  if (typeof name !== 'string') {
    out.problem(pathIn(record, 'device'), name.reason, name.detail)
    return undefined
  }
  const device = prefix + name
  const stated = readRecordTime(record, root, { mapping, input, known })
  if (stated === 'unreadable' || stated === 'missing') {
    const where = mapping.time ? [mapping.time.path].flat().join(', ') : 'time'
    const detail = stated === 'missing' ? `no time at ${where}` : `not a time in the format ${mapping.time?.format}`
    out.problem(pathIn(record, where), 'bad_time', detail, device)
    return { device }
  }
  if (mapping.time?.forecast && stated && stated.time > input.receivedAt) {
    known.add(`${record.path}#`)
    return 'ahead'
  }
  const location = locationOf(place)
  const flags = (reader.flags ?? 0) | (stated?.flags ?? 0)
  const base: Base = { device, ...stated, ...(flags !== 0 && { flags }), ...(location && { location }) }
  readValues(base, place)
  return base
}

const pathIn = (record: Found, path: string): string => (record.path === '' ? path : `${record.path}.${path}`)

const isSelected = (record: Found, root: Found, { only }: PayloadMapping): boolean =>
  Object.entries(only ?? {}).every(([path, wanted]) => findAround(path, record, root)?.value === wanted)
