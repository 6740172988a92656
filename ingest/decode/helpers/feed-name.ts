import { clip } from './input.ts'
import type { Input } from './types.ts'

const ROOTS: ReadonlySet<string | undefined> = new Set(['feeds', 'import', 'import-history'])

/**
 * The name of a feed or file: the third level of `feeds/<format>/<name>`, or the entire topic elsewhere. Names of
 * one feed are prefixed with it, so that two operators may both have a station 1.
 */
export function feedName({ levels, topic }: Input): string {
  const name = ROOTS.has(levels[0]) ? levels[2] : undefined
  return clip(name === undefined || name === '' ? topic || 'feed' : name, 100)
}

/** A value that a file does not contain itself, from the level `<key>=<value>` of its topic. */
export function topicOption({ levels }: Input, key: string): string | undefined {
  const start = `${key}=`
  return levels.find((level) => level.startsWith(start))?.slice(start.length)
}
