/**
 * Anybody who can publish can register a Thing. Until a person or the city pack has confirmed it, what it publishes changes
 * no figure of the city or of a zone: no indicator, index, count against a limit or coverage, and no other Thing's quality
 * flags. It has its own series and its own mark on the map.
 */
export const NOT_CONFIRMED = 'not confirmed'

/** The same as a condition in SQL, on the alias of a row of `thing`. */
export const confirmedSql = (thing: string): string => `${thing}.verified`

/** Those that count, and those that nobody has confirmed. */
export function byConfirmation<T extends { readonly verified: boolean }>(
  things: readonly T[],
): { things: T[]; unconfirmed: T[] } {
  return { things: things.filter(({ verified }) => verified), unconfirmed: things.filter(({ verified }) => !verified) }
}
