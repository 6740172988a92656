/** How well a name matches what is searched for: 0 is best. */
export const RANKS = [0, 1, 2, 3] as const
export const NO_MATCH = RANKS.length
/** What ends a word before the next one begins. */
const NO_LETTER = /[^\p{L}\p{N}]/u

/** All three folded (model/text/fold.ts). */
export function rankOf(name: string, wanted: string, words: readonly string[]): number {
  const first = name.indexOf(wanted)
  if (first === 0) return 0
  for (let at = first; at > 0; at = name.indexOf(wanted, at + 1)) if (NO_LETTER.test(name[at - 1] ?? '')) return 1
  if (first > 0) return 2
  return words.length > 1 && words.every((word) => name.includes(word)) ? 3 : NO_MATCH
}
