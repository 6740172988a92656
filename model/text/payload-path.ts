/**
 * Paths into a message: `data.temp`, `sensors[0].value`, `["a.b"].c`, `devices[*].id`, `channels.*.value`. `[*]` is every
 * element of a list, `*` every key of an object. `$.` starts at the whole message instead of the record.
 */
export type Step = { readonly key: string } | { readonly index: number } | { readonly each: 'element' | 'key' }
export type PayloadPath = { readonly fromRoot: boolean; readonly steps: readonly Step[] }

const STEP = /\.?(?:([^.[\]"]+)|\[(\d{1,4})\]|\[(\*)\]|\["((?:[^"\\]|\\.)*)"\])/y
const MAX_STEPS = 20

/** The steps of a path, or what is wrong with it. */
export function parsePayloadPath(text: string): PayloadPath | { readonly problem: string } {
  const fromRoot = text.startsWith('$')
  const rest = fromRoot ? text.slice(1).replace(/^\./, '') : text
  const steps: Step[] = []
  STEP.lastIndex = 0
  while (STEP.lastIndex < rest.length) {
    const at = STEP.lastIndex
    const match = STEP.exec(rest)
    if (!match) return { problem: `cannot be read at "${rest.slice(at, at + 20)}"` }
    const [, key, index, each, quoted] = match
    if (key !== undefined) steps.push(key === '*' ? { each: 'key' } : { key })
    else if (index !== undefined) steps.push({ index: Number(index) })
    else if (each !== undefined) steps.push({ each: 'element' })
    else steps.push({ key: (quoted ?? '').replace(/\\(.)/g, '$1') })
  }
  if (steps.length === 0 && !fromRoot) return { problem: 'is empty' }
  return steps.length > MAX_STEPS ? { problem: `has more than ${MAX_STEPS} steps` } : { fromRoot, steps }
}

/** One step after another, as it is written in a path. */
export function appendKey(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[^.[\]"*$\s]+$/.test(key)) return `${path}["${key.replace(/(["\\])/g, '\\$1')}"]`
  return path === '' ? key : `${path}.${key}`
}
