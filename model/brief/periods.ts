/** The same year, quarter or month a year before; undefined of any other period. */
export function yearEarlier(period: string): string | undefined {
  const match = /^([12]\d{3})(-(?:Q[1-4]|\d{2}))?$/.exec(period)
  return match ? `${Number(match[1]) - 1}${match[2] ?? ''}` : undefined
}
