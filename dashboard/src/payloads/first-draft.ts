import type { PayloadDescription } from '#model/api/payloads.ts'
import type { PayloadMappingInput } from '#model/city/payload-mapping.ts'
import type { Encoding } from '#model/city/payload-roots.ts'
import { matches } from '#model/mqtt/topic-filters.ts'
import { type Draft, filterFor, nameFrom } from './draft.ts'
import { isLeaf, type Leaf, type TreeNode } from './tree.ts'

/** What is chosen at first: what a description of the topic says already, else what the message suggests. */
export function firstDraft(
  topic: string,
  { encoding }: { readonly encoding: Encoding },
  nodes: readonly TreeNode[],
  described?: PayloadDescription,
): Draft {
  const leaves = nodes.filter(isLeaf)
  const levels = topic.split('/').length
  const tag = leaves.find(({ path }) => encoding.encoding === 'influx' && path.startsWith('tags.'))
  const device = tag
    ? `path:${tag.path}`
    : `level:${Math.max(1, Math.min(2, encoding.encoding === 'value' ? levels - 1 : levels))}`
  const filter = filterFor(topic, device, encoding)
  const suggested: Draft = {
    ...{ topic: filter, name: nameFrom(filter), encoding, device, records: '', fields: new Map() },
    ...(described ? { timePath: '', timeFormat: 'iso' } : timeIn(leaves)),
    ...(described ? { lon: '', lat: '' } : placeIn(leaves)),
  }
  return described ? { ...suggested, ...draftOf(described, nodes) } : suggested
}

/** A description as a draft, with paths as in the tree. */
function draftOf({ name, topic, mapping }: PayloadDescription, nodes: readonly TreeNode[]): Partial<Draft> {
  const { device, time, location, fields = {}, records } = mapping as PayloadMappingInput
  const list = typeof records === 'string' ? `${records.replace(/\[\*\]$/, '')}[*]` : ''
  const inTree = (path: string): string => {
    const absolute = list === '' ? path : `${list}${path.startsWith('[') ? '' : '.'}${path}`
    return nodes.some((node) => node.path === absolute) ? absolute : path
  }
  const single = !Array.isArray(device) && device !== undefined
  return {
    ...{ name, topic, records: list },
    // what the form cannot show is kept as it is
    device:
      single && 'path' in device
        ? `path:${inTree(device.path)}`
        : single && 'level' in device
          ? `level:${device.level}`
          : '',
    ...(typeof time?.path === 'string' && { timePath: inTree(time.path), timeFormat: time.format ?? 'iso' }),
    ...(location && 'lon' in location && { lon: inTree(location.lon), lat: inTree(location.lat) }),
    fields: new Map(
      Object.entries(fields).map(([path, field]) => [
        inTree(path),
        field && { property: field.property, unit: field.unit ?? '', channel: field.channel ?? '', described: field },
      ]),
    ),
  }
}

/** The description that applies to a topic now, where it is for the same encoding. */
export const descriptionOf = (
  topic: string,
  { encoding }: Encoding,
  described: readonly PayloadDescription[],
): PayloadDescription | undefined =>
  described.find(
    (each) => matches(each.topic, topic) && ((each.mapping as { encoding?: string }).encoding ?? 'json') === encoding,
  )

const TIME = /^(time|timestamp|ts|date|datetime|date_?utc|at|recorded_?at)$/i
function timeIn(leaves: readonly Leaf[]): Pick<Draft, 'timePath' | 'timeFormat'> {
  const found = leaves.find(({ key, value }) => TIME.test(key) && formatOf(value) !== undefined)
  return { timePath: found?.path ?? '', timeFormat: (found && formatOf(found.value)) ?? 'iso' }
}
function formatOf(value: Leaf['value']): string | undefined {
  if (/^\d{9,19}(\.\d+)?$/.test(String(value))) return 'unix'
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(String(value)) ? 'iso' : undefined
}

function placeIn(leaves: readonly Leaf[]): Pick<Draft, 'lon' | 'lat'> {
  const pathOf = (name: RegExp): string => leaves.find(({ key }) => name.test(key))?.path ?? ''
  const [lon, lat] = [pathOf(/^(lon|lng|long|longitude)$/i), pathOf(/^(lat|latitude)$/i)]
  return lon !== '' && lat !== '' ? { lon, lat } : { lon: '', lat: '' }
}
