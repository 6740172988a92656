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
