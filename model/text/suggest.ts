/** Spelling suggestions: which known name somebody probably meant. */

/** The known name nearest to a mistyped one; undefined when none is near. Case, accents and separators do not count. */
export function suggestionFor(text: string, known: Iterable<string>): string | undefined {
  const wanted = plain(text)
  if (wanted === '') return undefined
  let best: { name: string; distance: number } | undefined
  for (const name of known) {
    const candidate = plain(name)
    // one slip in a short word, two in a word, three in a long one
    const limit = Math.min(3, Math.ceil(Math.max(wanted.length, candidate.length) / 4))
    const distance = candidate === wanted ? 0 : editDistance(wanted, candidate, limit)
    if (
      distance <= limit &&
      distance < Math.max(wanted.length, candidate.length) &&
      (!best || distance < best.distance)
    )
      best = { name, distance }
  }
  return best?.name
}

/** `; did you mean "tasmota"?`, or nothing. */
export function didYouMean(text: string, known: Iterable<string>): string {
  const name = suggestionFor(text, known)
  return name === undefined ? '' : `; did you mean "${name}"?`
}

const plain = (text: string): string =>
  text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[\p{M}\s_.-]/gu, '')

/** Damerau's distance (insertion, deletion, replacement, neighbours exchanged), or more than `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j += 1) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        at(i - 1, j) + 1,
        (row[j - 1] ?? 0) + 1,
        at(i - 1, j - 1) + change,
        exchanged ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
  }
  return at(a.length, b.length)
}
