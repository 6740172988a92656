import { appendKey, type PayloadPath, parsePayloadPath, type Step } from '#model/text/payload-path.ts'
import { isObject } from '../helpers/json.ts'

/** A value in a message: where it is, what is around it, and which elements a wildcard met on the way. */
export type Found = {
  readonly value: unknown
  /** path from the root of the message */
  readonly path: string
  /** the objects and lists around it, from the outside in */
  readonly around: readonly unknown[]
  /** keys, and numbers counted from 1, that stand for the wildcards */
  readonly keys: readonly string[]
}
export const rootOf = (value: unknown): Found => ({ value, path: '', around: [], keys: [] })

const MAX_FOUND = 10_000
const cache = new Map<string, PayloadPath>()
const CACHE_LIMIT = 4096

function compile(text: string): PayloadPath {
  const known = cache.get(text)
  if (known) return known
  const read = parsePayloadPath(text)
  const path: PayloadPath = 'problem' in read ? { fromRoot: false, steps: [{ key: text }] } : read
  if (cache.size >= CACHE_LIMIT) cache.clear()
  cache.set(text, path)
  return path
}

/** Everything at a path: from the record, or from the root of its message for `$.`; nothing where a step is missing. */
export function find(path: string, from: Found, root: Found): Found[] {
  const { fromRoot, steps } = compile(path)
  let found: Found[] = [fromRoot ? root : from]
  for (const step of steps) {
    const next: Found[] = []
    for (const at of found) {
      if (next.length > MAX_FOUND) break
      take(step, at, next)
    }
    found = next
  }
  return found
}

/** One step. An object where a list is expected is a list of one: so XML, and programs that make JSON of it, write it. */
function take(step: Step, at: Found, next: Found[]): void {
  if ('key' in step) push(next, at, step.key)
  else if ('index' in step) push(next, at, step.index)
  else if (step.each === 'element' && isObject(at.value)) next.push({ ...at, keys: [...at.keys, '1'] })
  else for (const key of keysOf(at.value, step.each)) push(next, at, key, true)
}

function keysOf(value: unknown, each: 'element' | 'key'): (string | number)[] {
  if (each === 'element') return Array.isArray(value) ? [...value.keys()] : []
  return isObject(value) ? Object.keys(value) : []
}

function push(next: Found[], at: Found, key: string | number, isWild = false): void {
  const { value } = at
  const isThere =
    typeof key === 'number' ? Array.isArray(value) && key < value.length : isObject(value) && Object.hasOwn(value, key)
  if (!isThere) return
  next.push({
    value: (value as Record<string | number, unknown>)[key],
    path: appendKey(at.path, key),
    around: [...at.around, value],
    keys: isWild ? [...at.keys, typeof key === 'number' ? String(key + 1) : key] : at.keys,
  })
}

/** The first value at a path in the record, else in the objects around it, from the inside out. */
export function findAround(path: string, record: Found, root: Found): Found | undefined {
  const [direct] = find(path, record, root)
  if (direct) return direct
  for (const outer of [...record.around].reverse()) {
    const [found] = find(path, rootOf(outer), root)
    if (found) return found
  }
  return undefined
}

/** Whether a value can name something: a device, a quantity, a channel. */
export const isName = (value: unknown): boolean =>
  (typeof value === 'string' && value !== '') || typeof value === 'number'

/** A path from the record that it lies in. */
export const pathIn = (path: string, record: string): string =>
  record !== '' && path.startsWith(record) && /^[.[]/.test(path.slice(record.length))
    ? path.slice(record.length).replace(/^\./, '')
    : path
