import type { PayloadMappingInput } from '#model/city/payload-mapping.ts'
import type { Encoding } from '#model/city/payload-roots.ts'
import { relativeTo } from './tree.ts'

type FieldInput = NonNullable<NonNullable<PayloadMappingInput['fields']>[string]>
export type DraftField = {
  readonly property: string
  readonly unit: string
  readonly channel: string
  /** as it was described, with what the form does not show */
  readonly described?: FieldInput
}
/** A description as it is being made. */
export type Draft = {
  readonly name: string
  readonly topic: string
  readonly encoding: Encoding
  /** `level:2` or `path:id` */
  readonly device: string
  /** '' for the arrival */
  readonly timePath: string
  readonly timeFormat: string
  /** path of the list whose elements are records; '' for the message itself */
  readonly records: string
  /** paths of the position; '' for none */
  readonly lon: string
  readonly lat: string
  /** by path; null: not a measurement */
  readonly fields: ReadonlyMap<string, DraftField | null>
}

/** The filter of topics that differ from this one in the level of the device, and in those that name a value. */
export function filterFor(topic: string, device: string, { encoding, value }: Encoding = { encoding: 'json' }): string {
  const level = levelOf(device)
  const levels = topic.split('/').map((text, index) => (index + 1 === level ? '+' : text))
  if (encoding !== 'value') return levels.join('/')
  const from = value?.from ?? -1
  const first = from > 0 ? from - 1 : levels.length + from
  const named = levels.length - first
  return [...levels.slice(0, first), named > 1 ? '#' : '+'].join('/')
}

const levelOf = (device: string): number | undefined => {
  const level = /^level:(\d+)$/.exec(device)?.[1]
  return level === undefined ? undefined : Number(level)
}

/** The mapping of a draft. What the form does not show of an earlier description stays as it was. */
export function mappingOf(draft: Draft, described?: PayloadMappingInput): PayloadMappingInput {
  const { encoding, device, records, fields } = draft
  const relative = (path: string): string => relativeTo(records, path)
  const level = levelOf(device)
  const { records: _, time: __, location: ___, ...kept } = described ?? { device: { level: 1 } }
  const time = timeOf(draft, described?.time)
  const location = locationOf(draft, described?.location)
  return {
    ...kept,
    ...(encoding.encoding !== 'json' && encoding),
    ...(records !== '' && { records }),
    device: deviceOf(draft, described?.device, level, relative),
    ...(time && { time }),
    ...(location && { location }),
    fields: Object.fromEntries([...fields].map(([path, field]) => [relative(path), field && fieldOf(field)])),
  }
}

function deviceOf(
  { device }: Draft,
  described: PayloadMappingInput['device'] | undefined,
  level: number | undefined,
  relative: (path: string) => string,
): PayloadMappingInput['device'] {
  if (device === '' && described) return described
  return level === undefined ? { path: relative(device.replace(/^path:/, '')) } : { level }
}

function timeOf(
  { timePath, timeFormat, records }: Draft,
  described: PayloadMappingInput['time'],
): PayloadMappingInput['time'] {
  if (timePath === '') return undefined
  const path = relativeTo(records, timePath)
  return { ...(described?.path === path ? described : {}), path, format: timeFormat }
}

function locationOf(
  { lon, lat, records }: Draft,
  described: PayloadMappingInput['location'],
): PayloadMappingInput['location'] {
  if (lon !== '' && lat !== '') return { lon: relativeTo(records, lon), lat: relativeTo(records, lat) }
  return described && 'path' in described ? described : undefined
}

function fieldOf({ property, unit, channel, described }: DraftField): FieldInput {
  const same = described?.property === property ? described : {}
  const { unit: _, channel: __, ...kept } = same as Partial<FieldInput>
  return { ...kept, property, ...(unit !== '' && { unit }), ...(channel !== '' && { channel }) }
}

/** A name for the description from its topic: letters and digits of its literal levels. */
export function nameFrom(filter: string): string {
  const text = filter
    .toLowerCase()
    .split('/')
    .filter((level) => level !== '+' && level !== '#')
    .join('-')
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64)
  return text === '' ? 'messages' : text
}
