import type { PayloadMappingInput } from '#model/city/payload-mapping.ts'
import { appendKey } from '#model/text/payload-path.ts'

/** A number, text or truth value of a message; of lists the first element stands for all, as `[*]` in the path. */
export type Leaf = {
  readonly path: string
  readonly depth: number
  readonly key: string
  readonly value: string | number | boolean | null
}
export type TreeNode =
  | Leaf
  | { readonly path: string; readonly depth: number; readonly key: string; readonly isList: boolean }
export const isLeaf = (node: TreeNode): node is Leaf => 'value' in node

export type DraftField = { readonly property: string; readonly unit: string; readonly channel: string }
/** A description as it is being made. */
export type Draft = {
  readonly name: string
  readonly topic: string
  /** `level:2` or `path:id` */
  readonly device: string
  /** '' for the arrival */
  readonly timePath: string
  readonly timeFormat: string
  /** path of the list whose elements are records; '' for the message itself */
  readonly records: string
  /** by path; null: not a measurement */
  readonly fields: ReadonlyMap<string, DraftField | null>
}

const MAX_NODES = 500
const MAX_DEPTH = 12

/** The message as a list of nodes, from top to bottom. A list at the top stands for its elements. */
export function treeOf(message: unknown): TreeNode[] {
  const nodes: TreeNode[] = []
  const visit = (value: unknown, { path, key, depth }: Place): void => {
    if (nodes.length >= MAX_NODES || depth > MAX_DEPTH) return
    if (typeof value !== 'object' || value === null) {
      nodes.push({ path, depth, key, value: value as Leaf['value'] })
      return
    }
    nodes.push({ path, depth, key, isList: Array.isArray(value) })
    for (const [each, place] of insideOf(value, path, depth + 1)) visit(each, place)
  }
  for (const [each, place] of insideOf(Array.isArray(message) ? message[0] : message, '', 0)) visit(each, place)
  return nodes
}

type Place = { readonly path: string; readonly key: string; readonly depth: number }

/** The fields of an object, or the first element of a list. */
function insideOf(value: unknown, path: string, depth: number): [value: unknown, place: Place][] {
  if (Array.isArray(value)) return value.slice(0, 1).map((each) => [each, { path: `${path}[*]`, key: '[*]', depth }])
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).map(([key, each]) => [each, { path: appendKey(path, key), key, depth }])
}

/** Lists whose elements may be records, as paths with `[*]`. */
export const listsOf = (nodes: readonly TreeNode[]): string[] =>
  nodes.flatMap((node) => (!isLeaf(node) && node.isList ? [`${node.path}[*]`] : []))

/** A path from the record: what is outside of it is looked up in the objects around it. */
export function relativeTo(records: string, path: string): string {
  const levels = records.split('[*]').slice(0, -1)
  for (let n = levels.length; n > 0; n -= 1) {
    const prefix = `${levels.slice(0, n).join('[*]')}[*]`
    if (path.startsWith(`${prefix}.`)) return path.slice(prefix.length + 1)
    if (path.startsWith(`${prefix}[`)) return path.slice(prefix.length)
  }
  return path
}

/** The filter of topics that differ from this one in the level of the device only. */
export function filterFor(topic: string, device: string): string {
  const level = /^level:(\d+)$/.exec(device)?.[1]
  if (level === undefined) return topic
  return topic
    .split('/')
    .map((text, index) => (index === Number(level) - 1 ? '+' : text))
    .join('/')
}

/** The start of a topic filter without wildcards, by which stored messages are found. */
export const literalStart = (filter: string): string => filter.split(/[+#]/)[0] ?? ''

export function mappingOf({ device, timePath, timeFormat, records, fields }: Draft): PayloadMappingInput {
  const relative = (path: string): string => relativeTo(records, path)
  const level = /^level:(\d+)$/.exec(device)?.[1]
  return {
    ...(records !== '' && { records }),
    device: level === undefined ? { path: relative(device.replace(/^path:/, '')) } : { level: Number(level) },
    ...(timePath !== '' && { time: { path: relative(timePath), format: timeFormat } }),
    fields: Object.fromEntries(
      [...fields].map(([path, field]) => [
        relative(path),
        field && {
          property: field.property,
          ...(field.unit !== '' && { unit: field.unit }),
          ...(field.channel !== '' && { channel: field.channel }),
        },
      ]),
    ),
  }
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
