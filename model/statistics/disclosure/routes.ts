/** An answer is null where it is missing, and where the question was not put to the respondent. */
type Column = readonly (string | null)[]
export type Answering = { readonly column: string; readonly codes: Column }

/** At most this share of those who gave an answer were put the next question, for the answer to exclude it (ours). */
const MAX_EXCLUDED = 0.05
/** More than this share of those who gave any other answer answered it. */
const MIN_INCLUDED = 0.5
/** Less likely than this to be nonresponse. */
const CHANCE = 1e-4

/**
 * Which questions decide who was put another: who has Internet access is asked of which kind, the others why not. Found in the answers, because
 * codebooks do not say it; a few that contradict it are allowed for. The number of those who answered the one is then an answer to the other.
 * @returns columns of `deciding` that have more answers than the question
 */
export function routesTo(asked: Column, deciding: readonly Answering[]): string[] {
  const answered = (codes: Column): number => codes.filter((code) => code !== null).length
  const own = answered(asked)
  return deciding.flatMap(({ column, codes }) => (answered(codes) > own && decides(asked, codes) ? [column] : []))
}

function decides(asked: Column, codes: Column): boolean {
  const counts = new Map<string, { n: number; asked: number }>()
  codes.forEach((code, i) => {
    if (code === null) return
    const count = counts.get(code) ?? { n: 0, asked: 0 }
    count.n += 1
    if ((asked[i] ?? null) !== null) count.asked += 1
    counts.set(code, count)
  })
  const all = [...counts.values()]
  const excluded = all.filter((one) => one.asked <= MAX_EXCLUDED * one.n)
  const included = all.filter((one) => one.asked > MIN_INCLUDED * one.n)
  if (excluded.length === 0 || included.length === 0 || excluded.length + included.length < all.length) return false
  const sum = (of: readonly { n: number; asked: number }[], what: 'n' | 'asked') =>
    of.reduce((total, one) => total + one[what], 0)
  const nonresponse = 1 - sum(included, 'asked') / sum(included, 'n')
  return nonresponse ** sum(excluded, 'n') < CHANCE
}
