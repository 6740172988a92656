/** MQTT topic filters (MQTT 3.1.1, 4.7): `+` stands for one level, `#` at the end for the level above and all below. */
import { MAX_TOPIC_BYTES } from '../text/storable-text.ts'

export function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const given = topic.split('/')
  // [MQTT-4.7.2-1] a wildcard at the start does not reach topics of the broker itself
  if (topic.startsWith('$') && (wanted[0] === '+' || wanted[0] === '#')) return false
  for (let i = 0; i < wanted.length; i += 1) {
    if (wanted[i] === '#') return true
    if (i >= given.length) return false
    if (wanted[i] !== '+' && wanted[i] !== given[i]) return false
  }
  return wanted.length === given.length
}

/**
 * A regular expression (of JavaScript and of PostgreSQL) that finds the topics that match a valid filter, and how they all
 * begin, by which a database finds most of the others without it.
 */
export function filterPattern(filter: string): { readonly pattern: string; readonly start: string } {
  const levels = filter
    .split('/')
    .map((level) => (level === '+' ? '[^/]*' : level.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')))
  const isOpen = levels.at(-1) === '#'
  const fixed = (isOpen ? levels.slice(0, -1) : levels).join('/')
  const notOwn = /^[+#]/.test(filter) ? '(?!\\$)' : ''
  const rest = isOpen ? (fixed === '' && levels.length === 1 ? '(.|\\n)*' : '(/(.|\\n)*)?') : ''
  const [start = ''] = filter.split(/\/?[+#]/)
  return { pattern: `^${notOwn}${fixed}${rest}$`, start }
}

/** What no topic filter may have; undefined when it has none of it. Longer topics than this are not stored. */
export function textProblem(filter: string): string | undefined {
  // [MQTT-1.5.3]: NUL and lone surrogates close the connection, other control characters may.
  if (/\p{Cc}|\p{Cs}/u.test(filter)) return 'has a control character or half a character'
  const bytes = new TextEncoder().encode(filter).length
  return bytes > MAX_TOPIC_BYTES ? `has ${bytes} bytes; valid: at most ${MAX_TOPIC_BYTES}` : undefined
}

/** What is wrong with a topic filter (MQTT 3.1.1, 4.7.1); undefined when it is valid. */
export function filterProblem(filter: string): string | undefined {
  const levels = filter.split('/')
  const wrong = textProblem(filter)
  if (wrong !== undefined) return `the topic filter ${wrong}`
  if (filter === '') return 'a topic filter has at least one character'
  if (levels.slice(0, -1).includes('#')) return `"${filter}": # must be the last level`
  if (levels.some((level) => level.length > 1 && /[#+]/.test(level)))
    return `"${filter}": # and + must stand alone in their level`
  return undefined
}

/** True when every topic that matches `narrow` matches `wide`. */
export function covers(wide: string, narrow: string): boolean {
  const a = wide.split('/')
  if (narrow.startsWith('$') && (a[0] === '+' || a[0] === '#')) return false
  const b = narrow.split('/')
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === '#') return true
    if (i >= b.length || b[i] === '#') return false
    if (a[i] !== '+' && a[i] !== b[i]) return false
  }
  return a.length === b.length
}

/** The fewest filters that subscribe to the same topics: overlapping ones would deliver a message twice. */
export function union(filters: readonly string[]): string[] {
  const distinct = [...new Set(filters)]
  return distinct.filter((filter) => !distinct.some((other) => other !== filter && covers(other, filter)))
}

/** Sort order in which the more specific filter comes first: literal before `+` before `#`, from the left. */
export function bySpecificity(a: string, b: string): number {
  const left = a.split('/')
  const right = b.split('/')
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = rank(left[i]) - rank(right[i])
    if (difference !== 0) return difference
  }
  return 0
}

const rank = (level: string | undefined): number => {
  if (level === undefined) return 3
  if (level === '#') return 2
  return level === '+' ? 1 : 0
}
