import { appendKey } from '#model/text/payload-path.ts'
import { isNumeric } from '../helpers/fields.ts'

type Leaf = { readonly path: string; readonly name: string; readonly value: unknown }

const MAX_LEAVES = 2_000
const MAX_DEPTH = 20

/** The numbers of a message outside of the known paths; a known path with a `#` covers everything below it. */
export function leavesOf(root: unknown, known: ReadonlySet<string>): Leaf[] {
  const found: Leaf[] = []
  const visit = (value: unknown, path: string, name: string, depth: number): void => {
    if (found.length >= MAX_LEAVES || depth > MAX_DEPTH || known.has(`${path}#`)) return
    if (typeof value !== 'object' || value === null) {
      if (isNumeric(value) && !known.has(path)) found.push({ path, name, value })
      return
    }
    const isList = Array.isArray(value)
    for (const [key, each] of Object.entries(value))
      visit(each, appendKey(path, isList ? Number(key) : key), isList ? name : key, depth + 1)
  }
  visit(root, '', 'value', 0)
  return found
}
